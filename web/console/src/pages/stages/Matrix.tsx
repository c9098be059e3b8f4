/** One period in numbers: from each stage at its start to each stage at its end. */
import { Select } from 'antd'
import { STAGES } from 'api'
import { StageChip } from '@/parts/chips'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import type { Period, StageName, Step, Way } from './flow'
import { useLabel } from './Turns'
import { useStages } from './words'
import css from './stages.module.css'

interface MatrixProps { periods: Period[]; step: Step; chosen: number; choose: (index: number) => void; open: (way: Way) => void }

export function Matrix({ periods, step, chosen, choose, open }: MatrixProps) {
  const t = useStages()
  const f = useFormat()
  const label = useLabel(step)
  const period = periods[chosen] ?? periods[periods.length - 1]
  if (!period) return null
  const rows: (StageName | null)[] = [...STAGES, null]
  const at = (from: StageName | null, to: StageName) => period.moves.find((move) => move.from === from && move.to === to)?.persons ?? 0
  const sum = (from: StageName | null) => STAGES.reduce((all, to) => all + at(from, to), 0)
  const sheet: Sheet = {
    head: [t('from'), ...STAGES.map(f.stage), t('total')],
    rows: rows.map((from) => [from ? f.stage(from) : t('not_here'), ...STAGES.map((to) => at(from, to)), sum(from)]),
    show: (value, column) => (column === 0 ? value : f.count(Number(value))),
  }
  const choice = (
    <Select<number> size="small" value={chosen} onChange={choose} aria-label={t('period')} popupMatchSelectWidth={false} data-testid="flow-period"
      options={periods.map((each, value) => ({ value, label: step === 'month' ? label(each) : `${f.shortDay(each.from_day)} – ${f.shortDay(each.to_day)}` })).reverse()} />
  )
  return (
    <ChartCard id="stage-matrix" title={t('matrix')} note={t('matrix_note')} sheet={sheet} extra={choice}>
      <div className="scroll-x" tabIndex={0}>
        <table className={css.matrix} data-testid="stage-matrix-table">
          <thead><tr><th scope="col">{t('from')}</th>{STAGES.map((to) => <th key={to} scope="col"><StageChip stage={to} /></th>)}<th scope="col">{t('total')}</th></tr></thead>
          <tbody>
            {rows.map((from) => (
              <tr key={from ?? 'away'}>
                <th scope="row">{from ? <StageChip stage={from} /> : <span className="muted">{t('not_here')}</span>}</th>
                {STAGES.map((to) => {
                  const n = at(from, to)
                  const kind = from === to ? css.stay : turn(from, to)
                  return <td key={to} className={n ? kind : css.none}>{n ? <button type="button" onClick={() => open({ period, from, to })} aria-label={`${from ? f.stage(from) : t('not_here')} → ${f.stage(to)}: ${f.count(n)}`}>{f.count(n)}</button> : '·'}</td>
                })}
                <td className={css.sum}>{f.count(sum(from))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartCard>
  )
}

const activeStages = ['first_order', 'repurchase']
const goneStages = ['silent', 'churned']
function turn(from: StageName | null, to: StageName) {
  if (from && goneStages.includes(from) && activeStages.includes(to)) return css.back
  if (from && activeStages.includes(from) && goneStages.includes(to)) return css.lost
  return css.move
}

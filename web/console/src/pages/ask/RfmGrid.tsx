/** The grid: up is recent, right is often. Each cell is a button to its people. */
import { Fragment, useState } from 'react'
import { Segmented } from 'antd'
import { useLabels } from '@/parts/ask/labels'
import { PeopleCount } from '@/parts/ask/people'
import type { RfmAnswer, RfmCell } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useTheme } from '@/shell/theme'
import { water } from './RetentionHeat'
import { useWords } from './words'
import css from './pages.module.css'

const SCORES = [1, 2, 3, 4, 5]
type Colour = 'persons' | 'revenue' | 'per_head'
const COLOURS: Colour[] = ['persons', 'revenue', 'per_head']

export function RfmGrid({ answer }: { answer: RfmAnswer }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const { mode } = useTheme()
  const [colour, setColour] = useState<Colour>('persons')
  const all = answer.cells.reduce((sum, cell) => sum + cell.persons, 0)
  const measure = (cell: RfmCell | undefined) =>
    !cell || cell.persons === 0 ? 0 : colour === 'persons' ? cell.persons : colour === 'revenue' ? cell.revenue_fen : cell.revenue_fen / cell.persons
  const most = Math.max(1, ...answer.cells.map(measure))
  const at = (r: number, freq: number) => answer.cells.find((cell) => cell.r === r && cell.f === freq)
  const says = (cell: RfmCell) => (colour === 'persons' ? f.share(cell.persons, all) : f.moneyShort(Math.round(colour === 'revenue' ? cell.revenue_fen : cell.revenue_fen / cell.persons)))
  return (
    <Card title={t('rfm_grid')} note={t('rfm_grid_note')} id="chart"
      extra={<Segmented<Colour> size="small" value={colour} onChange={setColour} aria-label={t('colour_by')} options={COLOURS.map((value) => ({ value, label: t(`c_${value}`) }))} />}>
      <div className={css.rfm} data-testid="rfm-grid">
        {[...SCORES].reverse().map((r) => (
          <Fragment key={r}>
            <span className={css.axis}><strong>R{r}</strong><span className="wide-only">{recency(r, answer.cuts.r, t)}</span></span>
            {SCORES.map((freq) => {
              const cell = at(r, freq)
              const persons = cell?.persons ?? 0
              return (
                <span key={freq} style={water(persons ? Math.sqrt(measure(cell) / most) : 0, mode)} className={css.holder}>
                  <PeopleCount n={persons} pick={{ r, f: freq }} what={t('pick_cell', { r, f: freq })} className={css.box} testid={`rfm-${r}-${freq}`}>
                    <strong>{f.compact(persons)}</strong>
                    {cell && persons > 0 && <small>{says(cell)}</small>}
                    {cell && persons > 0 && cell.avg_days !== null && <span className="sr">{t('avg_days')} {labels.length(cell.avg_days * 86_400_000)}</span>}
                  </PeopleCount>
                </span>
              )
            })}
          </Fragment>
        ))}
        <span className={css.axis} />
        {SCORES.map((freq) => <span key={freq} className={`${css.axis} ${css.across}`}><strong>F{freq}</strong><span className="wide-only">{frequency(freq, answer.cuts.f, t)}</span></span>)}
      </div>
    </Card>
  )
}

type Say = ReturnType<typeof useWords>

/** Cuts grow; the highest score of recency is the shortest time. */
function recency(score: number, cuts: number[], t: Say): string {
  const [low, high] = [cuts[4 - score], cuts[5 - score]]
  if (cuts.length < 4) return ''
  if (score === 5) return t('days_or_less', { n: cuts[0] ?? 0 })
  if (score === 1) return t('days_over', { n: cuts[3] ?? 0 })
  return t('days_between', { from: (low ?? 0) + 1, to: high ?? 0 })
}

function frequency(score: number, cuts: number[], t: Say): string {
  if (cuts.length < 4) return ''
  // A score begins at its cut; the first one at a single time.
  const from = score === 1 ? 1 : (cuts[score - 2] ?? 1)
  const next = cuts[score - 1]
  if (next === undefined) return t('times_over', { n: from })
  const to = next - 1
  if (to < from) return '—'
  return from === to ? t('times_is', { n: to, count: to }) : t('times_between', { from, to })
}

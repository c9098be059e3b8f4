/** How often people buy again, over all and by category, what follows for the thresholds, and whether they hold. */
import { useState, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { StageChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { Intervals } from './Intervals'
import { stageRhythm, type Evidence, type StageRhythm } from './rhythm'
import { useSettings } from './words'
import css from './settings.module.css'

interface RhythmProps {
  silent: number
  churned: number
  fixed: boolean
  set: (silent: number, churned: number) => void
  /** What the thresholds would change: below the chart, which must not move while a line is dragged. */
  children: ReactNode
}

export function RhythmCard(props: RhythmProps) {
  const t = useSettings()
  const rhythm = useQuery({ queryKey: ['stage-rhythm'], queryFn: stageRhythm, staleTime: 300_000 })
  return (
    <div className={css.rhythm}>
      <h3>{t('rhythm')}</h3>
      <Shown of={rhythm} what={t('rhythm')} rows={6} empty={(data) => data.overall.persons === 0 && <Empty title={t('rhythm_empty')} hint={t('rhythm_empty_hint')} />}>
        {(data) => <Detail data={data} {...props} />}
      </Shown>
      {!rhythm.data?.overall.persons && props.children}
    </div>
  )
}

function Detail({ data, silent, churned, fixed, set, children }: RhythmProps & { data: StageRhythm }) {
  const t = useSettings()
  const f = useFormat()
  const [chosen, choose] = useState('')
  const named = data.categories.find((each) => each.code === chosen)
  const shown = named ?? data.overall
  const options = [{ value: '', label: t('all_categories') }, ...data.categories.filter((each) => each.persons > 0).map((each) => ({ value: each.code, label: f.lang === 'zh' ? each.zh : each.en }))]
  const proposed = data.overall
  const different = proposed.silent_days !== silent || proposed.churned_days !== churned
  return (
    <div className="stack">
      <div className="row wrap between">
        <p>{t('rhythm_says', { persons: f.count(shown.persons), count: shown.persons, intervals: f.count(shown.intervals), q1: shown.q1 ?? 0, median: shown.median ?? 0, q3: shown.q3 ?? 0 })}</p>
        <Select value={chosen} onChange={choose} options={options} aria-label={t('category')} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: 'label' }} style={{ minWidth: 140 }} disabled={false} />
      </div>
      <Intervals key={chosen} rhythm={shown} silent={silent} churned={churned} fixed={fixed} move={(which, days) => set(which === 'silent' ? days : silent, which === 'churned' ? days : churned)} />
      {children}
      {proposed.silent_days !== null && proposed.churned_days !== null && (
        <div className="row wrap">
          <span>{t('proposal', { silent: proposed.silent_days, churned: proposed.churned_days })}</span>
          {different && !fixed && <Button size="small" onClick={() => set(proposed.silent_days ?? silent, proposed.churned_days ?? churned)} data-testid="take-proposal">{t('take_proposal')}</Button>}
        </div>
      )}
      <p className="small muted">{t('proposal_rule')}</p>
      <Evidences all={data.evidence} horizon={data.horizon_days} />
      <Categories data={data} choose={choose} />
    </div>
  )
}

function Evidences({ all, horizon }: { all: Evidence[]; horizon: number }) {
  const t = useSettings()
  const f = useFormat()
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain-table" data-testid="stage-evidence">
        <caption className={css.caption}>{t('evidence', { n: horizon })}</caption>
        <thead><tr><th scope="col">{t('stage')}</th>{all.map((each, n) => <th key={n} scope="col" className="end">{t(n === 0 ? 'rules_now' : 'rules_proposed', { silent: each.silent_days, churned: each.churned_days })}</th>)}</tr></thead>
        <tbody>
          {(all[0]?.stages ?? []).map(({ stage }) => (
            <tr key={stage}>
              <td><StageChip stage={stage} /></td>
              {all.map((each, n) => {
                const row = each.stages.find((one) => one.stage === stage)
                return <td key={n} className="end nowrap">{row?.persons ? <>{f.share(row.bought, row.persons)} <span className="muted small">{t('of_n', { n: f.count(row.persons) })}</span></> : '—'}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Categories({ data, choose }: { data: StageRhythm; choose: (code: string) => void }) {
  const t = useSettings()
  const f = useFormat()
  const [all, setAll] = useState(false)
  const rows = data.categories.filter((each) => each.persons > 0)
  if (rows.length === 0) return null
  const days = (n: number | null) => (n === null ? '—' : t('n_days', { n }))
  return (
    <div className="stack tight">
      <div className="scroll-x" tabIndex={0}>
        <table className="plain-table" data-testid="category-rhythm">
          <thead><tr><th scope="col">{t('category')}</th><th scope="col" className="end">{t('repeat_buyers')}</th><th scope="col" className="end">{t('quartiles')}</th><th scope="col" className="end">{t('would_be')}</th></tr></thead>
          <tbody>
            {(all ? rows : rows.slice(0, 6)).map((row) => (
              <tr key={row.code}>
                <td><button type="button" className="linklike" onClick={() => choose(row.code)}>{f.lang === 'zh' ? row.zh : row.en}</button></td>
                <td className="end">{f.count(row.persons)}</td>
                <td className="end nowrap">{days(row.q1)} · <span className="strong">{days(row.median)}</span> · {days(row.q3)}</td>
                <td className="end nowrap">{row.silent_days} / {row.churned_days}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > 6 && <div><Button type="link" size="small" onClick={() => setAll(!all)}>{all ? t('fewer') : t('all_n', { n: rows.length })}</Button></div>}
    </div>
  )
}

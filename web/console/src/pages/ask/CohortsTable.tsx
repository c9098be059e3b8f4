import { useState } from 'react'
import { Segmented } from 'antd'
import { DownloadButton } from '@/parts/ask/DataTable'
import { PeopleCount } from '@/parts/ask/people'
import type { CohortsAnswer, CohortsQuestion } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useTheme } from '@/shell/theme'
import { water } from './RetentionHeat'
import { usePeriods } from './retention-words'
import { useWords } from './words'
import css from './pages.module.css'

type Says = 'cumulative' | 'each'

export function CohortsTable({ answer, q }: { answer: CohortsAnswer; q: CohortsQuestion }) {
  const t = useWords()
  const f = useFormat()
  const { mode } = useTheme()
  const [shown, setShown] = useState<Says>('cumulative')
  const says = usePeriods(q)
  const rows = answer.cohorts.filter((cohort) => cohort.size > 0)
  const values = (cohort: CohortsAnswer['cohorts'][number]) => (shown === 'each' ? cohort.revenue_fen : cohort.cumulative_per_head_fen)
  const periods = Math.max(0, ...rows.map((cohort) => values(cohort).length))
  const most = Math.max(1, ...rows.flatMap((cohort) => values(cohort).map((fen) => fen ?? 0)))
  const perHead = {
    name: 'cohorts-per-head', label: t('csv_per_head'), head: [t('cohort'), t('size'), ...Array.from({ length: periods }, (_, n) => says.period(n))],
    rows: rows.map((cohort) => [cohort.from, cohort.size, ...cohort.cumulative_per_head_fen.map((fen) => (fen === null ? null : fen / 100))]),
  }
  const tools = (
    <>
      <Segmented<Says> size="small" value={shown} onChange={setShown} options={(['cumulative', 'each'] as const).map((value) => ({ value, label: t(`c_${value}`) }))} />
      <DownloadButton kind="cohorts" question={q} more={[perHead]} />
    </>
  )
  return (
    <Card title={t('cohorts_table')} extra={tools} id="data">
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t('cohorts_table')}>
        <table className={css.heat}>
          <thead>
            <tr>
              <th scope="col">{t('cohort')}</th>
              <th scope="col" className={css.size}>{t('size')}</th>
              <th scope="col" className={css.size}>{t('repurchase')}</th>
              {Array.from({ length: periods }, (_, n) => <th key={n} scope="col">{says.period(n)}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((cohort) => {
              const name = says.cohort(cohort.from)
              return (
                <tr key={cohort.from}>
                  <th scope="row">{name}</th>
                  <td className={css.size}><PeopleCount n={cohort.size} pick={{ cohort: cohort.from }} what={t('pick_revenue', { cohort: name })} testid="revenue-cohort" /></td>
                  <td className={css.size}>{f.percent(cohort.repurchase_bp)}</td>
                  {Array.from({ length: periods }, (_, n) => {
                    const fen = values(cohort)[n]
                    if (fen === null || fen === undefined) return <td key={n} />
                    return <td key={n} style={water(Math.sqrt(Math.max(0, fen) / most), mode)}><span className={css.cell}>{f.moneyAxis(fen)}</span></td>
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

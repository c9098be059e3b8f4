/** A row a cohort, a column a period; the deeper the water, the more came back. The table is the data as well. */
import { useState, type CSSProperties, type ReactNode } from 'react'
import { Segmented } from 'antd'
import { DownloadButton, type MoreFile } from '@/parts/ask/DataTable'
import { PeopleCount } from '@/parts/ask/people'
import type { Cohort, RetentionQuestion } from '@/parts/ask/types'
import { waterAt } from '@/parts/chart/water'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useTheme } from '@/shell/theme'
import { usePeriods } from './retention-words'
import { useWords } from './words'
import css from './pages.module.css'

interface HeatProps {
  q: RetentionQuestion
  cohorts: Cohort[]
  total: (number | null)[]
  extra: ReactNode
  within: { key: string | null; name: string } | null
  /** The groups, which the file of the answer does not hold. */
  more: MoreFile[]
}
type Says = 'share' | 'count'

export const water = (depth: number, mode: 'light' | 'dark') => {
  const { background, color } = waterAt(depth, mode)
  return { '--bg': background, '--fg': color } as CSSProperties
}

export function RetentionHeat({ q, cohorts, total, extra, within, more }: HeatProps) {
  const t = useWords()
  const f = useFormat()
  const { mode } = useTheme()
  const says = usePeriods(q)
  const [shown, setShown] = useState<Says>('share')
  const rows = cohorts.filter((cohort) => cohort.size > 0)
  const size = rows.reduce((sum, cohort) => sum + cohort.size, 0)
  const share = (n: number, of: number) => (of === 0 ? 0 : n / of)
  // The period in which people begin is nearly full; it must not drown the others.
  const most = Math.max(0.0001, ...rows.flatMap((cohort) => cohort.back.map((n, at) => (n === null || (at === 0 && cohort.back.length > 1) ? 0 : share(n, cohort.size)))))
  const pick = (cohort: string | null, more: object) => ({ cohort, ...more, ...(within ? { group: within.key } : {}) })
  const named = (what: string) => (within ? t('in_group', { what, group: within.name }) : what)
  const tools = (
    <>
      {extra}
      <Segmented<Says> size="small" value={shown} onChange={setShown} options={[{ value: 'share', label: t('as_share') }, { value: 'count', label: t('as_count') }]} />
      <DownloadButton kind="retention" question={q} more={more} />
    </>
  )
  return (
    <Card title={t('retention_table')} extra={tools} id="data">
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t('retention_table')}>
        <table className={css.heat}>
          <thead>
            <tr>
              <th scope="col">{t('cohort')}</th>
              <th scope="col" className={css.size}>{t('size')}</th>
              {total.map((_, n) => <th key={n} scope="col">{says.period(n)}</th>)}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row" className="strong">{t('total')}</th>
              <td className={css.size}>{f.count(size)}</td>
              {total.map((bp, n) => <td key={n} className="strong">{bp === null ? '' : f.percent(bp)}</td>)}
            </tr>
            {rows.map((cohort) => {
              const name = says.cohort(cohort.from)
              return (
                <tr key={cohort.from}>
                  <th scope="row">{name}</th>
                  <td className={css.size}><PeopleCount n={cohort.size} pick={pick(cohort.from, { period: null, back: false })} what={named(t('pick_cohort', { cohort: name }))} /></td>
                  {total.map((_, at) => {
                    const n = cohort.back[at]
                    if (n === null || n === undefined) return <td key={at} />
                    const part = share(n, cohort.size)
                    return (
                      <td key={at} style={water(Math.min(1, Math.sqrt(part / most)), mode)}>
                        <PeopleCount n={n} pick={pick(cohort.from, { period: at, back: true })} className={css.cell} testid="retention-cell"
                          what={named(t('pick_back', { cohort: name, period: says.period(at) }))}>
                          {shown === 'share' ? f.percent(Math.round(part * 10_000)) : f.count(n)}
                        </PeopleCount>
                      </td>
                    )
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

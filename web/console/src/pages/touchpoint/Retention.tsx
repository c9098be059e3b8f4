/** Those who came in one week, and how many of them came back in each week after. */
import { useQuery } from '@tanstack/react-query'
import { ChartCard } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { useTheme } from '@/shell/theme'
import { useTouchpoints } from '../touchpoints/words'
import { touchpoints, type Retention as Answer } from './server'
import css from './touchpoint.module.css'

export function Retention({ id }: { id: string }) {
  const t = useTouchpoints()
  const retention = useQuery({ queryKey: ['touchpoint', id, 'retention'], queryFn: () => touchpoints.retention(id) })
  if (!retention.data) return <Card title={t('retention')}><Shown of={retention} what={t('retention')}>{() => null}</Shown></Card>
  return <Cohorts data={retention.data} />
}

function Cohorts({ data }: { data: Answer }) {
  const t = useTouchpoints()
  const f = useFormat()
  const { palette } = useTheme()
  const weeks = Math.max(0, ...data.cohorts.map((cohort) => cohort.active.length))
  const numbers = Array.from({ length: weeks }, (_, week) => week)
  const share = (active: number | undefined, people: number) => (active === undefined || people === 0 ? null : active / people)
  const sheet = {
    head: [t('week_of'), t('people'), ...numbers.map((week) => t('week_n', { n: week }))],
    rows: data.cohorts.map((cohort) => [cohort.week, cohort.people, ...numbers.map((week) => cohort.active[week] ?? null)]),
  }
  return (
    <ChartCard id="retention" title={t('retention')} note={t('retention_note')} sheet={sheet}>
      {weeks === 0 ? <Empty title={t('retention_empty')} hint={t('retention_empty_hint')} /> : (
        <div className={css.cohorts} tabIndex={0}>
          <table>
            <thead><tr><th scope="col">{t('week_of')}</th><th scope="col">{t('people')}</th>{numbers.map((week) => <th key={week} scope="col">{t('week_n', { n: week })}</th>)}</tr></thead>
            <tbody>
              <tr className="strong">
                <th scope="row">{t('all_weeks')}</th><td>{f.count(data.cohorts.reduce((sum, cohort) => sum + cohort.people, 0))}</td>
                {numbers.map((week) => <Cell key={week} share={share(data.weeks[week]?.active, data.weeks[week]?.people ?? 0)} colour={palette.water} />)}
              </tr>
              {data.cohorts.map((cohort) => (
                <tr key={cohort.week}>
                  <th scope="row">{f.shortDay(cohort.week)}</th><td>{f.count(cohort.people)}</td>
                  {numbers.map((week) => <Cell key={week} share={share(cohort.active[week], cohort.people)} colour={palette.water} />)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </ChartCard>
  )
}

function Cell({ share, colour }: { share: number | null; colour: string }) {
  if (share === null) return <td />
  return <td style={{ background: `color-mix(in srgb, ${colour} ${Math.round(share * 55)}%, transparent)` }}>{Math.round(share * 100)}%</td>
}

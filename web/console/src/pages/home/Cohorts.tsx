/** Retention by month of joining. The table is the heat map, so it needs no second form to be read. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import type { Cohort } from 'api'
import { api } from '@/server'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { waterAt } from '@/parts/chart/water'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { useTheme } from '@/shell/theme'
import { useHome } from './words'
import css from './home.module.css'

type Measure = 'active' | 'money'

export default function Cohorts() {
  const t = useHome()
  const [measure, setMeasure] = useState<Measure>('active')
  const cohorts = useQuery({ queryKey: ['measure', 'cohorts'], queryFn: () => api.measure.cohorts(12) })
  const rows = cohorts.data?.cohorts ?? []
  const widest = Math.max(0, ...rows.map((cohort) => cohort.cells.length))
  const sheet: Sheet = {
    head: [t('cohort_month'), t('cohort_size'), ...Array.from({ length: widest }, (_, n) => t('month_n', { n }))],
    rows: rows.map((cohort) => [
      cohort.month,
      cohort.persons,
      ...Array.from({ length: widest }, (_, n) => {
        const cell = cohort.cells[n]
        return cell ? (measure === 'active' ? cell.active : cell.revenue_fen / 100) : null
      }),
    ]),
  }
  const choice = (
    <Segmented<Measure> size="small" value={measure} onChange={setMeasure}
      options={[{ value: 'active', label: t('cohort_active') }, { value: 'money', label: t('cohort_money') }]} />
  )
  return (
    <ChartCard id="cohorts" title={t('cohort_title')} note={measure === 'active' ? t('cohort_note') : t('cohort_note_money')} sheet={sheet} extra={choice}>
      <Shown of={cohorts} what={t('cohort_title')} rows={6} empty={(data) => data.cohorts.length === 0 && <Empty title={t('cohort_empty')} />}>
        {(data) => <Heat cohorts={data.cohorts} measure={measure} widest={widest} />}
      </Shown>
    </ChartCard>
  )
}

function Heat({ cohorts, measure, widest }: { cohorts: Cohort[]; measure: Measure; widest: number }) {
  const t = useHome()
  const f = useFormat()
  const { mode } = useTheme()
  const value = (cohort: Cohort, n: number) => {
    const cell = cohort.cells[n]
    if (!cell) return null
    return measure === 'money' ? cell.revenue_fen : cohort.persons ? cell.active / cohort.persons : 0
  }
  const columns = Array.from({ length: widest }, (_, n) => n)
  const most = Math.max(...cohorts.flatMap((cohort) => columns.map((n) => value(cohort, n) ?? 0)), 0.0001)
  const text = (v: number) => (measure === 'money' ? f.moneyAxis(v) : `${Math.round(v * 100)}%`)
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className={css.heat}>
        <thead>
          <tr>
            <th scope="col">{t('cohort_month')}</th>
            <th scope="col" className="end">{t('cohort_size')}</th>
            {columns.map((n) => <th key={n} scope="col">{t('month_n', { n })}</th>)}
          </tr>
        </thead>
        <tbody>
          {cohorts.map((cohort) => (
            <tr key={cohort.month}>
              <th scope="row">{f.month(cohort.month)}</th>
              <td className={css.size}>{f.compact(cohort.persons)}</td>
              {columns.map((n) => {
                const v = value(cohort, n)
                if (v === null) return <td key={n} />
                const depth = Math.sqrt(v / most)
                return <td key={n} className={css.cell} style={waterAt(depth, mode)}>{text(v)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The pool by stage, week after week: a stacked area in the colours of the water. */
import { useMemo, useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { Segmented } from 'antd'
import { STAGES, type PoolWeek } from 'api'
import { stageColour } from 'kit'
import { api } from '@/server'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { useTheme } from '@/shell/theme'
import { useHome } from './words'

export default function Pool() {
  const t = useHome()
  const f = useFormat()
  const [weeks, setWeeks] = useState(26)
  const pool = useQuery({ queryKey: ['measure', 'pool', weeks], queryFn: () => api.measure.pool(weeks), placeholderData: keepPreviousData })
  const sheet: Sheet = {
    head: [t('week'), ...STAGES.map(f.stage), t('joined_people'), t('buyers'), t('income')],
    rows: (pool.data?.weeks ?? []).map((week) => [
      week.week, ...STAGES.map((stage) => week.stages[stage]), week.joined, week.buyers, week.revenue_fen / 100,
    ]),
    show: (value, column) =>
      column === 0 ? f.fullDay(String(value)) : column === 9 ? f.money(Math.round(Number(value) * 100)) : f.count(Number(value)),
  }
  const choice = (
    <Segmented size="small" value={weeks} onChange={setWeeks} aria-label={t('weeks_shown')}
      options={[13, 26, 52].map((n) => ({ value: n, label: t('weeks', { n }) }))} />
  )
  return (
    <ChartCard id="pool" title={t('pool_title')} note={t('pool_note')} sheet={sheet} extra={choice}>
      <Shown of={pool} what={t('pool_title')} rows={8} empty={(data) => data.weeks.length < 2 && <Empty title={t('pool_empty')} />}>
        {(data) => <Area weeks={data.weeks} />}
      </Shown>
    </ChartCard>
  )
}

function Area({ weeks }: { weeks: PoolWeek[] }) {
  const t = useHome()
  const f = useFormat()
  const { mode, palette } = useTheme()
  const navigate = useNavigate()
  const option = useMemo(
    () => ({
      aria: { enabled: true },
      grid: { left: 4, right: 12, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0, data: STAGES.map(f.stage) },
      tooltip: { trigger: 'axis', order: 'seriesDesc', valueFormatter: (value: unknown) => f.count(Number(value)) },
      xAxis: { type: 'category', boundaryGap: false, data: weeks.map((week) => f.shortDay(week.week)) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => f.compact(value) } },
      // The deepest water lies at the bottom.
      series: [...STAGES].reverse().map((stage) => ({
        name: f.stage(stage),
        type: 'line',
        stack: 'pool',
        triggerLineEvent: true,
        data: weeks.map((week) => week.stages[stage]),
        color: stageColour(stage, mode),
        areaStyle: { opacity: 1 },
        lineStyle: { width: 1, color: palette.surface },
        emphasis: { disabled: true },
      })),
    }),
    [weeks, f, mode, palette],
  )
  const open = (_: number, series: string) => {
    const stage = STAGES.find((each) => f.stage(each) === series)
    if (stage) void navigate(`/persons?stage=${stage}`)
  }
  return <Chart option={option} height={320} label={t('pool_note')} onClick={open} />
}

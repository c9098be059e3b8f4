import { useMemo } from 'react'
import { stageColour } from 'kit'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Empty } from '@/parts/state'
import { useTheme } from '@/shell/theme'
import { useTouchpoints } from '../touchpoints/words'
import type { Day } from './server'

export function ByDay({ days }: { days: Day[] }) {
  const t = useTouchpoints()
  const f = useFormat()
  const { mode, palette } = useTheme()
  const sheet: Sheet = {
    head: [t('day'), t('visits'), t('people'), t('revenue')],
    rows: days.map((day) => [day.day, day.visits, day.people, day.revenue_fen / 100]),
    show: (value, column) => (column === 0 ? f.fullDay(String(value)) : column === 3 ? f.money(Math.round(Number(value) * 100)) : f.count(Number(value))),
  }
  const option = useMemo(() => {
    const series = (name: string, data: number[], color: string, type: 'bar' | 'line', yAxisIndex: number) => ({
      name, type, data, color, yAxisIndex, tooltip: { valueFormatter: (value: unknown) => (yAxisIndex ? f.money(Number(value)) : f.count(Number(value))) },
    })
    return {
      aria: { enabled: true },
      grid: { left: 4, right: 4, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'category', data: days.map((day) => f.shortDay(day.day)) },
      yAxis: [
        { type: 'value', minInterval: 1, axisLabel: { formatter: (value: number) => f.compact(value) } },
        { type: 'value', splitLine: { show: false }, axisLabel: { formatter: (value: number) => f.moneyAxis(value) } },
      ],
      series: [
        series(t('visits'), days.map((day) => day.visits), stageColour(mode === 'light' ? 'prospect' : 'silent', mode), 'bar', 0),
        series(t('people'), days.map((day) => day.people), palette.water, 'bar', 0),
        series(t('revenue'), days.map((day) => day.revenue_fen), palette.sand, 'line', 1),
      ],
    }
  }, [days, f, t, mode, palette])
  return (
    <ChartCard id="by-day" title={t('by_day')} sheet={sheet}>
      {days.length === 0 ? <Empty title={t('by_day_empty')} /> : <Chart option={option} label={t('by_day')} />}
    </ChartCard>
  )
}

import { useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { segments, type HistoryDay } from '@/parts/rule/ask'
import { useTheme } from '@/shell/theme'
import { useSegments } from '../segments/words'

const SPANS = [30, 90, 365]

export function History({ id }: { id: string }) {
  const t = useSegments()
  const [days, setDays] = useState(90)
  const history = useQuery({ queryKey: ['segment', id, 'history', days], queryFn: () => segments.history(id, days) })
  const choice = <Segmented<number> size="small" value={days} onChange={setDays} options={SPANS.map((value) => ({ value, label: t('h_days', { n: value }) }))} />
  return <Shown of={history} what={t('h_title')} rows={6}>{(data) => <Days days={data.days} choice={choice} />}</Shown>
}

function Days({ days, choice }: { days: HistoryDay[]; choice: React.ReactNode }) {
  const t = useSegments()
  const f = useFormat()
  const { palette } = useTheme()
  const sheet: Sheet = {
    head: [t('h_day'), t('size'), t('entered'), t('left')],
    rows: [...days].reverse().map((day) => [day.day, day.size, day.entered, day.left]),
    show: (value, column) => (column === 0 ? f.fullDay(String(value)) : f.count(Number(value))),
  }
  const option = useMemo(() => {
    const shown = { valueFormatter: (value: unknown) => f.count(Math.abs(Number(value))) }
    const names = days.map((day) => f.shortDay(day.day))
    const grid = { left: 48, right: 8 }
    const figures = { type: 'value', minInterval: 1, axisLabel: { formatter: (value: number) => f.compact(Math.abs(value)) } }
    const bar = { type: 'bar', stack: 'flow', xAxisIndex: 1, yAxisIndex: 1, tooltip: shown }
    return {
      aria: { enabled: true },
      grid: [{ ...grid, top: 36, bottom: '42%' }, { ...grid, top: '66%', bottom: 24 }],
      legend: { top: 0, left: 0 },
      tooltip: { trigger: 'axis' },
      axisPointer: { link: [{ xAxisIndex: 'all' }] },
      xAxis: [{ type: 'category', data: names, axisLabel: { show: false } }, { type: 'category', gridIndex: 1, data: names, axisLine: { onZero: false } }],
      yAxis: [{ ...figures, scale: true }, { ...figures, gridIndex: 1, splitNumber: 2 }],
      series: [
        { name: t('size'), type: 'line', data: days.map((day) => day.size), color: palette.water, areaStyle: { opacity: 0.08 }, tooltip: shown },
        { ...bar, name: t('entered'), data: days.map((day) => day.entered), color: palette.reed },
        { ...bar, name: t('left'), data: days.map((day) => -day.left), color: palette.clay },
      ],
    }
  }, [days, f, t, palette])
  return (
    <ChartCard id="segment-history" title={t('h_title')} sheet={sheet} extra={choice}>
      {days.length === 0 ? <Empty title={t('h_empty')} /> : <Chart option={option} label={t('h_title')} height={340} />}
    </ChartCard>
  )
}

/** Bars that stand beside each other: how many there are of each amount. */
import { useMemo } from 'react'
import { Chart } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { useTheme } from '@/shell/theme'

interface HistogramProps { bars: { name: string; n: number }[]; label: string; height?: number; onPick?: (bar: number) => void }

export function Histogram({ bars, label, height = 300, onPick }: HistogramProps) {
  const f = useFormat()
  const { palette } = useTheme()
  const option = useMemo(() => ({
    aria: { enabled: true },
    animation: false,
    grid: { left: 4, right: 4, top: 24, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: (value: unknown) => f.count(Number(value)) },
    xAxis: { type: 'category', data: bars.map((bar) => bar.name), axisLabel: { hideOverlap: true } },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { formatter: (value: number) => f.compact(value) } },
    series: [{
      type: 'bar', name: label, data: bars.map((bar) => bar.n), color: palette.water, barMaxWidth: 96, barCategoryGap: '12%', cursor: onPick ? 'pointer' : 'default',
      label: { show: bars.length <= 16, position: 'top', color: palette.muted, formatter: ({ value }: { value: number }) => (value ? f.compact(value) : '') },
    }],
  }), [bars, label, f, palette, onPick])
  return <Chart option={option} height={height} label={label} {...(onPick ? { onClick: onPick } : {})} />
}

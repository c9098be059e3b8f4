import { useMemo } from 'react'
import { useSeriesColours } from '@/parts/ask/colours'
import { useLabels } from '@/parts/ask/labels'
import type { RetentionAnswer, RetentionQuestion } from '@/parts/ask/types'
import { Chart, ChartCard } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { usePeriods } from './retention-words'
import { useWords } from './words'

/** One line for everybody, or one a group. */
export function RetentionCurve({ answer, q }: { answer: RetentionAnswer; q: RetentionQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const says = usePeriods(q)
  const lines = useMemo(() => {
    const whole = { key: null as string | null, name: t('total'), total: answer.total }
    return q.by ? [whole, ...answer.groups.map((group) => ({ key: group.key, name: labels.group(group, q.by), total: group.total }))] : [whole]
  }, [answer, q.by, labels, t])
  const colours = useSeriesColours(lines.map((line) => line.key), q.by)
  const option = useMemo(() => ({
    aria: { enabled: true },
    animation: false,
    grid: { left: 4, right: 16, top: lines.length > 1 ? 36 : 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    ...(lines.length > 1 ? { legend: { top: 0, left: 0, type: 'scroll' } } : {}),
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => (value === null || value === undefined ? '—' : f.percent(Number(value))) },
    xAxis: { type: 'category', boundaryGap: false, data: answer.total.map((_, n) => says.period(n)) },
    yAxis: { type: 'value', min: 0, axisLabel: { formatter: (value: number) => f.percent(value) } },
    series: lines.map((line, n) => ({
      name: line.name, type: 'line', data: line.total, color: colours[n], showSymbol: true, symbol: 'circle', symbolSize: 6,
      ...(lines.length === 1 ? { areaStyle: { opacity: 0.1 } } : n === 0 ? { lineStyle: { type: 'dashed' } } : {}),
    })),
  }), [answer.total, lines, colours, says, f])
  const sheet = {
    head: [t('group'), ...answer.total.map((_, n) => says.period(n))],
    rows: lines.map((line) => [line.name, ...line.total.map((bp) => (bp === null ? null : `${bp / 100}%`))]),
  }
  return (
    <ChartCard id="chart" title={t('retention_chart')} note={t('retention_chart_note')} sheet={sheet}>
      <Chart option={option} height={280} label={t('retention_chart')} />
    </ChartCard>
  )
}

import { useMemo } from 'react'
import { mix } from 'kit'
import type { CohortsAnswer, CohortsQuestion } from '@/parts/ask/types'
import { Chart } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useTheme } from '@/shell/theme'
import { usePeriods } from './retention-words'
import { useWords } from './words'

/** A line a cohort, from light water (long ago) to deep (lately), so that one sees whether later ones are worth more. */
export function CohortsCurves({ answer, q }: { answer: CohortsAnswer; q: CohortsQuestion }) {
  const t = useWords()
  const f = useFormat()
  const { mode } = useTheme()
  const says = usePeriods(q)
  const option = useMemo(() => {
    const rows = answer.cohorts.filter((cohort) => cohort.size > 0)
    const periods = Math.max(0, ...rows.map((cohort) => cohort.cumulative_per_head_fen.length))
    const shade = (n: number) => {
      const part = rows.length < 2 ? 1 : n / (rows.length - 1)
      return mode === 'light' ? mix('#A9D8DA', '#0B4F57', part) : mix('#2A5058', '#9FE3E7', part)
    }
    return {
      aria: { enabled: true },
      animation: false,
      grid: { left: 4, right: 16, top: 40, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0, type: 'scroll' },
      tooltip: { trigger: 'axis', order: 'valueDesc', valueFormatter: (value: unknown) => (value === null || value === undefined ? '—' : f.money(Number(value))) },
      xAxis: { type: 'category', boundaryGap: false, data: Array.from({ length: periods }, (_, n) => says.period(n)) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => f.moneyAxis(value) } },
      series: rows.map((cohort, n) => ({
        name: says.cohort(cohort.from), type: 'line', data: cohort.cumulative_per_head_fen, color: shade(n),
        showSymbol: cohort.cumulative_per_head_fen.filter((value) => value !== null).length < 2, symbol: 'circle', symbolSize: 6, emphasis: { focus: 'series' },
      })),
    }
  }, [answer, f, says, mode])
  return (
    <Card title={t('cohorts_chart')} note={t('cohorts_chart_note')} id="chart">
      <Chart option={option} height={320} label={t('cohorts_chart')} />
    </Card>
  )
}

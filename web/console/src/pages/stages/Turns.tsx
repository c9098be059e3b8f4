/** Two charts over time: who fell silent against who came back, and how many stand in each stage. */
import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import { STAGES } from 'api'
import { stageColour } from 'kit'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { useTheme } from '@/shell/theme'
import type { Period, Step } from './flow'
import { useStages } from './words'

const grid = { left: 4, right: 12, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }

export function useLabel(step: Step) {
  const f = useFormat()
  return (period: Period) => (step === 'month' ? f.month(period.from_day.slice(0, 7)) : f.shortDay(period.from_day))
}

export function Turns({ periods, step, choose }: { periods: Period[]; step: Step; choose: (index: number) => void }) {
  const t = useStages()
  const f = useFormat()
  const label = useLabel(step)
  const { palette } = useTheme()
  const option = useMemo(
    () => ({
      aria: { enabled: true },
      grid,
      legend: { top: 0, left: 0, data: [t('came_back'), t('fell_silent')] },
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => f.count(Math.abs(Number(value))) },
      xAxis: { type: 'category', data: periods.map(label) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => f.compact(Math.abs(value)) } },
      series: [
        { name: t('came_back'), type: 'bar', stack: 'turn', barMaxWidth: 28, color: palette.water, data: periods.map((period) => period.came_back) },
        { name: t('fell_silent'), type: 'bar', stack: 'turn', barMaxWidth: 28, color: palette.clay, data: periods.map((period) => -period.fell_silent) },
      ],
    }),
    // The label follows from the step and the language, which f holds.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [periods, step, t, f, palette],
  )
  const sheet: Sheet = {
    head: [t('period'), t('came_back'), t('fell_silent'), t('balance')],
    rows: periods.map((period) => [period.from_day, period.came_back, period.fell_silent, period.came_back - period.fell_silent]),
    show: (value, column) => (column === 0 ? f.fullDay(String(value)) : f.count(Number(value))),
  }
  return (
    <ChartCard id="stage-turns" title={t('turns')} note={t('turns_note')} sheet={sheet}>
      <Chart option={option} height={260} label={t('turns')} onClick={choose} />
    </ChartCard>
  )
}

export function Counts({ periods, step }: { periods: Period[]; step: Step }) {
  const t = useStages()
  const f = useFormat()
  const label = useLabel(step)
  const navigate = useNavigate()
  const { mode, palette } = useTheme()
  const option = useMemo(
    () => ({
      aria: { enabled: true },
      grid,
      legend: { top: 0, left: 0, data: STAGES.map(f.stage) },
      tooltip: { trigger: 'axis', order: 'seriesDesc', valueFormatter: (value: unknown) => f.count(Number(value)) },
      xAxis: { type: 'category', boundaryGap: false, data: periods.map(label) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => f.compact(value) } },
      series: [...STAGES].reverse().map((stage) => ({
        name: f.stage(stage), type: 'line', stack: 'stages', triggerLineEvent: true, data: periods.map((period) => period.at_end[stage]),
        color: stageColour(stage, mode), areaStyle: { opacity: 1 }, lineStyle: { width: 1, color: palette.surface }, emphasis: { disabled: true }, showSymbol: false,
      })),
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [periods, step, f, mode, palette],
  )
  const sheet: Sheet = {
    head: [t('end_of'), ...STAGES.map(f.stage)],
    rows: periods.map((period) => [period.to_day, ...STAGES.map((stage) => period.at_end[stage])]),
    show: (value, column) => (column === 0 ? f.fullDay(String(value)) : f.count(Number(value))),
  }
  const open = (_: number, series: string) => {
    const stage = STAGES.find((each) => f.stage(each) === series)
    if (stage) void navigate(`/persons?stage=${stage}`)
  }
  return (
    <ChartCard id="stage-counts" title={t('counts')} note={t('counts_note')} sheet={sheet}>
      <Chart option={option} height={260} label={t('counts')} onClick={open} />
    </ChartCard>
  )
}

import { useMemo } from 'react'
import type { CampaignResults } from 'api'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { useTheme } from '@/shell/theme'
import { useCampaigns } from '../campaigns/words'

/** `alone`: there was no holdout, so there is only one line. */
export function ByDay({ days, alone }: { days: CampaignResults['by_day']; alone: boolean }) {
  const t = useCampaigns()
  const f = useFormat()
  const { palette } = useTheme()
  const sheet: Sheet = {
    head: [t('day'), t('treated_line'), ...(alone ? [] : [t('holdout_line')])],
    rows: days.map((day) => [day.day, day.treated_fen / 100, ...(alone ? [] : [day.holdout_fen / 100])]),
    show: (value, column) => (column ? f.money(Math.round(Number(value) * 100)) : f.fullDay(String(value))),
  }
  const option = useMemo(
    () => ({
      aria: { enabled: true },
      grid: { left: 4, right: 12, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0 },
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => f.money(Math.round(Number(value))) },
      xAxis: { type: 'category', boundaryGap: false, data: days.map((day) => f.shortDay(day.day)) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => f.moneyAxis(value) } },
      series: [
        { name: t('treated_line'), type: 'line', data: days.map((day) => day.treated_fen), color: palette.water },
        ...(alone ? [] : [{ name: t('holdout_line'), type: 'line', data: days.map((day) => day.holdout_fen), color: palette.faint, lineStyle: { type: 'dashed', width: 2 } }]),
      ],
    }),
    [days, alone, f, t, palette],
  )
  return <ChartCard id="campaign-by-day" title={t('by_day')} note={alone ? t('by_day_alone') : t('by_day_note')} sheet={sheet}><Chart option={option} height={240} label={t('by_day')} /></ChartCard>
}

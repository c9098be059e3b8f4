/** The last periods as streams: a column for each boundary, deep water for those who buy again. */
import { useMemo } from 'react'
import { STAGES } from 'api'
import { stageColour } from 'kit'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { useWidth } from '@/parts/use-width'
import { useTheme } from '@/shell/theme'
import type { Move, Period, Way } from './flow'
import { useStages } from './words'

const sankey = () => import('@/parts/chart/sankey')
const AWAY = 'away'
const node = (column: number, stage: string | null) => `${column}|${stage ?? AWAY}`
interface Stream extends Move { source: string; target: string; value: number; period: number }

export function Flow({ periods, open }: { periods: Period[]; open: (way: Way) => void }) {
  const t = useStages()
  const f = useFormat()
  const { mode, palette } = useTheme()
  const [watch, width] = useWidth(1100)
  const shown = useMemo(() => periods.slice(width < 640 ? -2 : -4), [periods, width])
  const option = useMemo(() => {
    const streams: Stream[] = shown.flatMap((period, n) =>
      period.moves.map((move) => ({ ...move, period: n, source: node(n, move.from), target: node(n + 1, move.to), value: move.persons })))
    const present = new Map<string, number>()
    for (const { source, target, value, period } of streams) {
      if (period === 0 || source.endsWith(AWAY)) present.set(source, (present.get(source) ?? 0) + value)
      present.set(target, (present.get(target) ?? 0) + value)
    }
    const order = [...STAGES, AWAY] as string[]
    const keys = [...present.keys()].sort((a, b) => {
      const [[x = '', p = ''], [y = '', q = '']] = [a.split('|'), b.split('|')]
      return Number(x) - Number(y) || order.indexOf(p) - order.indexOf(q)
    })
    const name = (stage: string) => (stage === AWAY ? t('not_here') : f.stage(stage))
    return {
      aria: { enabled: true },
      tooltip: {
        trigger: 'item',
        formatter: ({ dataType, data }: { dataType: string; data: Stream & { name: string } }) => {
          if (dataType !== 'edge') return `${name(data.name.split('|')[1] ?? '')}<br/>${f.count(present.get(data.name) ?? 0)}`
          const period = shown[data.period]
          return `${period ? `${f.shortDay(period.from_day)} – ${f.shortDay(period.to_day)}<br/>` : ''}${data.from ? f.stage(data.from) : t('not_here')} → ${f.stage(data.to)}<br/>${f.count(data.persons)}`
        },
      },
      series: [{
        type: 'sankey', left: 0, right: 0, top: 8, bottom: 8, nodeGap: 12, nodeWidth: 12, draggable: false, layoutIterations: 0, nodeAlign: 'left',
        emphasis: { focus: 'adjacency' },
        data: keys.map((key) => {
          const [column = '0', stage = ''] = key.split('|')
          const depth = Number(column)
          return {
            name: key, depth, itemStyle: { color: stage === AWAY ? palette.line : stageColour(stage, mode), borderWidth: 0 },
            label: {
              position: depth === shown.length ? 'left' : 'right', color: palette.ink, fontSize: 12,
              formatter: `${name(stage)}  ${f.compact(present.get(key) ?? 0)}`,
            },
          }
        }),
        links: streams.map((stream) => ({
          ...stream,
          lineStyle: { color: stream.from === stream.to ? palette.faint : stageColour(stream.to, mode), opacity: stream.from === stream.to ? 0.12 : 0.55, curveness: 0.5 },
        })),
      }],
    }
  }, [shown, f, t, mode, palette])
  const sheet: Sheet = {
    head: [t('period'), t('from'), t('to'), t('persons')],
    rows: shown.flatMap((period) => period.moves.map((move) => [period.from_day, move.from ? f.stage(move.from) : t('not_here'), f.stage(move.to), move.persons])),
    show: (value, column) => (column === 0 ? f.fullDay(String(value)) : column === 3 ? f.count(Number(value)) : value),
  }
  return (
    <ChartCard id="stage-flow" title={t('flow')} note={t('flow_note', { n: shown.length })} sheet={sheet}>
      <div ref={watch}>
        <Chart option={option} height={420} label={t('flow')} more={sankey}
          onClick={(_, __, data) => {
            const stream = data as Partial<Stream>
            const period = stream.period === undefined ? undefined : shown[stream.period]
            if (period && stream.to) open({ period, from: stream.from ?? null, to: stream.to })
          }} />
      </div>
    </ChartCard>
  )
}

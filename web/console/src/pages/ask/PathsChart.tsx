/** Streams from the anchor on, column by column. Links always lead away from the anchor; towards it, they are drawn the other way round. */
import { useMemo } from 'react'
import { stageColour, stages } from 'kit'
import { useLabels } from '@/parts/ask/labels'
import { usePeople } from '@/parts/ask/people'
import type { PathsAnswer, PathsQuestion } from '@/parts/ask/types'
import { Chart } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useWidth } from '@/parts/use-width'
import { useTheme } from '@/shell/theme'
import { usePathName } from './path-names'
import { useWords } from './words'

const sankey = () => import('@/parts/chart/sankey')
const id = (step: number, name: string) => `${step}|${name}`

interface NodeItem { step: number; event: string; value: number }
interface LinkItem { source: string; target: string; value: number; median: number | null }

export function PathsChart({ answer, q }: { answer: PathsAnswer; q: PathsQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const named = usePathName(q.direction)
  const choose = usePeople()
  const { mode, palette } = useTheme()
  const [watch, width] = useWidth(1200)
  const option = useMemo(() => {
    const deepest = Math.max(0, ...answer.nodes.map((node) => node.step))
    const column = (step: number) => (q.direction === 'from' ? step : deepest - step)
    const names = [...new Set(answer.nodes.map((node) => node.name))]
    const colour = (name: string, step: number) =>
      name.startsWith('$') ? palette.line : step === 0 ? palette.water : stageColour(stages[(names.indexOf(name) % 4)] ?? 'new', mode)
    const last = (step: number) => column(step) === deepest
    return {
      aria: { enabled: true },
      animation: false,
      tooltip: {
        trigger: 'item',
        formatter: ({ dataType, data }: { dataType: string; data: NodeItem | LinkItem }) => {
          if (dataType === 'edge') {
            const { source, target, value, median } = data as LinkItem
            const name = (key: string) => named(key.slice(key.indexOf('|') + 1))
            return `${name(source)} → ${name(target)}<br/>${f.count(value)}${median === null ? '' : ` · ${t('median_is', { time: labels.length(median) })}`}`
          }
          const node = data as NodeItem
          return `${named(node.event)}<br/>${f.count(node.value)}`
        },
      },
      series: [{
        type: 'sankey', left: 0, right: 0, top: 8, bottom: 8, nodeGap: 14, nodeWidth: 14, draggable: false, layoutIterations: 32, nodeAlign: 'left',
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: palette.water, opacity: mode === 'light' ? 0.16 : 0.24, curveness: 0.5 },
        data: answer.nodes.map((node) => ({
          name: id(node.step, node.name), depth: column(node.step), value: node.persons, step: node.step, event: node.name,
          itemStyle: { color: colour(node.name, node.step), borderWidth: 0 },
          label: {
            position: last(node.step) ? 'left' : 'right', color: palette.ink, fontSize: 12, width: Math.max(56, width / (deepest + 1) - 40), overflow: 'truncate',
            formatter: `${named(node.name)}  ${f.compact(node.persons)}`,
          },
        })),
        links: answer.links.map((link) => {
          const [near, far] = [id(link.step, link.from), id(link.step + 1, link.to)]
          const [source, target] = q.direction === 'from' ? [near, far] : [far, near]
          return { source, target, value: link.persons, median: link.median_ms }
        }),
      }],
    }
  }, [answer, q.direction, f, labels, named, t, mode, palette, width])
  const columns = answer.nodes.reduce<Record<number, number>>((sum, { step }) => ({ ...sum, [step]: (sum[step] ?? 0) + 1 }), {})
  const height = Math.max(280, Math.max(...Object.values(columns)) * 52)
  return (
    <Card title={t('paths_chart')} note={t('paths_chart_note')} id="chart">
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t('paths_chart')}>
        <div ref={watch} style={{ minWidth: q.depth * 190 }}>
          <Chart option={option} height={height} label={t('paths_chart')} more={sankey}
            onClick={(_, __, data) => {
              const node = data as Partial<NodeItem>
              if (node.event === undefined || node.step === undefined) return
              choose({ step: node.step, name: node.event }, t('pick_path', { n: node.step, name: named(node.event) }))
            }} />
        </div>
      </div>
    </Card>
  )
}

/**
 * Where everything in the picture of the weir is drawn. Sources stand apart at the left like streams of a river; the pool is
 * one body of water, its stages lying on each other like layers; revenue leaves at the right. Persons and money have a scale
 * each. Returning flows go over the pool (into a stage) or under it (to a source). Pure numbers; `Picture` draws them.
 */
import type { Flow, FlowLink, FlowNode } from 'api'

export interface Box { node: FlowNode; x: number; y: number; width: number; height: number; persons: number; value: number }
export interface Ribbon { key: string; link: FlowLink; from: FlowNode; to: FlowNode; path: string }
export interface Stream { key: string; link: FlowLink; from: FlowNode; to: FlowNode; path: string; width: number; label: { x: number; y: number }; tip: { x: number; y: number; up: boolean } }
export interface Layout {
  width: number
  height: number
  sources: Box[]
  stages: Box[]
  revenue: Box | null
  ribbons: Ribbon[]
  spouts: Ribbon[]
  streams: Stream[]
  pool: { x: number; y: number; width: number; height: number }
}

interface Frame { width: number; height: number; sourceX: number; barWidth: number; poolX: number; poolWidth: number; revenueX: number; top: number; bottom: number; rowMin: number; layerMin: number }

export function frameFor(width: number): Frame {
  const narrow = width < 640
  const top = 84
  const bottom = narrow ? 64 : 68
  if (narrow) {
    return { width, height: 640, sourceX: 0, barWidth: 5, poolX: width * 0.43, poolWidth: width * 0.27, revenueX: width - 10, top, bottom, rowMin: 50, layerMin: 42 }
  }
  const labels = width > 1000 ? 236 : 200
  const right = Math.min(200, width * 0.17)
  const poolX = labels + (width - labels - right) * 0.46
  return { width, height: 520, sourceX: labels, barWidth: 6, poolX, poolWidth: Math.max(168, width * 0.17), revenueX: width - right, top, bottom, rowMin: 34, layerMin: 32 }
}

const sum = (values: number[]) => values.reduce((total, each) => total + each, 0)

/** Heights in proportion to values that fill `room`, none under `least`. */
export function share(values: number[], room: number, least: number): number[] {
  const total = sum(values)
  const rest = room - least * values.length
  if (total <= 0 || rest <= 0) return values.map(() => room / Math.max(1, values.length))
  // What a layer gets above the least is in proportion to what it needs above the least.
  const needs = values.map((value) => Math.max(0, (value / total) * room - least))
  const needed = sum(needs)
  return needs.map((need) => least + (needed === 0 ? rest / values.length : (need / needed) * rest))
}

/** A filled band between two vertical edges, bending in the middle. */
function band(x0: number, y0: number, h0: number, x1: number, y1: number, h1: number): string {
  const m = x0 + (x1 - x0) * 0.52
  return `M${n(x0)} ${n(y0)}C${n(m)} ${n(y0)} ${n(m)} ${n(y1)} ${n(x1)} ${n(y1)}V${n(y1 + h1)}C${n(m)} ${n(y1 + h1)} ${n(m)} ${n(y0 + h0)} ${n(x0)} ${n(y0 + h0)}Z`
}
const n = (value: number) => Math.round(value * 10) / 10

const MOST_SOURCES = 9

/** The smallest sources become one, so that each has room for its name. */
export function foldSources(flow: Flow, others: { zh: string; en: string }, most = MOST_SOURCES): Flow {
  const carried = (id: string) => sum(flow.links.filter((link) => link.from === id && !link.back).map((link) => link.persons))
  const returning = new Set(flow.links.filter((link) => link.back).map((link) => link.to))
  const sources = flow.nodes.filter((node) => node.kind === 'source')
  const shown = sources.filter((node) => carried(node.id) > 0 || returning.has(node.id))
  const ranked = [...shown].sort((a, b) => Number(returning.has(b.id)) - Number(returning.has(a.id)) || carried(b.id) - carried(a.id))
  const kept = new Set(ranked.slice(0, ranked.length > most ? most - 1 : most).map((node) => node.id))
  const folded = ranked.filter((node) => !kept.has(node.id))
  const nodes = flow.nodes.filter((node) => node.kind !== 'source' || kept.has(node.id))
  if (folded.length === 0) return { nodes, links: flow.links }
  const gone = new Set(folded.map((node) => node.id))
  const merged = new Map<string, FlowLink>()
  for (const link of flow.links) {
    if (!gone.has(link.from)) continue
    const before = merged.get(link.to)
    merged.set(link.to, { ...link, from: OTHERS, persons: link.persons + (before?.persons ?? 0) })
  }
  return {
    nodes: [...nodes, { id: OTHERS, kind: 'source', ...others }],
    links: [...flow.links.filter((link) => !gone.has(link.from)), ...merged.values()],
  }
}
export const OTHERS = 'others'

export function arrange(flow: Flow, width: number): Layout {
  const f = frameFor(width)
  const room = f.height - f.top - f.bottom
  const byId = new Map(flow.nodes.map((node) => [node.id, node]))
  const forward = flow.links.filter((link) => !link.back && byId.has(link.from) && byId.has(link.to))
  const inflow = forward.filter((link) => byId.get(link.from)?.kind === 'source')
  const outflow = forward.filter((link) => byId.get(link.to)?.kind === 'revenue' && (link.value_fen ?? 0) > 0)
  const back = flow.links.filter((link) => link.back && byId.has(link.from) && byId.has(link.to))

  const stageNodes = flow.nodes.filter((node) => node.kind === 'stage')
  const stagePersons = stageNodes.map((node) => sum(inflow.filter((link) => link.to === node.id).map((link) => link.persons)))
  const stages = stack(stageNodes, stagePersons, share(stagePersons, room, f.layerMin), 0, f.poolX, f.top, f.poolWidth)

  const returnsTo = new Set(back.map((link) => link.to))
  const carried = (id: string) => sum(inflow.filter((link) => link.from === id).map((link) => link.persons))
  const sourceNodes = flow.nodes
    .filter((node) => node.kind === 'source')
    .sort((a, b) => rank(a) - rank(b) || carried(b.id) - carried(a.id))
  function rank(node: FlowNode) {
    return returnsTo.has(node.id) ? 2 : node.id === OTHERS ? 1 : 0
  }
  const sourcePersons = sourceNodes.map((node) => carried(node.id))
  const rows = share(sourcePersons, room, f.rowMin)
  // Both sides of a ribbon are drawn to the scale of the river; what is left of a row is air around it.
  const scale = Math.min(...rows.map((row, i) => (sourcePersons[i] ? (row - (width < 640 ? 26 : 10)) / sourcePersons[i]! : Infinity)).filter((s) => s > 0), room / Math.max(1, sum(sourcePersons)))
  let y = f.top
  const sources = sourceNodes.map<Box>((node, i) => {
    const height = Math.max(2, sourcePersons[i]! * scale)
    const box = { node, x: f.sourceX, y: y + (width < 640 ? 20 : (rows[i]! - height) / 2), width: f.barWidth, height, persons: sourcePersons[i]!, value: 0 }
    y += rows[i]!
    return box
  })

  const revenueNode = flow.nodes.find((node) => node.kind === 'revenue')
  const gross = sum(outflow.map((link) => link.value_fen ?? 0))
  const tall = room * 0.56
  const revenue: Box | null = revenueNode
    ? { node: revenueNode, x: f.revenueX, y: f.top + (room - tall) / 2, width: 10, height: tall, persons: 0, value: gross }
    : null

  return {
    width, height: f.height, sources, stages, revenue,
    ribbons: ribbonsOf(inflow, sources, stages),
    spouts: revenue ? spoutsOf(outflow, stages, revenue, gross) : [],
    streams: streamsOf(back, { sources, stages, revenue, frame: f }),
    pool: { x: f.poolX, y: f.top, width: f.poolWidth, height: room },
  }
}

function stack(nodes: FlowNode[], persons: number[], heights: number[], gap: number, x: number, top: number, width: number): Box[] {
  let y = top
  return nodes.map((node, i) => {
    const box = { node, x, y, width, height: heights[i]!, persons: persons[i]!, value: 0 }
    y += heights[i]! + gap
    return box
  })
}

function ribbonsOf(links: FlowLink[], sources: Box[], stages: Box[]): Ribbon[] {
  const left = new Map(sources.map((box) => [box.node.id, box.y]))
  const right = new Map(stages.map((box) => [box.node.id, box.y]))
  const ribbons: Ribbon[] = []
  for (const source of sources) {
    for (const stage of stages) {
      const link = links.find((each) => each.from === source.node.id && each.to === stage.node.id)
      if (!link || link.persons === 0) continue
      const h0 = (link.persons / source.persons) * source.height
      const h1 = (link.persons / stage.persons) * stage.height
      const y0 = left.get(source.node.id)!
      const y1 = right.get(stage.node.id)!
      left.set(source.node.id, y0 + h0)
      right.set(stage.node.id, y1 + h1)
      const path = band(source.x + source.width, y0, Math.max(0.6, h0), stage.x, y1, Math.max(0.6, h1))
      ribbons.push({ key: `${link.from}>${link.to}`, link, from: source.node, to: stage.node, path })
    }
  }
  return ribbons
}

function spoutsOf(links: FlowLink[], stages: Box[], revenue: Box, gross: number): Ribbon[] {
  let y = revenue.y
  return stages.flatMap((stage) => {
    const link = links.find((each) => each.from === stage.node.id)
    if (!link) return []
    const h1 = ((link.value_fen ?? 0) / gross) * revenue.height
    const h0 = Math.min(stage.height * 0.72, Math.max(h1, 2))
    const path = band(stage.x + stage.width, stage.y + (stage.height - h0) / 2, h0, revenue.x, y, Math.max(1, h1))
    y += h1
    return [{ key: `${link.from}>${link.to}`, link, from: stage.node, to: revenue.node, path }]
  })
}

interface Parts { sources: Box[]; stages: Box[]; revenue: Box | null; frame: Frame }

function streamsOf(links: FlowLink[], { sources, stages, revenue, frame }: Parts): Stream[] {
  const most = Math.max(1, ...links.map((link) => link.persons))
  const all = [...sources, ...stages, ...(revenue ? [revenue] : [])]
  const find = (id: string) => all.find((box) => box.node.id === id)
  let over = 0
  let under = 0
  return links.flatMap((link): Stream[] => {
    const from = find(link.from)
    const to = find(link.to)
    if (!from || !to) return []
    const width = 4 + (link.persons / most) * (frame.width < 640 ? 6 : 10)
    const base = { key: `${link.from}>${link.to}:back`, link, from: from.node, to: to.node, width }
    const startX = from.node.kind === 'revenue' ? from.x + from.width / 2 : from.x + from.width - 10
    if (to.node.kind === 'source') {
      const y = frame.height - 22 - under++ * 26
      const startY = from.y + from.height
      const endX = to.x + to.width / 2
      const endY = to.y + to.height + 10
      const r = Math.min(70, (frame.width - endX) / 4)
      const path = `M${n(startX)} ${n(startY)}C${n(startX)} ${n(y)} ${n(startX - r * 0.4)} ${n(y)} ${n(startX - r)} ${n(y)}L${n(endX + r)} ${n(y)}C${n(endX + r * 0.3)} ${n(y)} ${n(endX)} ${n(y)} ${n(endX)} ${n(endY)}`
      return [{ ...base, path, label: { x: (startX + endX) / 2, y: y - width / 2 - 10 }, tip: { x: endX, y: endY - 2, up: true } }]
    }
    const y = 26 + over++ * 24
    const startY = from.node.kind === 'revenue' ? from.y : frame.top
    const endX = frame.poolX + frame.poolWidth * (0.3 + 0.2 * (over - 1))
    const endY = frame.top - 12
    const r = Math.min(60, (startX - endX) / 3)
    const path = `M${n(startX)} ${n(startY)}C${n(startX)} ${n(y)} ${n(startX - r * 0.4)} ${n(y)} ${n(startX - r)} ${n(y)}L${n(endX + r)} ${n(y)}C${n(endX + r * 0.3)} ${n(y)} ${n(endX)} ${n(y)} ${n(endX)} ${n(endY)}`
    return [{ ...base, path, label: { x: (startX + endX) / 2, y: y - width / 2 - 10 }, tip: { x: endX, y: endY + 2, up: false } }]
  })
}

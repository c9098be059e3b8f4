import { expect, test } from 'vitest'
import type { Flow } from 'api'
import { arrange, foldSources, OTHERS, share } from '@/pages/home/weir/layout'

const flow: Flow = {
  nodes: [
    ...['a', 'b', 'c'].map((id) => ({ id, kind: 'source' as const, zh: id, en: id })),
    ...(['prospect', 'new', 'repurchase'] as const).map((id) => ({ id, kind: 'stage' as const, zh: id, en: id })),
    { id: 'revenue', kind: 'revenue', zh: '收入', en: 'Revenue' },
  ],
  links: [
    { from: 'a', to: 'prospect', persons: 900, value_fen: null, back: false },
    { from: 'a', to: 'new', persons: 50, value_fen: null, back: false },
    { from: 'b', to: 'new', persons: 40, value_fen: null, back: false },
    { from: 'c', to: 'repurchase', persons: 10, value_fen: null, back: false },
    { from: 'repurchase', to: 'revenue', persons: 10, value_fen: 5000, back: false },
    { from: 'revenue', to: 'repurchase', persons: 8, value_fen: null, back: true },
    { from: 'revenue', to: 'c', persons: 3, value_fen: null, back: true },
  ],
}
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)

test('heights fill the room and none is under the least', () => {
  const heights = share([1000, 1, 0], 300, 30)
  expect(sum(heights)).toBeCloseTo(300)
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(30)
  expect(heights[0]).toBeGreaterThan(heights[1]!)
})
test('the pool has no gaps and its stages keep their order', () => {
  const { stages, pool } = arrange(flow, 1200)
  expect(stages.map((box) => box.node.id)).toEqual(['prospect', 'new', 'repurchase'])
  for (const [i, box] of stages.entries()) if (i) expect(box.y).toBeCloseTo(stages[i - 1]!.y + stages[i - 1]!.height)
  expect(sum(stages.map((box) => box.height))).toBeCloseTo(pool.height)
})
test('a source to which something returns lies lowest, next to the returning stream', () => {
  expect(arrange(flow, 1200).sources.map((box) => box.node.id)).toEqual(['a', 'b', 'c'])
})
test('every forward link with people is a ribbon, every returning one a stream', () => {
  const layout = arrange(flow, 1200)
  expect(layout.ribbons).toHaveLength(4)
  expect(layout.spouts).toHaveLength(1)
  expect(layout.streams).toHaveLength(2)
  for (const { path } of [...layout.ribbons, ...layout.spouts, ...layout.streams]) expect(path).not.toMatch(/NaN|Infinity/)
})
test('nothing leaves the picture on a phone', () => {
  const layout = arrange(flow, 326)
  for (const box of [...layout.sources, ...layout.stages]) {
    expect(box.x + box.width).toBeLessThanOrEqual(326)
    expect(box.y + box.height).toBeLessThanOrEqual(layout.height)
  }
})
test('the smallest sources become one without losing anybody', () => {
  const many: Flow = {
    nodes: [...Array.from({ length: 14 }, (_, n) => ({ id: `s${n}`, kind: 'source' as const, zh: '', en: '' })), flow.nodes[3]!],
    links: Array.from({ length: 14 }, (_, n) => ({ from: `s${n}`, to: 'prospect', persons: n + 1, value_fen: null, back: false })),
  }
  const folded = foldSources(many, { zh: '其他', en: 'Others' }, 9)
  expect(folded.nodes.filter((node) => node.kind === 'source')).toHaveLength(9)
  expect(folded.links.find((link) => link.from === OTHERS)?.persons).toBe(21)
  expect(sum(folded.links.map((link) => link.persons))).toBe(105)
})
test('an empty pool can be drawn', () => {
  const layout = arrange({ nodes: flow.nodes, links: [] }, 1200)
  expect(layout.ribbons).toEqual([])
  expect(layout.stages).toHaveLength(3)
})

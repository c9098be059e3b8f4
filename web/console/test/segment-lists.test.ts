import { expect, test } from 'vitest'
import { algebraRule, combinations, operationOf, partsOf } from '@/pages/segments/algebra'
import { columnKeys, decode, keysOf, likelyColumn, readCsv } from '@/pages/segments/keys-of'
import { templates } from '@/pages/segments/templates'
import { tally, whole } from '@/parts/rule/tree'
import type { Rule } from '@/parts/rule/types'

test('pasted identifiers come one a line or with commas, each once', () => {
  expect(keysOf('13800138000\n13800138000\r\n a@b.cn ，"x-1"；y')).toEqual({ keys: ['13800138000', 'a@b.cn', 'x-1', 'y'], repeated: 1 })
  expect(keysOf(' \n,，')).toEqual({ keys: [], repeated: 0 })
})

test('a CSV keeps commas, quotes and line ends inside quotes', () => {
  const sheet = readCsv('\uFEFF姓名,手机号,备注\r\n"张, 三",13800138000,"说""好""\n再来"\r\n\r\n李四,13900139000,\r\n')
  expect(sheet.head).toEqual(['姓名', '手机号', '备注'])
  expect(sheet.rows).toEqual([['张, 三', '13800138000', '说"好"\n再来'], ['李四', '13900139000', '']])
  expect(likelyColumn(sheet)).toBe(1)
  expect(columnKeys(sheet, 1).keys).toEqual(['13800138000', '13900139000'])
})

test('a file without a head gives its first row as well', () => {
  const sheet = readCsv('13800138000\n13900139000')
  expect(columnKeys(sheet, likelyColumn(sheet)).keys).toEqual(['13800138000', '13900139000'])
})

test('a file saved by a spreadsheet in China is read, too', () => {
  const gbk = new Uint8Array([0xca, 0xd6, 0xbb, 0xfa])
  expect(decode(gbk.buffer)).toBe('手机')
  expect(decode(new TextEncoder().encode('手机').buffer as ArrayBuffer)).toBe('手机')
})

/** Whether someone who is in the segments of `inside` matches. */
function holds(rule: Rule, inside: Set<string>): boolean {
  if ('segment' in rule) return inside.has(rule.segment.id)
  if ('not' in rule) return !holds(rule.not, inside)
  if ('all' in rule) return rule.all.every((each) => holds(each, inside))
  if ('any' in rule) return rule.any.some((each) => holds(each, inside))
  throw new Error('not of segments')
}

test.each([2, 3, 4])('any choice of parts of %i segments is a rule that has exactly those people', (n) => {
  const ids = ['a', 'b', 'c', 'd'].slice(0, n)
  const all = combinations(n)
  expect(all).toHaveLength(2 ** n - 1)
  for (let choice = 1; choice < 2 ** all.length; choice += n === 4 ? 37 : 1) {
    const parts = all.filter((_, index) => (choice >> index) & 1)
    const rule = algebraRule(ids, parts)
    if (!rule) throw new Error('no rule')
    for (const part of [...all, '0'.repeat(n)]) {
      expect(holds(rule, new Set(ids.filter((_, index) => part[index] === '1'))), `${part} of ${parts.join()}`).toBe(parts.includes(part))
    }
  }
})

test('the known operations are known by their parts, and written short', () => {
  expect(operationOf(partsOf('minus', 3), 3)).toBe('minus')
  expect(operationOf([...partsOf('union', 3)].reverse(), 3)).toBe('union')
  expect(operationOf(['110'], 3)).toBe('custom')
  expect(algebraRule(['a', 'b'], partsOf('intersect', 2))).toEqual({ all: [{ segment: { id: 'a' } }, { segment: { id: 'b' } }] })
  expect(algebraRule(['a', 'b'], [])).toBeNull()
})

test('every template is complete', () => {
  for (const { key, rule } of templates) {
    expect(whole(rule), key).toBe(rule)
    expect(tally(rule).open, key).toBe(0)
  }
  expect(new Set(templates.map(({ key }) => key)).size).toBe(templates.length)
})

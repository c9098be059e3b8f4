import { expect, test } from 'vitest'
import type { Lang } from 'kit'
import { ruleText, type Namer } from '@/parts/rule/text'
import { asGroup, at, move, put, tally, whole, readsSegments } from '@/parts/rule/tree'
import type { Rule } from '@/parts/rule/types'

const events: Record<string, [string, string]> = { 'order.paid': ['付款', 'Paid'], 'checkout.started': ['开始结算', 'Started checkout'], 'order.refunded': ['退款到账', 'Refund arrived'] }
const namer: Namer = {
  attribute: (key) =>
    key === 'gender' ? { key, zh: '性别', en: 'gender', kind: 'enum', values: [] }
    : key === 'net' ? { key, zh: '净消费', en: 'net spend', kind: 'money', values: [] }
    : key === 'last_order_at' ? { key, zh: '最近下单时间', en: 'last order', kind: 'date', values: [] }
    : { key, zh: '生日', en: 'birthday', kind: 'date', values: [] },
  eventName: (name, lang) => events[name]?.[lang === 'zh' ? 0 : 1] ?? name,
  touchpointName: (id) => (id === 'tpt_1' ? '门店台卡' : id),
  storeName: (id) => id,
  guideName: (id) => (id === 'stf_1' ? '李娜' : id),
  segmentName: () => '老客',
  poolName: (code, lang) => (code === 'wecom' ? { zh: '企业微信', en: 'WeCom' }[lang] : code),
  currency: 'CNY',
}
const say = (rule: Rule, lang: Lang = 'zh') => ruleText(rule, namer, lang)
const paid = { name: 'order.paid', where: [] }
const month = { last: { n: 30, unit: 'day' } } as const
const steps = (n: number): Rule => ({ sequence: { steps: Array.from({ length: n }, () => paid), within: null, without: null, window: 'ever' } })
const did = (more: object): Rule => ({ event: { event: paid, measure: 'count', min: null, max: null, window: month, ...more } })

test.each<[Rule, string, string]>([
  [{ all: [] }, '所有人', 'everyone'],
  [{ attr: { key: 'gender', test: { is: ['female'] } } }, '性别是女', 'gender is female'],
  [{ attr: { key: 'net', test: { between: { min: 50_000, max: null } } } }, '净消费至少 ¥500.00', 'net spend at least ¥500.00'],
  [{ attr: { key: 'last_order_at', test: { days_ago: { min: 0, max: 30 } } } }, '最近下单时间在最近 30 天内', 'last order in the last 30 days'],
  [{ attr: { key: 'birthday', test: { anniversary: { from: 0, to: 7 } } } }, '生日（每年）在今天起 7 天内', 'birthday (yearly) within 7 days from today'],
  [{ stage: { any: ['silent', 'churned'], days: { min: 30, max: null } } }, '处于沉默或流失阶段满 30 天', 'in stage Silent or Churned for at least 30 days'],
  [{ rfm: { r: [5, 4], f: null, m: [1, 3] } }, 'RFM 得分 R 4–5、M 1/3', 'RFM score R 4–5, M 1/3'],
  [{ consent: { purpose: 'marketing', channel: 'email', status: 'granted' } }, '已同意邮件营销', 'agreed to marketing by e-mail'],
  [{ touchpoint: { any: ['tpt_1'] } }, '来自触点「门店台卡」', 'came by “门店台卡”'],
  [{ guide: { any: ['stf_1', 'stf_2'] } }, '导购是「李娜」或「stf_2」', 'belongs to guide “李娜” or “stf_2”'],
  [{ bound: { kind: 'guide' } }, '已绑定导购', 'bound to a guide'],
  [{ segment: { id: 'seg_1' } }, '属于人群「老客」', 'in segment “老客”'],
  [did({ min: 2 }), '最近 30 天内「付款」至少 2 次', 'did “Paid” at least 2 times in the last 30 days'],
  [did({ min: 1 }), '最近 30 天内「付款」过', 'did “Paid” in the last 30 days'],
  [did({ max: 0 }), '最近 30 天内没有「付款」', 'did not do “Paid” in the last 30 days'],
  [did({ max: 0, window: 'ever' }), '从未「付款」', 'never did “Paid”'],
  [did({ measure: { sum: 'value' }, min: 100_000 }), '最近 30 天内「付款」的金额合计至少 ¥1,000.00', 'total amount of “Paid” at least ¥1,000.00 in the last 30 days'],
  [did({ measure: { distinct: 'sku' }, min: 3, window: { between: { from: '2026-01-01', to: '2026-02-01' } } }), '2026-01-01 至 2026-01-31 「付款」的SKU至少 3 种', 'at least 3 different SKU of “Paid” from 2026-01-01 to 2026-01-31'],
  [
    { sequence: { steps: [{ name: 'checkout.started', where: [] }, paid], within: { n: 3, unit: 'day' }, without: { name: 'order.refunded', where: [] }, window: month } },
    '最近 30 天内先「开始结算」，再「付款」，前后不超过 3 天，期间没有「退款到账」',
    'in the last 30 days did “Started checkout”, then “Paid” within 3 days without “Refund arrived” in between',
  ],
  [steps(4), '先「付款」，再「付款」，然后「付款」，之后「付款」', 'did “Paid”, then “Paid”, then “Paid”, then “Paid”'],
  [
    steps(8), '先「付款」，再「付款」，然后「付款」，之后「付款」，接着「付款」，随后「付款」，此后「付款」，最后「付款」',
    'did “Paid”, then “Paid”, then “Paid”, then “Paid”, then “Paid”, then “Paid”, then “Paid”, then “Paid”',
  ],
  [
    { not_followed: { first: { name: 'checkout.started', where: [] }, then: paid, within: { n: 1, unit: 'hour' }, window: { this: 'week' } } },
    '本周「开始结算」后 1 小时内没有「付款」', 'this week did “Started checkout” but not “Paid” within 1 hour',
  ],
  [{ first_event: { event: paid, then: [{ key: 'value', test: { between: { min: 9900, max: 9900 } } }], window: 'ever' } }, '首次「付款」的金额恰好 ¥99.00', 'first “Paid” has amount exactly ¥99.00'],
])('a condition is a sentence: %j', (rule, zh, en) => {
  expect(say(rule)).toBe(zh)
  expect(say(rule, 'en')).toBe(en)
})

test('groups keep their meaning in words', () => {
  const female: Rule = { attr: { key: 'gender', test: { is: ['female'] } } }
  const vip: Rule = { tag: { any: ['VIP'] } }
  expect(say({ all: [female, { any: [vip, did({ min: 2 })] }] })).toBe('性别是女，且（有标签「VIP」，或最近 30 天内「付款」至少 2 次）')
  expect(say({ any: [vip, { not: female }] }, 'en')).toBe('tagged “VIP” or not (gender is female)')
  expect(say({ not: { not: vip } })).toBe('有标签「VIP」')
  expect(say({ at_least: { k: 2, of: [vip, female, { identity: { kind: 'phone' } }] } })).toBe('以下 3 项至少满足 2 项（有标签「VIP」；性别是女；留有手机号）')
})

const open: Rule = { tag: { any: [] } }
const vip: Rule = { tag: { any: ['VIP'] } }
test('what is not filled in does not take part in the count', () => {
  expect(whole({ all: [open, vip] })).toEqual({ all: [vip] })
  expect(whole({ all: [{ any: [open] }, { not: open }] })).toBeNull()
  const rule: Rule = { all: [vip, { not: { any: [vip] } }] }
  expect(whole(rule)).toBe(rule)
  expect(whole({ at_least: { k: 3, of: [vip, vip, open] } })).toEqual({ at_least: { k: 2, of: [vip, vip] } })
  expect(whole(did({ min: 3, max: 1 }))).toBeNull()
  expect(whole({ all: [{ guide: { any: [] } }, vip] })).toEqual({ all: [vip] })
  expect(tally({ all: [open, { not: { any: [vip, open] } }] })).toEqual({ leaves: 3, open: 2 })
})

test('a change keeps everything beside its path', () => {
  const rule: Rule = { all: [vip, { not: { any: [open, vip] } }] }
  const after = put(rule, '1.0', vip)
  expect(after).toEqual({ all: [vip, { not: { any: [vip, vip] } }] })
  expect(at(after as Rule, '0')).toBe(vip)
  expect(at(rule, '1.0')).toBe(open)
  expect(put(rule, '1.0', null)).toEqual({ all: [vip, { not: { any: [vip] } }] })
  expect(put(rule, '7', vip)).toBe(rule)
  expect(move(rule, '1', -1)).toEqual({ rule: { all: [{ not: { any: [open, vip] } }, vip] }, path: '0' })
  expect(move(rule, '1', 1)).toBeNull()
})

test('the editor always has a group at the top, and knows which segments a rule reads', () => {
  expect(asGroup(null)).toEqual({ all: [] })
  expect(asGroup(vip)).toEqual({ all: [vip] })
  expect(asGroup({ not: { any: [vip] } })).toEqual({ all: [{ not: { any: [vip] } }] })
  expect(readsSegments({ all: [{ segment: { id: 'a' } }, { not: { any: [{ segment: { id: 'b' } }, { segment: { id: 'a' } }] } }] })).toEqual(['a', 'b'])
})

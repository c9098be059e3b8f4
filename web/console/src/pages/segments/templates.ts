/** Rules that most merchants want, to begin from. */
import type { EventTest, Rule } from '@/parts/rule/types'

export interface Template { key: string; zh: string; en: string; why_zh: string; why_en: string; rule: Rule }

const event = (name: string, where: EventTest['where'] = []): EventTest => ({ name, where })
const last = (n: number, unit: 'hour' | 'day' = 'day') => ({ last: { n, unit } })
const times = (name: string, days: number, min: number | null, max: number | null = null): Rule => ({ event: { event: event(name), measure: 'count', min, max, window: last(days) } })
const number = (key: string, min: number | null, max: number | null = null): Rule => ({ attr: { key, test: { between: { min, max } } } })
const ago = (key: string, min: number | null, max: number | null): Rule => ({ attr: { key, test: { days_ago: { min, max } } } })
const inbox: Rule = { consent: { purpose: 'marketing', channel: 'inbox', status: 'granted' } }

export const templates: Template[] = [
  { key: 'silent', zh: '沉默唤醒', en: 'Wake the silent', why_zh: '刚沉默不久、还能联系到的人，唤回最容易', why_en: 'Not silent for long and still reachable: the easiest to win back', rule: { all: [{ stage: { any: ['silent'], days: { min: null, max: 30 } } }, inbox] } },
  { key: 'unpaid', zh: '下单未付款', en: 'Ordered, not paid', why_zh: '下单一小时还没付款，提醒一句常常就成', why_en: 'An hour after the order and still unpaid: one reminder often does it', rule: { all: [{ not_followed: { first: event('order.placed'), then: event('order.paid'), within: { n: 1, unit: 'hour' }, window: last(7) } }] } },
  { key: 'browsing', zh: '反复看、没下单', en: 'Looks, does not buy', why_zh: '一周看了三次以上商品，却没有付款', why_en: 'Three looks at products in a week, no payment', rule: { all: [times('product.viewed', 7, 3), times('order.paid', 7, null, 0)] } },
  { key: 'first', zh: '首单后 30 天未复购', en: 'No second order after 30 days', why_zh: '只买过一次、已经过了一个月，是复购的关口', why_en: 'One order, a month ago: the moment the second is won or lost', rule: { all: [number('orders', 1, 1), ago('last_order_at', 30, null)] } },
  { key: 'risk', zh: '高价值将流失', en: 'Valuable and leaving', why_zh: '花得多，却很久没来：值得人工跟进', why_en: 'Spent much, gone for long: worth a personal word', rule: { all: [{ rfm: { r: [1, 2], f: null, m: [4, 5] } }] } },
  { key: 'super', zh: '超级用户候选', en: 'Super user candidates', why_zh: '买得勤、花得多、还带人来，五项里满足三项', why_en: 'Buys often, spends much, brings others: three of five hold', rule: { all: [{ at_least: { k: 3, of: [number('orders', 6), { rfm: { r: [4, 5], f: null, m: null } }, { rfm: { r: null, f: null, m: [5] } }, times('order.paid', 90, 3), { bound: { kind: 'promoter' } }] } }] } },
  { key: 'fresh', zh: '新入池、还没首单', en: 'Joined, no order yet', why_zh: '入池七天内最愿意听你说话', why_en: 'The first seven days are when people listen', rule: { all: [ago('joined_at', 0, 7), number('orders', null, 0)] } },
  { key: 'birthday', zh: '七天内过生日', en: 'Birthday within a week', why_zh: '提前一周准备生日礼', why_en: 'A week to prepare a present', rule: { all: [{ attr: { key: 'birthday', test: { anniversary: { from: 0, to: 7 } } } }, inbox] } },
  { key: 'reader', zh: '读了消息但没买', en: 'Reads, does not buy', why_zh: '对内容有兴趣，差一个理由', why_en: 'Interested; wants one more reason', rule: { all: [times('message.read', 30, 2), times('order.paid', 30, null, 0)] } },
  { key: 'weekend', zh: '周末下单的人', en: 'Weekend buyers', why_zh: '适合周五下午的活动', why_en: 'For a campaign on Friday afternoon', rule: { all: [{ event: { event: event('order.paid', [{ key: 'weekday', test: { is: ['6', '7'] } }]), measure: 'days', min: 2, max: null, window: last(90) } }] } },
  { key: 'refunds', zh: '退款偏多', en: 'Many refunds', why_zh: '先弄清原因，再发活动', why_en: 'Learn why before sending more', rule: { all: [times('order.refunded', 90, 2)] } },
  { key: 'silent_consent', zh: '买过、没表示过授权', en: 'Bought, consent unknown', why_zh: '下次到店时请他选择', why_en: 'Ask them at their next visit', rule: { all: [number('orders', 1), { consent: { purpose: 'marketing', channel: 'inbox', status: 'unknown' } }] } },
]

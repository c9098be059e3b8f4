/** A rule as a sentence, in either language. */
import { count, money, stageLabel, type Lang } from 'kit'
import { boundName, consentName, identityName, propName, valueName } from './names'
import { childrenOf, unmarked } from './tree'
import {
  kindOf, part, type AttrKind, type Attribute, type EdgeLeaf, type EventLeaf, type EventTest, type Limits, type Measure, type PropTest, type Rule, type Span, type Test,
  type Unit, type Window,
} from './types'

/** What a sentence needs to know beside the rule. `useFields()` gives it. */
export interface Namer {
  attribute: (key: string) => Attribute
  eventName: (name: string, lang: Lang) => string
  touchpointName: (id: string) => string
  storeName: (id: string) => string
  guideName: (id: string) => string
  segmentName: (id: string) => string
  poolName: (code: string, lang: Lang) => string
  currency: string
}

export const ruleText = (rule: Rule, fields: Namer, lang: Lang): string => (lang === 'zh' ? new Zh(fields) : new En(fields)).say(rule)
export const eventText = (event: EventTest, fields: Namer, lang: Lang): string => (lang === 'zh' ? new Zh(fields) : new En(fields)).event(event)
export const windowText = (window: Window, fields: Namer, lang: Lang): string => (lang === 'zh' ? new Zh(fields) : new En(fields)).window(window)

const BLANK = '…'
const given = (value: number | null | undefined): value is number => value !== null && value !== undefined
const listed = (words: string[], or: string) => (words.length ? words.join(or) : BLANK)
/** 4, 5 → "4–5"; 1, 3 → "1/3". */
function scores(all: number[]): string {
  const sorted = [...all].sort((a, b) => a - b)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return BLANK
  return sorted.length > 1 && last - first === sorted.length - 1 ? `${first}–${last}` : sorted.join('/')
}
/** The last day of a range whose end is not included. */
export function dayBefore(day: string, by = -1): string {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(at) ? day : new Date(at + by * 86_400_000).toISOString().slice(0, 10)
}

abstract class Speaker {
  abstract readonly lang: Lang
  constructor(protected readonly f: Namer) {}
  protected abstract group(kind: 'all' | 'any' | 'at_least', children: Rule[], k: number, nested: boolean): string
  protected abstract negate(inner: Rule): string
  protected abstract leaf(rule: Rule): string

  say(rule: Rule, nested = false): string {
    const { negated, inner } = unmarked(rule)
    if (negated) return this.negate(inner)
    const children = childrenOf(inner)
    if (!children) return this.leaf(inner)
    const only = children.length === 1 ? children[0] : undefined
    if (only) return this.say(only, nested)
    return this.group(kindOf(inner) as 'all' | 'any' | 'at_least', children, part(inner, 'at_least')?.k ?? 1, nested)
  }

  abstract event(event: EventTest): string
  abstract window(window: Window): string

  /** The attribute that a property is read as: how its numbers and codes are written. */
  protected prop(key: string): Attribute {
    return { key, zh: propName(key, 'zh'), en: propName(key, 'en'), kind: key === 'value' ? 'money' : 'text', values: [] }
  }
  protected number(value: number, kind: AttrKind): string {
    return kind === 'money' ? money(value, this.f.currency) : Number.isInteger(value) ? count(value) : String(value)
  }
  protected value(of: Attribute, value: string): string {
    if (of.key === 'touchpoint') return this.f.touchpointName(value)
    if (of.key === 'store') return this.f.storeName(value)
    return valueName(of, value, this.lang)
  }
}

/** A sequence has this many steps at most. */
export const MOST_STEPS = 8
export type StepWord = `step_${1 | 2 | 3 | 4 | 5 | 6 | 7}` | 'step_last'
/** How a step begins its part of the sentence; the last of many says that it is the last. */
export const stepWord = (index: number, of: number): StepWord => (index >= 4 && index === of - 1 ? 'step_last' : `step_${Math.min(index + 1, 7) as 1}`)
const zhSteps: Record<StepWord, string> = { step_1: '先', step_2: '再', step_3: '然后', step_4: '之后', step_5: '接着', step_6: '随后', step_7: '此后', step_last: '最后' }

const zhUnit: Record<Unit, string> = { minute: '分钟', hour: '小时', day: '天', week: '周' }

class Zh extends Speaker {
  readonly lang = 'zh'

  protected group(kind: 'all' | 'any' | 'at_least', children: Rule[], k: number, nested: boolean): string {
    if (children.length === 0) return kind === 'all' ? '所有人' : '没有人'
    const parts = children.map((each) => this.say(each, true))
    if (kind === 'at_least') return `以下 ${children.length} 项至少满足 ${k} 项（${parts.join('；')}）`
    const text = parts.join(kind === 'all' ? '，且' : '，或')
    return nested ? `（${text}）` : text
  }
  protected negate(inner: Rule): string {
    return `不符合（${this.say(inner)}）`
  }

  protected leaf(rule: Rule): string {
    const f = this.f
    if ('attr' in rule) return this.test(f.attribute(rule.attr.key), rule.attr.test)
    if ('tag' in rule) return `有标签${listed(rule.tag.any.map((tag) => `「${tag}」`), '或')}`
    if ('stage' in rule) return `处于${listed(rule.stage.any.map((each) => stageLabel(each, 'zh')), '或')}阶段${rule.stage.days ? this.held(rule.stage.days) : ''}`
    if ('rfm' in rule) return `RFM 得分 ${this.rfm(rule.rfm)}`
    if ('consent' in rule) return this.consent(rule.consent)
    if ('identity' in rule) return `留有${identityName(rule.identity.kind, 'zh')}`
    if ('pool' in rule) return `在流量池${listed(rule.pool.any.map((code) => `「${f.poolName(code, 'zh')}」`), '或')}`
    if ('touchpoint' in rule) return `来自触点${listed(rule.touchpoint.any.map((id) => `「${f.touchpointName(id)}」`), '或')}`
    if ('store' in rule) return `归属门店${listed(rule.store.any.map((id) => `「${f.storeName(id)}」`), '或')}`
    if ('guide' in rule) return `导购是${listed(rule.guide.any.map((id) => `「${f.guideName(id)}」`), '或')}`
    if ('bound' in rule) return `已绑定${boundName(rule.bound.kind, 'zh')}`
    if ('segment' in rule) return `属于人群「${f.segmentName(rule.segment.id)}」`
    if ('event' in rule) return this.did(rule.event)
    if ('first_event' in rule) return this.edge('首次', rule.first_event)
    if ('last_event' in rule) return this.edge('最近一次', rule.last_event)
    if ('sequence' in rule) {
      const { steps, within, without, window } = rule.sequence
      const order = steps.map((step, index) => `${zhSteps[stepWord(index, steps.length)]}${this.event(step)}`).join('，')
      return `${this.window(window)}${order}${within ? `，前后不超过 ${this.span(within)}` : ''}${without ? `，期间没有${this.event(without)}` : ''}`
    }
    if ('not_followed' in rule) {
      const { first, then, within, window } = rule.not_followed
      return `${this.window(window)}${this.event(first)}后 ${this.span(within)}内没有${this.event(then)}`
    }
    return BLANK
  }

  event({ name, where }: EventTest): string {
    const said = name === '*' ? '任何事件' : name === '' ? BLANK : `「${this.f.eventName(name, 'zh')}」`
    return where.length ? `${said}（${this.where(where)}）` : said
  }
  window(window: Window): string {
    if (window === 'ever') return ''
    if ('last' in window) return `最近 ${this.span(window.last)}内`
    if ('days' in window) return window.days === 1 ? '今天' : `最近 ${window.days} 个自然日内`
    if ('this' in window) return { day: '今天', week: '本周', month: '本月', year: '今年' }[window.this]
    return `${window.between.from || BLANK} 至 ${window.between.to ? dayBefore(window.between.to) : BLANK} `
  }
  private span = ({ n, unit }: Span) => `${n} ${zhUnit[unit]}`
  private where = (tests: PropTest[]) => tests.map(({ key, test }) => this.test(this.prop(key), test)).join('，')

  private test(of: Attribute, test: Test): string {
    const name = of.zh
    const gap = /[\w)]$/.test(name) ? ' ' : ''
    if (test === 'present') return `有${gap && ' '}${name}`
    if (test === 'missing') return `没有${gap && ' '}${name}`
    if ('is' in test) return of.kind === 'bool' ? `${test.is[0] === 'false' ? '不是' : ''}${name}` : `${name}${gap}是${this.values(of, test.is)}`
    if ('is_not' in test) return `${name}${gap}不是${this.values(of, test.is_not)}`
    if ('contains' in test) return `${name}${gap}包含「${test.contains}」`
    if ('between' in test) return `${name}${gap}${this.limits(test.between, of.kind)}`
    if ('days_ago' in test) return `${name}${gap}${this.ago(test.days_ago)}`
    const { from, to } = test.anniversary
    return from === 0 ? (to === 1 ? `${name}就在今天` : `${name}（每年）在今天起 ${to} 天内`) : `${name}（每年）在 ${from} 到 ${to - 1} 天后`
  }
  private values = (of: Attribute, all: string[]) => {
    const text = listed(all.map((value) => this.value(of, value)), '或')
    return /^[\w¥$]/.test(text) ? ` ${text}` : text
  }
  private limits({ min, max }: Limits, kind: AttrKind, unit = ''): string {
    const say = (value: number) => `${this.number(value, kind)}${unit}`
    if (given(min) && given(max)) return min === max ? `恰好 ${say(min)}` : ` ${this.number(min, kind)}–${say(max)}`
    if (given(min)) return `至少 ${say(min)}`
    return given(max) ? `至多 ${say(max)}` : BLANK
  }
  private ago({ min, max }: Limits): string {
    if (given(min) && min < 0) return given(max) && max <= 0 ? `在今后 ${-min} 天内` : `在前后 ${Math.max(-min, max ?? 0)} 天内`
    if (given(max)) return !given(min) || min === 0 ? (max === 0 ? '是今天' : `在最近 ${max} 天内`) : `在 ${min}–${max} 天前`
    return given(min) ? `已过去至少 ${min} 天` : BLANK
  }
  private held = ({ min, max }: Limits) => (given(min) && given(max) ? ` ${min}–${max} 天` : given(min) ? `满 ${min} 天` : given(max) ? `不超过 ${max} 天` : '')
  private rfm = ({ r, f, m }: { r: number[] | null; f: number[] | null; m: number[] | null }) =>
    ([['R', r], ['F', f], ['M', m]] as const).flatMap(([name, all]) => (all?.length ? [`${name} ${scores(all)}`] : [])).join('、') || BLANK
  private consent({ purpose, channel, status }: { purpose: string; channel: string; status: string }): string {
    const what = `${consentName(channel, 'zh')}${consentName(purpose, 'zh')}`
    return { granted: `已同意${what}`, denied: `不同意${what}`, withdrawn: `已撤回${what}的授权` }[status] ?? `没有表示过是否同意${what}`
  }
  private did({ event, measure, min, max, window }: EventLeaf): string {
    const [when, what] = [this.window(window), this.event(event)]
    if (measure === 'count') {
      if (max === 0 && !given(min)) return window === 'ever' ? `从未${what}` : `${when}没有${what}`
      if (min === 1 && !given(max)) return window === 'ever' ? `曾经${what}` : `${when}${what}过`
      return `${when}${what}${this.limits({ min: min ?? null, max: max ?? null }, 'number', ' 次')}`
    }
    return `${when}${this.measured(measure, what, { min: min ?? null, max: max ?? null })}`
  }
  private measured(measure: Exclude<Measure, 'count'>, what: string, limits: Limits): string {
    if (measure === 'days') return `有${this.limits(limits, 'number', ' 天').replace(/^ /, ' ')}${what}`
    const [how, key] = Object.entries(measure)[0] as [string, string]
    if (how === 'distinct') return `${what}的${propName(key, 'zh')}${this.limits(limits, 'number', ' 种')}`
    const word = { sum: '合计', avg: '平均', min: '最小', max: '最大' }[how] ?? how
    return `${what}的${propName(key, 'zh')}${word}${this.limits(limits, key === 'value' ? 'money' : 'number')}`
  }
  private edge(which: string, { event, then, window }: EdgeLeaf): string {
    const what = `${which}${this.event(event)}`
    const when = window === 'ever' ? '' : `在${this.window(window).trim()}`
    if (then.length === 0) return when ? `${what}${when}` : `有过${this.event(event)}`
    return when ? `${what}${when}，且${this.where(then)}` : `${what}的${this.where(then)}`
  }
}

const enNames: Record<Unit, string> = { minute: 'minute', hour: 'hour', day: 'day', week: 'week' }
const plural = (n: number, word: string) => `${count(n)} ${word}${n === 1 ? '' : 's'}`
const joined = (...parts: string[]) => parts.filter(Boolean).join(' ')

class En extends Speaker {
  readonly lang = 'en'

  protected group(kind: 'all' | 'any' | 'at_least', children: Rule[], k: number, nested: boolean): string {
    if (children.length === 0) return kind === 'all' ? 'everyone' : 'no one'
    const parts = children.map((each) => this.say(each, true))
    if (kind === 'at_least') return `at least ${k} of ${children.length} (${parts.join('; ')})`
    const text = parts.join(kind === 'all' ? ' and ' : ' or ')
    return nested ? `(${text})` : text
  }
  protected negate(inner: Rule): string {
    return `not (${this.say(inner)})`
  }

  protected leaf(rule: Rule): string {
    const f = this.f
    if ('attr' in rule) return this.test(f.attribute(rule.attr.key), rule.attr.test)
    if ('tag' in rule) return `tagged ${listed(rule.tag.any.map((tag) => `“${tag}”`), ' or ')}`
    if ('stage' in rule) return `in stage ${listed(rule.stage.any.map((each) => stageLabel(each, 'en')), ' or ')}${rule.stage.days ? this.held(rule.stage.days) : ''}`
    if ('rfm' in rule) return `RFM score ${this.rfm(rule.rfm)}`
    if ('consent' in rule) return this.consent(rule.consent)
    if ('identity' in rule) return `has ${identityName(rule.identity.kind, 'en')}`
    if ('pool' in rule) return `in traffic pool ${listed(rule.pool.any.map((code) => `“${f.poolName(code, 'en')}”`), ' or ')}`
    if ('touchpoint' in rule) return `came by ${listed(rule.touchpoint.any.map((id) => `“${f.touchpointName(id)}”`), ' or ')}`
    if ('store' in rule) return `belongs to store ${listed(rule.store.any.map((id) => `“${f.storeName(id)}”`), ' or ')}`
    if ('guide' in rule) return `belongs to guide ${listed(rule.guide.any.map((id) => `“${f.guideName(id)}”`), ' or ')}`
    if ('bound' in rule) return `bound to a ${boundName(rule.bound.kind, 'en')}`
    if ('segment' in rule) return `in segment “${f.segmentName(rule.segment.id)}”`
    if ('event' in rule) return this.did(rule.event)
    if ('first_event' in rule) return this.edge('first', rule.first_event)
    if ('last_event' in rule) return this.edge('last', rule.last_event)
    if ('sequence' in rule) {
      const { steps, within, without, window } = rule.sequence
      const order = steps.map((step) => this.event(step)).join(', then ')
      const text = `did ${order}${within ? ` within ${this.span(within)}` : ''}${without ? ` without ${this.event(without)} in between` : ''}`
      return joined(this.window(window), text)
    }
    if ('not_followed' in rule) {
      const { first, then, within, window } = rule.not_followed
      return joined(this.window(window), `did ${this.event(first)} but not ${this.event(then)} within ${this.span(within)}`)
    }
    return BLANK
  }

  event({ name, where }: EventTest): string {
    const said = name === '*' ? 'anything' : name === '' ? BLANK : `“${this.f.eventName(name, 'en')}”`
    return where.length ? `${said} (${this.where(where)})` : said
  }
  window(window: Window): string {
    if (window === 'ever') return ''
    if ('last' in window) return `in the last ${this.span(window.last)}`
    if ('days' in window) return window.days === 1 ? 'today' : `in the last ${plural(window.days, 'calendar day')}`
    if ('this' in window) return { day: 'today', week: 'this week', month: 'this month', year: 'this year' }[window.this]
    return `from ${window.between.from || BLANK} to ${window.between.to ? dayBefore(window.between.to) : BLANK}`
  }
  private span = ({ n, unit }: Span) => plural(n, enNames[unit])
  private where = (tests: PropTest[]) => tests.map(({ key, test }) => this.test(this.prop(key), test)).join(', ')

  private test(of: Attribute, test: Test): string {
    const name = of.en
    if (test === 'present') return `${name} known`
    if (test === 'missing') return `${name} unknown`
    if ('is' in test) return of.kind === 'bool' ? `${test.is[0] === 'false' ? 'not ' : ''}${name}` : `${name} is ${this.values(of, test.is)}`
    if ('is_not' in test) return `${name} is not ${this.values(of, test.is_not)}`
    if ('contains' in test) return `${name} contains “${test.contains}”`
    if ('between' in test) return `${name} ${this.limits(test.between, of.kind)}`
    if ('days_ago' in test) return `${name} ${this.ago(test.days_ago)}`
    const { from, to } = test.anniversary
    return from === 0 ? (to === 1 ? `${name} is today` : `${name} (yearly) within ${plural(to, 'day')} from today`) : `${name} (yearly) in ${from} to ${plural(to - 1, 'day')}`
  }
  private values = (of: Attribute, all: string[]) => listed(all.map((value) => this.value(of, value)), ' or ')
  private limits({ min, max }: Limits, kind: AttrKind): string {
    const say = (value: number) => this.number(value, kind)
    if (given(min) && given(max)) return min === max ? `exactly ${say(min)}` : `${say(min)}–${say(max)}`
    if (given(min)) return `at least ${say(min)}`
    return given(max) ? `at most ${say(max)}` : BLANK
  }
  private ago({ min, max }: Limits): string {
    if (given(min) && min < 0) return given(max) && max <= 0 ? `within the next ${plural(-min, 'day')}` : `within ${plural(Math.max(-min, max ?? 0), 'day')} of today`
    if (given(max)) return !given(min) || min === 0 ? (max === 0 ? 'today' : `in the last ${plural(max, 'day')}`) : `${min}–${max} days ago`
    return given(min) ? `at least ${plural(min, 'day')} ago` : BLANK
  }
  private held = ({ min, max }: Limits) =>
    given(min) && given(max) ? ` for ${min}–${max} days` : given(min) ? ` for at least ${plural(min, 'day')}` : given(max) ? ` for at most ${plural(max, 'day')}` : ''
  private rfm = ({ r, f, m }: { r: number[] | null; f: number[] | null; m: number[] | null }) =>
    ([['R', r], ['F', f], ['M', m]] as const).flatMap(([name, all]) => (all?.length ? [`${name} ${scores(all)}`] : [])).join(', ') || BLANK
  private consent({ purpose, channel, status }: { purpose: string; channel: string; status: string }): string {
    const what = `${consentName(purpose, 'en')} by ${consentName(channel, 'en')}`
    return { granted: `agreed to ${what}`, denied: `declined ${what}`, withdrawn: `withdrew from ${what}` }[status] ?? `never said whether to accept ${what}`
  }
  private did({ event, measure, min, max, window }: EventLeaf): string {
    const [when, what] = [this.window(window), this.event(event)]
    const limits = { min: min ?? null, max: max ?? null }
    if (measure === 'count') {
      if (max === 0 && !given(min)) return window === 'ever' ? `never did ${what}` : `did not do ${what} ${when}`
      if (min === 1 && !given(max)) return window === 'ever' ? `ever did ${what}` : `did ${what} ${when}`
      return `did ${what} ${this.limits(limits, 'number')} ${max === 1 || (min === 1 && !given(max)) ? 'time' : 'times'} ${when}`.trim()
    }
    return `${this.measured(measure, what, limits)} ${when}`.trim()
  }
  private measured(measure: Exclude<Measure, 'count'>, what: string, limits: Limits): string {
    if (measure === 'days') return `did ${what} on ${this.limits(limits, 'number')} days`
    const [how, key] = Object.entries(measure)[0] as [string, string]
    if (how === 'distinct') return `${this.limits(limits, 'number')} different ${propName(key, 'en')} of ${what}`
    const word = { sum: 'total', avg: 'average', min: 'smallest', max: 'largest' }[how] ?? how
    return `${word} ${propName(key, 'en')} of ${what} ${this.limits(limits, key === 'value' ? 'money' : 'number')}`
  }
  private edge(which: string, { event, then, window }: EdgeLeaf): string {
    const when = this.window(window)
    if (then.length === 0) return when ? `${which} ${this.event(event)} ${when}` : `ever did ${this.event(event)}`
    return `${which} ${this.event(event)} ${when ? `${when}, with ` : 'has '}${this.where(then)}`
  }
}

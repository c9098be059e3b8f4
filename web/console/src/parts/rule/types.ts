/** The tree of a segment as the server takes it, and what it may be made of. */
export type Unit = 'minute' | 'hour' | 'day' | 'week'
export type Period = 'day' | 'week' | 'month' | 'year'
export interface Span { n: number; unit: Unit }
export interface Limits { min?: number | null; max?: number | null }

/** `days`: today and the days before it. `between`: civil days, the last one not included. */
export type Window = 'ever' | { last: Span } | { days: number } | { this: Period } | { between: { from: string; to: string } }

export type Test =
  | { is: string[] } | { is_not: string[] } | { contains: string } | { between: Limits }
  | { days_ago: Limits } | { anniversary: { from: number; to: number } } | 'present' | 'missing'

export interface PropTest { key: string; test: Test }
/** The name "*" stands for any event. */
export interface EventTest { name: string; where: PropTest[] }
export type Measure = 'count' | 'days' | { sum: string } | { avg: string } | { min: string } | { max: string } | { distinct: string }

export interface EventLeaf extends Limits { event: EventTest; measure: Measure; window: Window }
export interface EdgeLeaf { event: EventTest; then: PropTest[]; window: Window }
export interface SequenceLeaf { steps: EventTest[]; within: Span | null; without: EventTest | null; window: Window }
export interface NotFollowedLeaf { first: EventTest; then: EventTest; within: Span; window: Window }

export type Rule =
  | { all: Rule[] } | { any: Rule[] } | { not: Rule } | { at_least: { k: number; of: Rule[] } }
  | { attr: { key: string; test: Test } }
  | { tag: { any: string[] } }
  | { stage: { any: string[]; days?: Limits | null } }
  | { rfm: { r: number[] | null; f: number[] | null; m: number[] | null } }
  | { consent: { purpose: string; channel: string; status: string } }
  | { identity: { kind: string } }
  | { pool: { any: string[] } }
  | { touchpoint: { any: string[] } }
  | { store: { any: string[] } }
  | { bound: { kind: string } }
  | { guide: { any: string[] } }
  | { segment: { id: string } }
  | { event: EventLeaf }
  | { first_event: EdgeLeaf } | { last_event: EdgeLeaf }
  | { sequence: SequenceLeaf }
  | { not_followed: NotFollowedLeaf }

type Keys<T> = T extends unknown ? keyof T : never
export type RuleKind = Keys<Rule>
export type GroupKind = 'all' | 'any' | 'at_least'
export const kindOf = (rule: Rule): RuleKind => Object.keys(rule)[0] as RuleKind
/** What a rule of a kind holds: `part(rule, 'event')`, undefined when it is of another kind. */
export const part = <K extends RuleKind>(rule: Rule, kind: K): Extract<Rule, Record<K, unknown>>[K & keyof Extract<Rule, Record<K, unknown>>] | undefined =>
  (rule as unknown as Record<string, never>)[kind]

export type AttrKind = 'text' | 'number' | 'money' | 'date' | 'bool' | 'enum'
export interface ValueCount { value: string; zh?: string | null; en?: string | null; count: number }
export interface Attribute { key: string; zh: string; en: string; kind: AttrKind; values: ValueCount[] }
export interface EventProp { key: string; kind: 'text' | 'number'; values: ValueCount[] }
export interface EventField { name: string; count: number; props: EventProp[] }

/** What `GET /segment-fields` answers. */
export interface SegmentFields {
  attributes: Attribute[]
  events: EventField[]
  tags: { tag: string; count: number }[]
  stages: { stage: string; count: number }[]
  consents: { purpose: string; channel: string }[]
  identities: string[]
  rfm: boolean
}

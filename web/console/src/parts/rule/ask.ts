/** What the server is asked about segments. */
import type { List } from 'api'
import { client } from '@/server'
import type { Rule, SegmentFields } from './types'

export type SegmentState = 'building' | 'live' | 'stale' | 'archived'
export interface SegmentRow {
  id: string
  name: string
  note: string | null
  kind: 'live' | 'static'
  state: SegmentState
  version: number
  size: number
  /** Up to where it is exact. */
  exact_at: number
  entered_week: number
  left_week: number
  created_at: number
  updated_at: number
  error: string | null
  /** Null for a fixed list. */
  rule: Rule | null
  /** Kept on everybody who is in. */
  tag: string | null
}
export interface Segment extends SegmentRow { used_by: { id: string; name: string }[] }
export interface StaticMade extends Segment { found: number; missing: string[]; missing_count: number }
export interface Sampled { id: string; name: string | null; stage: string }
export interface Counted {
  count: number
  pool: number
  took_ms: number
  exact_at: number
  sample: Sampled[]
  enter?: number | null
  leave?: number | null
  stay?: number | null
}
export interface Member {
  id: string
  name: string | null
  stage: string
  orders: number
  paid_fen: number
  last_seen_at: number | null
  since_at: number
  cause: string
}
export interface HistoryDay { day: string; size: number; entered: number; left: number }
export interface WhyEvent { name: string; at: number; value_fen?: number | null }
export interface Evidence {
  value?: string | null
  count?: number | null
  from_at?: number | null
  to_at?: number | null
  events?: WhyEvent[]
}
export interface Why { rule: Rule; truth: boolean; says: Evidence; next_at: number | null; children: Why[] }
export interface WhyAnswer { in: boolean; since_at: number | null; at: number; node: Why | null }
export interface Overlap { sizes: number[]; cells: { in: boolean[]; count: number }[] }
export interface Cell { value: string; zh?: string | null; en?: string | null; count: number | null; share_bp: number | null; base_bp: number | null; tgi: number | null }
export interface Portrait {
  persons: number
  base: number
  groups: { key: string; zh: string; en: string; cells: Cell[]; missing: number; base_missing: number }[]
  /** What they did in each civil hour of the day. */
  hours: { hour: number; count: number; share_bp: number; base_bp: number | null }[]
  categories: Cell[]
  products: { id: string; name: string; persons: number | null; share_bp: number | null; base_bp: number | null; tgi: number | null }[]
  responses: { name: string; persons: number | null; share_bp: number | null; base_bp: number | null; tgi: number | null }[]
}
export interface Health {
  exact_at: number
  lag_ms: number
  audited: number
  mismatched: number
  last_audit_at: number | null
  /** Persons whom the clock alone may move. */
  sleeping: number
  mismatches: { segment: string; person: string; at: number; live: boolean; batch: boolean }[]
  lake: { events: number; persons: number; delta: number; files_bytes: number; merged_at: number | null; position: number }
}
export interface PersonSegment { id: string; name: string; since_at: number; cause: string }

const V1 = '/api/v1'
const at = (id: string) => ({ path: { id } })

export const segments = {
  fields: () => client.call<SegmentFields>('GET', `${V1}/segment-fields`),
  list: (query: { q?: string; state?: string; cursor?: string; limit?: number } = {}) => client.call<List<SegmentRow>>('GET', `${V1}/segments`, { query }),
  one: (id: string) => client.call<Segment>('GET', `${V1}/segments/{id}`, at(id)),
  create: (body: { name: string; note?: string; rule: Rule }) => client.call<Segment>('POST', `${V1}/segments`, { body }),
  createStatic: (body: { name: string; note?: string; persons?: string[]; keys?: string[] }) => client.call<StaticMade>('POST', `${V1}/segments/static`, { body }),
  save: (id: string, body: { name?: string; note?: string; rule?: Rule }) => client.call<Segment>('PATCH', `${V1}/segments/{id}`, { ...at(id), body }),
  archive: (id: string) => client.call<undefined>('DELETE', `${V1}/segments/{id}`, at(id)),
  count: (body: { rule: Rule; sample?: number; against?: string }, signal?: AbortSignal) =>
    client.call<Counted>('POST', `${V1}/segments/count`, { body, ...(signal ? { signal } : {}) }),
  members: (id: string, query: { cursor?: string; limit?: number }) => client.call<List<Member>>('GET', `${V1}/segments/{id}/members`, { ...at(id), query }),
  history: (id: string, days: number) => client.call<{ days: HistoryDay[] }>('GET', `${V1}/segments/{id}/history`, { ...at(id), query: { days } }),
  why: (id: string, person: string) => client.call<WhyAnswer>('GET', `${V1}/segments/{id}/why/{person}`, { path: { id, person } }),
  ofPerson: (id: string) => client.call<{ items: PersonSegment[] }>('GET', `${V1}/persons/{id}/segments`, at(id)),
  overlap: (ids: string[]) => client.call<Overlap>('POST', `${V1}/segments/overlap`, { body: { ids } }),
  portrait: (id: string, query: { against?: string; left_days?: number }) => client.call<Portrait>('GET', `${V1}/segments/{id}/portrait`, { ...at(id), query }),
  health: () => client.call<Health>('GET', `${V1}/segments/health`),
  tag: (id: string, tag: string | null) => client.call<Segment>('POST', `${V1}/segments/{id}/tag`, { ...at(id), body: { tag } }),
}

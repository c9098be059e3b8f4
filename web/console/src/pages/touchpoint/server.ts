/** Questions about one or all touchpoints that go beyond what it is: what it brings, and to whom its live code leads. */
import { createClient, type List } from 'api'

const client = createClient()
const at = (id: string) => ({ path: { id } })

export type StepName = 'visited' | 'followed' | 'joined' | 'first_order' | 'repurchase'
export interface Step { step: StepName; people: number; rate_bp: number | null; median_ms: number | null; cost_each_fen: number | null }
export interface Machines { reason: MachineReason; hits: number }
export type MachineReason = 'preview' | 'crawler' | 'headless' | 'program' | 'prefetch' | 'head' | 'repeat'
export interface Day { day: string; visits: number; people: number; revenue_fen: number }
export interface Funnel {
  steps: Step[]; cost_fen: number; revenue_fen: number; cac_fen: number | null; roi_bp: number | null; by_day: Day[]; machines: Machines[]
}
export interface Retention {
  cohorts: { week: string; people: number; active: number[] }[]
  weeks: { week: number; active: number; people: number }[]
}
export interface Marks { utm_source?: string; utm_medium?: string; utm_campaign?: string; utm_term?: string; utm_content?: string }
export interface MarkedVisits { utm_source: string | null; utm_medium: string | null; utm_campaign: string | null; visits: number; people: number }
export interface Row {
  id: string; code: string; kind: string; name: string; status: 'active' | 'paused'; store: { id: string; name: string } | null
  owner: { id: string; name: string } | null; live_code_id: string | null; created_at: number; visits: number; machines: number; people: number
  followed: number; joined: number; first_order: number; repurchase: number; cost_fen: number; revenue_fen: number
  cost_each_fen: number | null; cac_fen: number | null; roi_bp: number | null
}

export const touchpoints = {
  funnel: (id: string) => client.call<Funnel>('GET', '/api/v1/touchpoints/{id}/funnel', at(id)),
  retention: (id: string) => client.call<Retention>('GET', '/api/v1/touchpoints/{id}/retention', at(id)),
  marks: (id: string) => client.call<{ items: MarkedVisits[] }>('GET', '/api/v1/touchpoints/{id}/marks', at(id)),
  link: (id: string, marks: Marks) => client.call<{ short: string; long: string }>('GET', '/api/v1/touchpoints/{id}/link', { ...at(id), query: { ...marks } }),
  table: (query: Record<string, string | number | boolean | undefined>) => client.call<List<Row>>('GET', '/api/v1/touchpoint-table', { query }),
  qrUrl: (id: string, format: 'svg' | 'png', marks: Marks = {}, size?: number) =>
    client.url(`/api/v1/touchpoints/{id}/qr.${format}`, { ...at(id), query: { ...marks, size } }),
  zipUrl: (query: Record<string, string | undefined>) => client.url('/api/v1/touchpoint-codes.zip', { query }),
}

export interface Dates { from: string | null; to: string | null }
export interface Window { from: string; to: string }
export interface Schedule { weekdays: number[]; windows: Window[]; dates: Dates[]; except: Dates[] }
export interface Slot {
  id: string | null; staff_id: string | null; url: string | null; label: string | null; store_id: string | null
  weight: number; daily_cap: number | null; on: boolean; leave: Dates[]; backup: boolean; stages: string[]
}
export const PREFER = ['bound_guide', 'nearest_store', 'stage'] as const
export type Prefer = (typeof PREFER)[number]
export type Spread = 'least_loaded' | 'weighted_turn'
export interface Rule { name: string; schedule: Schedule; prefer: Prefer[]; spread: Spread; slots: Slot[] }
export interface Plan { rules: Rule[]; backup: Slot[] }
export interface LiveCode {
  id: string; touchpoint_id: string; name: string; code: string; state: 'draft' | 'active' | 'retired'; zone: string
  from_at: number | null; to_at: number | null; hold_minutes: number; fallback: string | null; version: number; plan: Plan; store_id: string | null
}
export interface Definition { zone: string | null; from_at: number | null; to_at: number | null; hold_minutes: number; fallback: string | null; plan: Plan }
export interface SlotToday {
  slot_id: string; staff_id: string | null; name: string; taken: number; daily_cap: number | null; turns: number; held: number; added: number
  now: 'serving' | 'off' | 'leave' | 'inactive' | 'capped'
}
export interface Today { day: string; open: string[]; slots: SlotToday[] }
export interface TraceStep {
  rule: string | null
  what: 'closed' | 'nobody' | 'chosen' | 'not_yet' | 'over' | 'retired' | 'same_face' | 'asked'
  passed?: { off: number; leave: number; inactive: number; capped: number }
  by?: 'bound_guide' | 'nearest_store' | 'stage' | 'least_loaded' | 'weighted_turn' | 'backup'
}
export interface Preview { led: 'guide' | 'address' | 'fallback' | 'choose'; slot_id: string | null; staff_id: string | null; to: string | null; stores: string[]; trace: TraceStep[] }
export interface Reservation {
  id: string; person_id: string; staff_id: string; staff_name: string; state: 'held' | 'added' | 'expired'; trace: TraceStep[]; created_at: number; added_at: number | null
}

export const liveCodes = {
  of: (touchpoint: string) => client.call<List<{ id: string; state: LiveCode['state']; held: number; added: number }>>('GET', '/api/v1/live-codes', { query: { touchpoint } }),
  one: (id: string) => client.call<LiveCode>('GET', '/api/v1/live-codes/{id}', at(id)),
  create: (touchpoint_id: string, definition: Definition) => client.call<LiveCode>('POST', '/api/v1/live-codes', { body: { touchpoint_id, definition } }),
  save: (id: string, version: number, definition: Definition) => client.call<LiveCode>('PUT', '/api/v1/live-codes/{id}', { ...at(id), body: { version, definition } }),
  activate: (id: string) => client.call<LiveCode>('POST', '/api/v1/live-codes/{id}/activate', at(id)),
  retire: (id: string) => client.call<LiveCode>('POST', '/api/v1/live-codes/{id}/retire', at(id)),
  turn: (id: string, slot: string, on: boolean) => client.call<LiveCode>('POST', '/api/v1/live-codes/{id}/slots/{slot}/switch', { path: { id, slot }, body: { on } }),
  today: (id: string) => client.call<Today>('GET', '/api/v1/live-codes/{id}/today', at(id)),
  preview: (id: string, query: { at?: number; stage?: string; store?: string; guide?: string; lat?: number; lng?: number }) => client.call<Preview>('GET', '/api/v1/live-codes/{id}/preview', { ...at(id), query }),
  added: (id: string, reservation_id: string) => client.call<{ fresh: boolean }>('POST', '/api/v1/live-codes/{id}/adds', { ...at(id), body: { reservation_id } }),
  trace: (id: string, page: { cursor?: string; limit: number }) => client.call<List<Reservation>>('GET', '/api/v1/live-codes/{id}/trace', { ...at(id), query: page }),
}

export const emptySlot = (): Slot => ({
  id: null, staff_id: null, url: null, label: null, store_id: null, weight: 1, daily_cap: null, on: true, leave: [], backup: false, stages: [],
})
export const emptyRule = (name: string): Rule => ({
  name, schedule: { weekdays: [], windows: [], dates: [], except: [] }, prefer: [], spread: 'weighted_turn', slots: [emptySlot()],
})

/** Questions and acts of the intake: the catalogue, its rules, and the quarantine. */
import { createClient, type List } from 'api'

const client = createClient()
type Page = { cursor?: string; limit: number }

export interface DayVolume { day: string; taken: number; blocked: number }
export interface SeenEvent {
  name: string; source: string; ours: boolean; first_at: number | null; last_at: number | null
  total: number; recent: number; blocked: number; properties: number; personal: boolean; days: DayVolume[]
}
export interface SeenProperty {
  property: string; types: Record<string, number>; sampled: number; sample: string; pii: string; by_hand: boolean; first_at: number; last_at: number
}
export const KINDS = ['block_event', 'rename_event', 'rename_property', 'drop_property', 'mask_property'] as const
export type Kind = (typeof KINDS)[number]
export interface Rule {
  id: string; kind: Kind; event: string; property: string; target: string | null; applied: number; applied_at: number | null; created_at: number
}
export interface NewRule { kind: Kind; event?: string; property?: string; target?: string }
export const PII = ['none', 'phone', 'email', 'id_number', 'name', 'address', 'network'] as const

export interface Quarantined {
  id: string; source: string; reason: string; detail: string; raw: string; cut: boolean; state: 'open' | 'replayed' | 'dismissed'
  times: number; received_at: number; resolved_at: number | null
}
export interface QuarantineCount { source: string; reason: string; state: string; count: number }
export interface Which { reason?: string; source?: string }

export const intake = {
  events: (query: Page & { q?: string; source?: string }) => client.call<List<SeenEvent>>('GET', '/api/v1/catalogue', { query }),
  properties: (event: string) => client.call<List<SeenProperty>>('GET', '/api/v1/catalogue/properties', { query: { event } }),
  mark: (body: { event: string; property: string; pii: string | null }) => client.call<SeenProperty>('PUT', '/api/v1/catalogue/properties', { body }),
  rules: () => client.call<List<Rule>>('GET', '/api/v1/intake/rules'),
  addRule: (body: NewRule) => client.call<Rule>('POST', '/api/v1/intake/rules', { body }),
  removeRule: (id: string) => client.call<null>('DELETE', '/api/v1/intake/rules/{id}', { path: { id } }),
  quarantine: (query: Page & Which & { state?: string }) => client.call<List<Quarantined>>('GET', '/api/v1/quarantine', { query: { ...query } }),
  counts: () => client.call<List<QuarantineCount>>('GET', '/api/v1/quarantine/counts'),
  replay: ({ id, fixed }: { id: string; fixed?: string }) =>
    client.call<{ done: boolean; item: Quarantined }>('POST', '/api/v1/quarantine/{id}/replay', { path: { id }, body: fixed === undefined ? {} : { fixed } }),
  replayAll: (body: Which) => client.call<{ replayed: number; refused: number }>('POST', '/api/v1/quarantine/replay', { body }),
  dismiss: (id: string) => client.call<null>('POST', '/api/v1/quarantine/{id}/dismiss', { path: { id }, body: {} }),
  dismissAll: (body: Which) => client.call<{ dismissed: number }>('POST', '/api/v1/quarantine/dismiss', { body }),
}

/** Who wins where a file says something else than what is here, and what came of it. */
import type { Import, List } from 'api'
import { client } from '@/server'

export const policies = ['weaker', 'fill', 'file', 'newer', 'ours'] as const
export type Policy = (typeof policies)[number]
export interface Policies { default: Policy; fields: Record<string, Policy>; system: string | null }
export interface FieldOutcome { field: string; filled: number; changed: number; kept: number }
export interface Outcome { created: number; changed: number; same: number; kept: number; fields: FieldOutcome[] }
export type Why = 'fill_only' | 'older' | 'no_time' | 'ours' | 'stronger'
export interface KeptRow { row: number; kept: { field: string; stays: string; why: Why }[]; raw: string }

type Field = Import['fields'][number] & { policy: boolean }
export type Weighed = Omit<Import, 'policy' | 'outcome' | 'fields'> & { policy: Policies; outcome: Outcome; fields: Field[] }

export const weighed = (of: Import) => of as unknown as Weighed

/** A wish: without a default the rules of the system hold, and what they do not name is only filled. */
export interface Wish { default?: Policy; fields: Record<string, Policy>; system?: string }

/** What holds for the import now, as it is asked for again; `default` `weaker` is what nobody chose yet. */
export const wished = ({ policy }: Weighed): Wish => ({ default: policy.default, fields: policy.fields, ...(policy.system ? { system: policy.system } : {}) })

interface Start { mapping: Record<string, string>; encoding: string; dry_run: boolean; policy?: Wish }
export const startImport = (id: string, body: Start) => client.call<Import>('POST', '/api/v1/imports/{id}/start', { path: { id }, body })

export const systems = () => client.call<List<{ code: string; fields: { field: string; policy: string }[] }>>('GET', '/api/v1/sync/systems')
export const keptRows = (id: string) => client.call<List<KeptRow>>('GET', '/api/v1/imports/{id}/kept', { path: { id } })
export const keptUrl = (id: string) => client.url('/api/v1/imports/{id}/kept.csv', { path: { id } })

/** Does the later one win for a field that the file has, while no column says when a row was changed? */
export function lacksTime(of: Weighed, wish: Wish, mapping: Record<string, string>): boolean {
  if (mapping.changed_at) return false
  return of.fields.some((field) => field.policy && mapping[field.field] && (wish.fields[field.field] ?? wish.default) === 'newer')
}

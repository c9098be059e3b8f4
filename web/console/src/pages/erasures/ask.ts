/** What the server is asked about a customer's rights: everything that is held, erasing, and the receipts. */
import type { List } from 'api'
import { client } from '@/server'

export interface Erasure {
  id: string
  /** Stands for nobody any more. */
  person_id: string
  actor: string
  actor_name: string | null
  reason: string
  at: number
  /** What was removed: kind → how many. */
  counts: Record<string, number>
  /** Null while it is still going on. */
  finished_at: number | null
}

export const rights = {
  everythingUrl: (id: string) => client.url('/api/v1/persons/{id}/everything', { path: { id } }),
  erase: (id: string, reason: string) => client.call<Erasure>('POST', '/api/v1/persons/{id}/erase', { path: { id }, body: { reason, confirm: id } }),
  receipts: (query: Record<string, string | number | undefined>) => client.call<List<Erasure>>('GET', '/api/v1/erasures', { query }),
}

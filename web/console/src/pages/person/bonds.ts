/** How a person came to be one: identities with what speaks for them, merges, and what can be done about both. */
import { useQuery } from '@tanstack/react-query'
import { client } from '@/server'

export interface Bond {
  key: string; kind: string; value: string; strong: boolean; inert: boolean; evidence: string; bound_at: number; subject_id: string
}
export interface Ref { id: string; name: string | null }
export interface Merge {
  id: string; winner: Ref; loser: Ref; reason: string; actor: string | null; at: number
  undone_at: number | null; undone_reason: string | null
}
export interface Bonds { identities: Bond[]; merges: Merge[] }
export interface Side { person: Ref; subjects: number; identities: number; events: number; orders: number; paid_fen: number }
export interface Parting { stays: Side; leaves: Side; done: boolean }

const at = (id: string, rest: string) => `/api/v1/persons/${id}${rest}`

export const useBonds = (id: string) =>
  useQuery({ queryKey: ['person', id, 'bonds'], queryFn: ({ signal }) => client.call<Bonds>('GET', at(id, '/identities'), { signal }) })

export const bind = (id: string, body: { kind: string; value: string }) => client.call<void>('POST', at(id, '/identities'), { body })
export const unbind = (id: string, key: string) => client.call<{ parted: number }>('DELETE', at(id, `/identities/${key}`))
export const part = (id: string, merge: string, dry: boolean) =>
  client.call<Parting>('POST', at(id, '/unmerge'), { body: { merge_id: merge, dry_run: dry } })

export const kinds = ['phone', 'email', 'unionid', 'openid', 'external_userid', 'user_id', 'external_id'] as const

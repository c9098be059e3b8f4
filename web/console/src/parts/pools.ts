/** What the server is asked about traffic pools. */
import { useQuery } from '@tanstack/react-query'
import type { Brand } from 'api'
import { client } from '@/server'

export type Strength = 'strong' | 'weak'
/** One pool over all channels, or several that only people join. */
export type Choice = 'one' | 'several'
export interface Pool { code: string; zh: string; en: string; strength: Strength; kinds: string[] }
export interface PoolRow extends Pool {
  persons: number
  /** In no other pool. */
  only: number
  /** In another pool, too. */
  shared: number
}
export interface PoolList {
  choice: Choice
  pools: PoolRow[]
  persons: number
  /** In at least one pool. */
  reached: number
  cells: { in: boolean[]; count: number }[]
  /** Pairs over the border of two pools that wait for a decision. */
  waiting: number
  exact_at: number
}
interface Kind { kind: string; strong: boolean }

export const pools = {
  list: () => client.call<PoolList>('GET', '/api/v1/pools'),
  add: (body: Pool) => client.call<Pool>('POST', '/api/v1/pools', { body }),
  save: (code: string, body: Partial<Omit<Pool, 'code'>>) => client.call<Pool>('PATCH', '/api/v1/pools/{code}', { path: { code }, body }),
  end: (code: string) => client.call<undefined>('DELETE', '/api/v1/pools/{code}', { path: { code } }),
  choose: (brand: Brand, identity_pools: Choice) => client.call<Brand>('PATCH', '/api/v1/brand', { body: { settings: { ...brand.settings, identity_pools } } }),
}

/** What changes with a pool. */
export const TOUCHED = ['pools', 'person', 'segments', 'segment']

export const usePools = () => useQuery({ queryKey: ['pools'], queryFn: pools.list })

/** Kinds of identities that tell who somebody is, in the order of the server. */
export const useKinds = () =>
  useQuery({
    queryKey: ['identity-rules'],
    queryFn: async () => (await client.call<{ items: Kind[] }>('GET', '/api/v1/identity-rules')).items.filter((each) => each.strong).map((each) => each.kind),
    staleTime: 60_000,
  })

/** What the server is asked about the schema of attributes. */
import { useQuery } from '@tanstack/react-query'
import type { List } from 'api'
import { client } from '@/server'
import { useSession } from '@/shell/session'

export const KINDS = ['text', 'number', 'bool', 'date', 'enum'] as const
export const LEVELS = ['none', 'personal', 'sensitive'] as const
/** Whose word counts most, first, where a brand said nothing else. */
export const SOURCES = ['operator', 'verified', 'declared', 'imported', 'inferred'] as const
export type Kind = (typeof KINDS)[number]
export type Level = (typeof LEVELS)[number]
export type Source = (typeof SOURCES)[number]
export interface Attribute {
  key: string
  zh: string
  en: string
  kind: Kind
  options: string[]
  pii: Level
  searchable: boolean
  /** After so many days a weaker source may speak again; never when null. */
  max_age_days: number | null
  /** Whose word counts, the strongest first; who is not named is not taken. */
  sources: Source[]
  builtin: boolean
  archived: boolean
}
export type Made = Pick<Attribute, 'key' | 'zh' | 'en' | 'kind' | 'options' | 'pii' | 'searchable' | 'max_age_days' | 'sources'>
/** What is absent stays; an age of 0 is never. */
export type Edited = Partial<Pick<Attribute, 'zh' | 'en' | 'options' | 'archived' | 'sources'> & { max_age_days: number }>

export interface Coverage {
  key: string
  persons: number
  /** Of everybody in the pool. */
  share_bp: number
  /** Older than the attribute is valid. */
  stale: number
  /** Null for sealed values, which cannot be compared. */
  distinct: number | null
  sources: { source: Source | null; persons: number; stale: number }[]
  /** Said at most so many days ago; null for all that is older. */
  ages: { days: number | null; persons: number }[]
  used_by: { id: string; name: string }[]
}
export interface Covered { persons: number; exact_at: number; items: Coverage[] }

export const sameOrder = (a: readonly Source[], b: readonly Source[]) => a.length === b.length && a.every((each, at) => each === b[at])

/** Would a value put in by staff count now, over the one that is there? */
export function takesStaff(of: Attribute, held?: { source?: string | null; stale?: boolean }): boolean {
  const mine = of.sources.indexOf('operator')
  if (mine < 0) return false
  const theirs = of.sources.findIndex((each) => each === held?.source)
  return theirs < 0 || mine <= theirs || Boolean(held?.stale)
}

export const attributes = {
  list: () => client.call<List<Attribute>>('GET', '/api/v1/attributes'),
  coverage: () => client.call<Covered>('GET', '/api/v1/attribute-coverage'),
  create: (body: Made) => client.call<Attribute>('POST', '/api/v1/attributes', { body }),
  save: (key: string, body: Edited) => client.call<Attribute>('PATCH', '/api/v1/attributes/{key}', { path: { key }, body }),
}

export const useAttributes = () => useQuery({ queryKey: ['attributes'], queryFn: attributes.list, staleTime: 60_000 })

export function useCoverage() {
  const { can } = useSession()
  return useQuery({ queryKey: ['attributes', 'coverage'], queryFn: attributes.coverage, enabled: can('measure.read') })
}

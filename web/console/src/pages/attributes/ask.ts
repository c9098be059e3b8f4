/** What the server is asked about the schema of attributes. */
import { useQuery } from '@tanstack/react-query'
import type { List } from 'api'
import { client } from '@/server'

export const KINDS = ['text', 'number', 'bool', 'date', 'enum'] as const
export const LEVELS = ['none', 'personal', 'sensitive'] as const
/** Whose word counts most, first. */
export const SOURCES = ['operator', 'verified', 'declared', 'imported', 'inferred'] as const
export type Kind = (typeof KINDS)[number]
export type Level = (typeof LEVELS)[number]
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
  builtin: boolean
  archived: boolean
}
export type Made = Pick<Attribute, 'key' | 'zh' | 'en' | 'kind' | 'options' | 'pii' | 'searchable' | 'max_age_days'>
/** What is absent stays; an age of 0 is never. */
export type Edited = Partial<Pick<Attribute, 'zh' | 'en' | 'options' | 'archived'> & { max_age_days: number }>

export const attributes = {
  list: () => client.call<List<Attribute>>('GET', '/api/v1/attributes'),
  create: (body: Made) => client.call<Attribute>('POST', '/api/v1/attributes', { body }),
  save: (key: string, body: Edited) => client.call<Attribute>('PATCH', '/api/v1/attributes/{key}', { path: { key }, body }),
}

export const useAttributes = () => useQuery({ queryKey: ['attributes'], queryFn: attributes.list, staleTime: 60_000 })

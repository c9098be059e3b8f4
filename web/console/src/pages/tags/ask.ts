/** What the server is asked about tags. */
import { useQuery } from '@tanstack/react-query'
import type { List } from 'api'
import { client } from '@/server'
import type { Tone } from '@/parts/chips'

export interface Tag {
  tag: string
  persons: number
  group_id: string | null
  /** Persons who have it by hand, by files and systems, by rules; one may have it several ways. */
  manual: number
  imported: number
  rules: number
  /** From how many it was taken off by hand. */
  removed: number
}
export const COLOURS = ['plain', 'water', 'good', 'warn', 'bad'] as const satisfies readonly Tone[]
export interface Group { id: string; name: string; colour: Tone; exclusive: boolean; tags: string[] }
export type GroupBody = Omit<Group, 'id'>
export interface Source { source: string; name: string | null; at: number }
export interface PersonTag {
  tag: string
  holds: boolean
  /** Off because somebody took it off. */
  removed_at: number | null
  group_id: string | null
  colour: Tone | null
  sources: Source[]
}

const one = (person: string, tag: string) => ({ path: { id: person, tag } })

export const tags = {
  list: () => client.call<List<Tag>>('GET', '/api/v1/tags'),
  rename: (body: { from: string; to: string; merge: boolean }) => client.call<{ tag: string; persons: number }>('POST', '/api/v1/tags/rename', { body }),
  move: (body: { tag: string; group_id: string | null }) => client.call<void>('POST', '/api/v1/tags/move', { body }),
  remove: (tag: string) => client.call<{ persons: number }>('POST', '/api/v1/tags/remove', { body: { tag } }),
  allow: (tag: string) => client.call<{ persons: number }>('POST', '/api/v1/tags/allow', { body: { tag } }),
  groups: () => client.call<List<Group>>('GET', '/api/v1/tag-groups'),
  createGroup: (body: GroupBody) => client.call<Group>('POST', '/api/v1/tag-groups', { body }),
  saveGroup: (id: string, body: Partial<GroupBody>) => client.call<Group>('PATCH', '/api/v1/tag-groups/{id}', { path: { id }, body }),
  endGroup: (id: string) => client.call<void>('DELETE', '/api/v1/tag-groups/{id}', { path: { id } }),
  ofPerson: (id: string) => client.call<List<PersonTag>>('GET', '/api/v1/persons/{id}/tags', { path: { id } }),
  allowOn: (person: string, tag: string) => client.call<void>('POST', '/api/v1/persons/{id}/tags/{tag}/allow', one(person, tag)),
}

export const useGroups = () => useQuery({ queryKey: ['tags', 'groups'], queryFn: tags.groups, staleTime: 60_000 })
/** What a changed tag changes elsewhere. */
export const TOUCHED = ['tags', 'person', 'persons', 'segments', 'segment', 'segment-fields']

/** Short lists that filters and forms choose from, loaded once and shared. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { STAGES, type List } from 'api'
import { segments } from '@/parts/rule/ask'
import { api, client } from '@/server'
import { useSession } from '@/shell/session'
import { useLang } from '@/words'
import { useFormat } from './format'

export interface Choice { value: string; label: string }
const kept = { staleTime: 60_000 }

/** All pages of a list that people choose from, up to a few thousand. */
async function everything<T>(fetch: (page: { cursor?: string; limit: number }) => Promise<List<T>>): Promise<T[]> {
  const rows: T[] = []
  let cursor: string | undefined
  do {
    const page = await fetch(cursor ? { cursor, limit: 200 } : { limit: 200 })
    rows.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor && rows.length < 4000)
  return rows
}

export function useStageChoices(): Choice[] {
  const f = useFormat()
  return useMemo(() => STAGES.map((value) => ({ value, label: f.stage(value) })), [f])
}

export function useStoreChoices(): Choice[] {
  const stores = useQuery({ queryKey: ['stores', 'choices'], queryFn: () => everything(api.stores.list), ...kept })
  return useMemo(() => (stores.data ?? []).map(({ id, name, code }) => ({ value: id, label: name || code })), [stores.data])
}

export function useTouchpointChoices(): Choice[] {
  const touchpoints = useQuery({ queryKey: ['touchpoints', 'choices'], queryFn: () => everything(api.touchpoints.list), ...kept })
  return useMemo(() => (touchpoints.data ?? []).map(({ id, name }) => ({ value: id, label: name })), [touchpoints.data])
}

export function useSegmentChoices(): Choice[] {
  const f = useFormat()
  const all = useQuery({ queryKey: ['segments', 'choices'], queryFn: () => everything(segments.list), ...kept })
  return useMemo(
    () => (all.data ?? []).map(({ id, name, size }) => ({ value: id, label: `${name} (${f.count(size)})` })),
    [all.data, f],
  )
}

export function useTagChoices(): Choice[] {
  const f = useFormat()
  const tags = useQuery({ queryKey: ['tags'], queryFn: api.persons.tags, ...kept })
  return useMemo(
    () => (tags.data?.items ?? []).map(({ tag, persons }) => ({ value: tag, label: `${tag} (${f.count(persons)})` })),
    [tags.data, f],
  )
}

export interface GuideRow { id: string; name: string; active: boolean; persons: number }
const guides = () => client.call<List<GuideRow>>('GET', '/api/v1/guides')

/** Members of the staff to whom customers can belong; those who left while somebody is still theirs. */
export function useGuides() {
  return useQuery({ queryKey: ['guides'], queryFn: guides, ...kept })
}

export function useGuideChoices(): Choice[] {
  const all = useGuides()
  return useMemo(() => (all.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })), [all.data])
}

/** Those of them who are on the staff. */
export function useServingChoices(): Choice[] {
  const all = useGuides()
  return useMemo(() => (all.data?.items ?? []).filter((each) => each.active).map(({ id, name }) => ({ value: id, label: name })), [all.data])
}

/** Only who manages staff may list them. */
export function useStaffChoices(): Choice[] {
  const { can } = useSession()
  const staff = useQuery({ queryKey: ['staff', 'choices'], queryFn: api.staff.list, enabled: can('staff.write'), ...kept })
  return useMemo(() => (staff.data?.items ?? []).filter((each) => each.active).map(({ id, name }) => ({ value: id, label: name })), [staff.data])
}

export function useKinds() {
  const kinds = useQuery({ queryKey: ['touchpoint-kinds'], queryFn: api.touchpoints.kinds, staleTime: Infinity })
  const lang = useLang()
  return useMemo(() => {
    const items = kinds.data?.items ?? []
    const groups = new Map<string, { label: string; options: Choice[] }>()
    for (const kind of items) {
      const group = groups.get(kind.group) ?? { label: lang === 'zh' ? kind.group_zh : kind.group_en, options: [] }
      group.options.push({ value: kind.code, label: kind[lang] })
      groups.set(kind.group, group)
    }
    return {
      items,
      grouped: [...groups.entries()].map(([group, rest]) => ({ group, ...rest })),
      name: (code: string) => items.find((kind) => kind.code === code)?.[lang] ?? code,
      find: (code: string) => items.find((kind) => kind.code === code),
    }
  }, [kinds.data, lang])
}

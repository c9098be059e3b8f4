/** What rules may be made of, and what everything in them is called. */
import { useMemo } from 'react'
import { useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import type { Lang } from 'kit'
import { usePools } from '@/parts/pools'
import { useGuideChoices, useStoreChoices, useTouchpointChoices, type Choice } from '@/parts/choices'
import '@/parts/event-words'
import { useSession } from '@/shell/session'
import { useLang } from '@/words'
import { segments } from './ask'
import { attributesOf } from './names'
import type { Namer } from './text'
import type { Attribute, EventField, SegmentFields } from './types'

export interface Fields extends Namer {
  lang: Lang
  /** False until the lists are known; rules can be shown and edited before. */
  ready: boolean
  error: unknown
  attributes: Attribute[]
  events: EventField[]
  /** Events to choose from, the most frequent first. */
  eventChoices: Choice[]
  tags: SegmentFields['tags']
  consents: SegmentFields['consents']
  identities: string[]
  rfm: boolean
  pools: Choice[]
  touchpoints: Choice[]
  stores: Choice[]
  guides: Choice[]
  segments: Choice[]
}

const nothing: SegmentFields = { attributes: [], events: [], tags: [], stages: [], consents: [], identities: [], rfm: false }

export function nameOfEvent(name: string, lang: Lang): string {
  const key = name.replace(/\./g, '_')
  const said = i18next.getFixedT(lang, 'events')(key)
  return said === key ? name : said
}

const finder = (choices: Choice[]) => {
  const labels = new Map(choices.map(({ value, label }) => [value, label]))
  return (id: string) => labels.get(id) ?? id
}

export function useSegmentChoices() {
  return useQuery({
    queryKey: ['segments', 'choices'],
    queryFn: async () => {
      const rows = []
      let cursor: string | undefined
      do {
        const page = await segments.list(cursor ? { cursor, limit: 200 } : { limit: 200 })
        rows.push(...page.items)
        cursor = page.next ?? undefined
      } while (cursor && rows.length < 2000)
      return rows.map(({ id, name }) => ({ value: id, label: name }))
    },
    staleTime: 60_000,
  })
}

export function useFields(): Fields {
  const lang = useLang()
  const { currency } = useSession().brand
  const asked = useQuery({ queryKey: ['segment-fields'], queryFn: segments.fields, staleTime: 60_000 })
  const others = useSegmentChoices()
  const touchpoints = useTouchpointChoices()
  const stores = useStoreChoices()
  const guides = useGuideChoices()
  const pools = usePools()
  return useMemo(() => {
    const data = asked.data ?? nothing
    const attributes = attributesOf(data.attributes)
    const byKey = new Map(attributes.map((each) => [each.key, each]))
    const chosen = others.data ?? []
    const all = pools.data?.pools ?? []
    return {
      lang,
      ready: asked.isSuccess,
      error: asked.error,
      attributes,
      events: data.events,
      eventChoices: [...data.events].sort((a, b) => b.count - a.count).map(({ name }) => ({ value: name, label: nameOfEvent(name, lang) })),
      tags: data.tags,
      consents: data.consents,
      identities: data.identities,
      rfm: data.rfm,
      pools: all.map((pool) => ({ value: pool.code, label: pool[lang] })),
      touchpoints,
      stores,
      guides,
      segments: chosen,
      attribute: (key) => byKey.get(key) ?? { key, zh: key, en: key, kind: 'text' as const, values: [] },
      eventName: nameOfEvent,
      touchpointName: finder(touchpoints),
      storeName: finder(stores),
      guideName: finder(guides),
      segmentName: finder(chosen),
      poolName: (code, of) => all.find((pool) => pool.code === code)?.[of] ?? code,
      currency,
    }
  }, [asked.data, asked.isSuccess, asked.error, others.data, pools.data, touchpoints, stores, guides, currency, lang])
}

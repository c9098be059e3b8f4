import { useEffect, useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Boxes, FileUp, Languages, MapPin, Megaphone, MoonStar, Plus, ReceiptText, UserRound, type LucideIcon } from 'lucide-react'
import { count, money, stageLabel, type Lang } from 'kit'
import { api } from '@/server'
import { switchLanguage, useLang } from '@/words'
import { useCommon } from '@/words/common'
import { places } from './nav'
import { useSession } from './session'
import { useTheme } from './theme'
import { useShell } from './words'

export interface Found {
  key: string
  group: string
  icon: LucideIcon
  title: string
  note?: string
  to?: string
  act?: () => void
}

export function usePlacesFound(text: string): Found[] {
  const t = useShell()
  const lang = useLang()
  const theme = useTheme()
  const { can } = useSession()
  return useMemo(() => {
    const acts: (Found & { need?: string })[] = [
      { key: 'new-campaign', group: t('acts'), icon: Plus, title: t('new_campaign'), to: '/campaigns/new', need: 'campaign.write' },
      { key: 'new-segment', group: t('acts'), icon: Plus, title: t('new_segment'), to: '/segments/new', need: 'campaign.write' },
      { key: 'new-touchpoint', group: t('acts'), icon: Plus, title: t('new_touchpoint'), to: '/touchpoints?new=1', need: 'touchpoint.write' },
      { key: 'new-product', group: t('acts'), icon: Plus, title: t('new_product'), to: '/products/new', need: 'product.write' },
      { key: 'import', group: t('acts'), icon: FileUp, title: t('import_file'), to: '/imports', need: 'import.run' },
      {
        key: 'theme', group: t('acts'), icon: MoonStar,
        title: `${t('theme')} · ${theme.mode === 'dark' ? t('theme_light') : t('theme_dark')}`,
        act: () => theme.choose(theme.mode === 'dark' ? 'light' : 'dark'),
      },
      {
        key: 'lang', group: t('acts'), icon: Languages,
        title: `${t('language')} · ${lang === 'zh' ? 'English' : '中文'}`,
        act: () => switchLanguage(lang === 'zh' ? 'en' : 'zh'),
      },
    ]
    const allowed = (need?: string) => !need || can(need)
    const pages = places.filter((place) => allowed(place.need)).map<Found>((place) => ({
      key: place.path, group: t('pages'), icon: place.icon, title: t(place.word), to: place.path,
      ...(place.go ? { note: `g ${place.go}` } : {}),
    }))
    const wanted = text.trim().toLowerCase()
    return [...pages, ...acts.filter((act) => allowed(act.need))].filter((item) => `${item.title} ${item.to ?? ''}`.toLowerCase().includes(wanted))
  }, [text, t, lang, theme, can])
}

function useSettled(text: string, ms: number): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return settled
}

/** Four of each kind; one kind that fails (a role may not read it) does not spoil the others. */
async function searchAll(q: string) {
  const page = { q, limit: 4 }
  const asked = [
    api.persons.list(page), api.orders.list(page), api.products.list(page), api.touchpoints.list(page), api.campaigns.list(page),
  ] as const
  const [persons, orders, products, touchpoints, campaigns] = await Promise.all(
    asked.map((each) => (each as Promise<{ items: unknown[] }>).catch(() => ({ items: [] }))),
  )
  return { persons, orders, products, touchpoints, campaigns } as {
    persons: Awaited<(typeof asked)[0]>
    orders: Awaited<(typeof asked)[1]>
    products: Awaited<(typeof asked)[2]>
    touchpoints: Awaited<(typeof asked)[3]>
    campaigns: Awaited<(typeof asked)[4]>
  }
}

type Results = Awaited<ReturnType<typeof searchAll>>
interface Naming { shell: ReturnType<typeof useShell>; common: ReturnType<typeof useCommon>; lang: Lang; currency: string }

function toFound(data: Results, { shell, common, lang, currency }: Naming): Found[] {
  const yuan = (fen: number) => money(fen, currency)
  return [
    ...data.persons.items.map<Found>((each) => ({
      key: each.id, group: shell('persons'), icon: UserRound, title: [each.name ?? common('unnamed'), each.phone].filter(Boolean).join(' · '),
      note: stageLabel(each.stage, lang), to: `/persons/${each.id}`,
    })),
    ...data.orders.items.map<Found>((each) => ({
      key: each.id, group: shell('orders'), icon: ReceiptText, title: `${each.no} · ${each.person?.name ?? common('anonymous')}`,
      note: yuan(each.total_fen), to: `/orders/${each.id}`,
    })),
    ...data.products.items.map<Found>((each) => ({
      key: each.id, group: shell('products'), icon: Boxes, title: lang === 'en' ? (each.name_en ?? each.name) : each.name,
      note: yuan(each.price_from_fen), to: `/products/${each.id}`,
    })),
    ...data.touchpoints.items.map<Found>((each) => ({
      key: each.id, group: shell('touchpoints'), icon: MapPin, title: each.name, note: common('persons', { n: count(each.people) }),
      to: `/touchpoints/${each.id}`,
    })),
    ...data.campaigns.items.map<Found>((each) => ({
      key: each.id, group: shell('campaigns'), icon: Megaphone, title: each.name, to: `/campaigns/${each.id}`,
    })),
  ]
}

export function useFound(text: string): { found: Found[]; searching: boolean } {
  const shell = useShell()
  const common = useCommon()
  const lang = useLang()
  const { currency } = useSession().brand
  const q = useSettled(text.trim(), 200)
  const answer = useQuery({ queryKey: ['palette', q], queryFn: () => searchAll(q), enabled: q.length > 0 })
  const found = useMemo(
    () => (answer.data && q ? toFound(answer.data, { shell, common, lang, currency }) : []),
    [answer.data, q, shell, common, lang, currency],
  )
  return { found, searching: text.trim() !== '' && (text.trim() !== q || answer.isLoading) }
}

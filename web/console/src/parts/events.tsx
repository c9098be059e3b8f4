/** Events as sentences. What is not known by name is shown under its own name: foreign events are kept as they came. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import {
  BadgeCheck, Boxes, Eye, Footprints, Gift, KeyRound, Mail, MapPin, MousePointerClick, ReceiptText, Settings2, ShieldCheck, Sparkles, Store, Tag,
  Undo2, UserRound, Users, Waypoints, type LucideIcon,
} from 'lucide-react'
import type { Event } from 'api'
import { useFormat } from './format'
import { useSaid } from '@/said'
import { useEventWords, type EventWord } from './event-words'

const icons: [prefix: string, icon: LucideIcon][] = [
  ['order.refund', Undo2], ['refund', Undo2], ['order', ReceiptText], ['payment', BadgeCheck], ['commission', Gift], ['message.read', Eye],
  ['message.clicked', MousePointerClick], ['message', Mail], ['campaign', Mail], ['consent', ShieldCheck], ['person.tagged', Tag], ['person.untagged', Tag], ['person.stage', Waypoints], ['binding', Users], ['mall', Footprints], ['buyer', KeyRound],
  ['person', UserRound], ['touchpoint', MapPin], ['page', Footprints], ['screen', Footprints], ['key', KeyRound],
  ['staff', UserRound], ['store', Store], ['product', Boxes], ['stock', Boxes], ['sku', Boxes], ['settings', Settings2], ['brand', Settings2], ['import', Boxes],
]
export const eventIcon = (name: string): LucideIcon => icons.find(([prefix]) => name.startsWith(prefix))?.[1] ?? Sparkles

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** The name of an event in the reader's language, or the name itself. */
export function useEventName(): (name: string) => string {
  const t = useEventWords()
  return (name) => {
    const key = name.replace(/\./g, '_') as EventWord
    const said = t(key)
    return said === key ? name : said
  }
}

/** A code of ours in words, or a sentence of the server in the reader's language. */
export function useCause(): (value: string) => string {
  const t = useEventWords()
  const { say } = useSaid()
  return (value) => {
    const said = t(`v_${value}` as EventWord)
    return said === `v_${value}` ? say(value) : said
  }
}

/** Where an event or a value came from, in words. */
export function useSourceName(): (source: string) => string {
  const t = useEventWords()
  return (source) => {
    const said = t(`s_${source}` as EventWord)
    return said === `s_${source}` ? source : said
  }
}

/** Props whose value is worth saying as it is, in this order. */
const PLAIN = ['name', 'file', 'title', 'path', 'tag', 'subject', 'purpose', 'channel', 'status', 'kind', 'role', 'email', 'reason', 'proof', 'note', 'error', 'q'] as const

/** Props that name something with a page of its own. */
const PAGES = [
  { prop: 'order', prefix: 'ord_', to: '/orders/', word: 'see_order', called: 'no' },
  { prop: 'campaign', prefix: 'cmp_', to: '/campaigns/', word: 'see_campaign', called: 'name' },
  { prop: 'import', prefix: 'imp_', to: '/imports/', word: 'see_import', called: 'file' },
  { prop: 'product', prefix: 'prd_', to: '/products/', word: 'see_product', called: 'name' },
  { prop: 'segment', prefix: 'seg_', to: '/segments/', word: 'see_segment', called: 'name' },
  { prop: 'touchpoint', prefix: 'tpt_', to: '/touchpoints/', word: 'see_touchpoint', called: 'name' },
] as const

/** The rest of the sentence: which stage, which order, which tag, which page, how much. */
function useDetail(): (event: Event) => ReactNode[] {
  const t = useEventWords()
  const f = useFormat()
  const code = useCause()
  return ({ name, props, value_fen, touchpoint, store }) => {
    const parts: ReactNode[] = []
    const told = new Set<string>()
    const stages = [props.from, props.to].map(text).filter(Boolean)
    if (name === 'person.stage_changed' && stages.length) parts.push(stages.map(f.stage).join(' → '))
    for (const { prop, prefix, to, word, called } of PAGES) {
      const id = text(props[prop])
      if (!id.startsWith(prefix)) continue
      const title = text(props[called])
      if (title) told.add(called)
      parts.push(<Link to={to + id}>{title || t(word)}</Link>)
    }
    for (const key of PLAIN) {
      const said = text(props[key])
      if (said && !told.has(key) && !(key === 'path' && props.title)) parts.push(code(said))
    }
    if (props.historical === true) parts.push(t('historical'))
    if (props.dry_run === true) parts.push(t('dry_run'))
    if (typeof props.ok === 'number') parts.push(t('ok_bad', { ok: f.count(props.ok), bad: f.count(Number(props.bad ?? 0)) }))
    const fen = value_fen ?? (typeof props.amount_fen === 'number' ? props.amount_fen : null)
    if (fen !== null && fen !== 0) parts.push(<span className="num">{f.money(fen)}</span>)
    if (touchpoint) parts.push(<Link to={`/touchpoints/${touchpoint.id}`}>{touchpoint.name}</Link>)
    if (store) parts.push(store.name)
    return parts
  }
}

export function EventDetail({ event }: { event: Event }) {
  const detail = useDetail()
  return detail(event).map((part, index) => (
    <span key={index} className="prose">{index > 0 && <span className="faint"> · </span>}{part}</span>
  ))
}

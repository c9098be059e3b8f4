/** Events as sentences. What is not known by name is shown under its own name: foreign events are kept as they came. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import {
  BadgeCheck, Boxes, Eye, Footprints, Gift, KeyRound, Mail, MapPin, MousePointerClick, ReceiptText, Settings2, ShieldCheck, Sparkles, Store, Tag,
  Undo2, UserRound, Users, Waypoints, type LucideIcon,
} from 'lucide-react'
import type { Event } from 'api'
import { useFormat } from './format'
import { useEventWords, type EventWord } from './event-words'

const icons: [prefix: string, icon: LucideIcon][] = [
  ['order.refund', Undo2], ['refund', Undo2], ['order', ReceiptText], ['payment', BadgeCheck], ['commission', Gift], ['message.read', Eye],
  ['message.clicked', MousePointerClick], ['message', Mail], ['campaign', Mail], ['consent', ShieldCheck], ['tag', Tag], ['stage', Waypoints],
  ['person', UserRound], ['identity', UserRound], ['referral', Users], ['touchpoint', MapPin], ['page', Footprints], ['screen', Footprints], ['key', KeyRound],
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

/** The rest of the sentence: which stage, which order, which tag, which page. */
function useDetail(): (event: Event) => ReactNode[] {
  const f = useFormat()
  return ({ name, props, value_fen, touchpoint, store }) => {
    const parts: ReactNode[] = []
    const stages = [props.from, props.to].map(text).filter(Boolean)
    if (name.includes('stage') && stages.length) parts.push(stages.map(f.stage).join(' → '))
    const order = text(props.order_id ?? props.order)
    if (order) parts.push(<Link to={`/orders/${order}`}>{text(props.no) || order}</Link>)
    const campaign = text(props.campaign_id)
    if (campaign) parts.push(<Link to={`/campaigns/${campaign}`}>{text(props.campaign) || text(props.campaign_name) || text(props.subject) || campaign}</Link>)
    for (const key of ['tag', 'title', 'path', 'subject', 'channel', 'email', 'reason', 'name', 'role', 'code', 'field', 'q'] as const) {
      const said = text(props[key])
      if (said && !(key === 'path' && props.title) && !(key === 'subject' && campaign)) parts.push(said)
    }
    if (value_fen !== null && value_fen !== 0) parts.push(<span className="num">{f.money(value_fen)}</span>)
    if (touchpoint) parts.push(<Link to={`/touchpoints/${touchpoint.id}`}>{touchpoint.name}</Link>)
    if (store) parts.push(store.name)
    return parts
  }
}

export function EventDetail({ event }: { event: Event }) {
  const detail = useDetail()
  return detail(event).map((part, index) => (
    <span key={index}>{index > 0 && <span className="faint"> · </span>}{part}</span>
  ))
}

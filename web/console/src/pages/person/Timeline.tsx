/** Everything that happened, newest first, by day. */
import { useState } from 'react'
import { Button, Segmented } from 'antd'
import type { Event } from 'api'
import { api } from '@/server'
import { EventDetail, eventIcon, useEventName } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { useList } from '@/parts/list/use-list'
import { Card } from '@/parts/Page'
import { Empty, Failed, Loading } from '@/parts/state'
import { useCommon } from '@/words/common'
import { usePerson } from './words'
import css from './person.module.css'

const KINDS = ['all', 'order', 'message', 'visit', 'life'] as const
type Kind = (typeof KINDS)[number]
/** The beginnings of event names that belong together. */
const names: Record<Kind, string> = {
  all: '',
  order: 'order.,payment.,refund.,commission.,cart.,checkout.',
  message: 'message.,consent.',
  visit: 'touchpoint.,mall.,page,screen,product.,search',
  life: 'person.,identity.,binding.,buyer.',
}

export function Timeline({ id }: { id: string }) {
  const t = usePerson()
  const c = useCommon()
  const [kind, setKind] = useState<Kind>('all')
  const list = useList<Event>(['timeline', id, kind], (page) => api.persons.timeline(id, { ...page, ...(names[kind] ? { name: names[kind] } : {}) }))
  const { query, rows } = list
  const choice = (
    <Segmented<Kind> size="small" value={kind} onChange={setKind} options={KINDS.map((value) => ({ value, label: t(`tl_${value}`) }))} data-testid="timeline-filter" />
  )
  return (
    <Card title={t('timeline')} extra={choice}>
      {query.isPending && <Loading what={t('timeline')} rows={6} />}
      {query.isError && rows.length === 0 && <Failed error={query.error} what={t('timeline')} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && (kind === 'all' ? <Empty title={t('tl_empty')} hint={t('tl_empty_hint')} /> : <Empty title={t('tl_none')} />)}
      <Days rows={rows} />
      {query.hasNextPage && <Button block onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>{c('more')}</Button>}
    </Card>
  )
}

function Days({ rows }: { rows: Event[] }) {
  const f = useFormat()
  const days: [day: string, events: Event[]][] = []
  for (const event of rows) {
    const day = f.day(event.at)
    const last = days.at(-1)
    if (last?.[0] === day) last[1].push(event)
    else days.push([day, [event]])
  }
  return days.map(([day, events]) => (
    <section key={day} className={css.day}>
      <h3>{day}</h3>
      <ol>{events.map((event) => <Moment key={event.id} event={event} />)}</ol>
    </section>
  ))
}

function Moment({ event }: { event: Event }) {
  const t = usePerson()
  const f = useFormat()
  const name = useEventName()
  const Icon = eventIcon(event.name)
  return (
    <li className={css.moment} data-testid="timeline-event" data-event={event.name}>
      <Icon size={16} aria-hidden />
      <span className="grow">
        <span title={event.name}>{name(event.name)}</span>
        <span className={css.detail}> <EventDetail event={event} /></span>
        {event.actor_name && <span className="small faint"> {t('by', { name: event.actor_name })}</span>}
      </span>
      <time className="small muted nowrap num" dateTime={new Date(event.at).toISOString()}>{f.dateTime(event.at).split(' ').at(-1)}</time>
    </li>
  )
}

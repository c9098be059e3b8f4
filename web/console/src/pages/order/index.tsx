/** One order: what was bought, where it stands, what may be done now, and the money behind it. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { Order } from 'api'
import { api } from '@/server'
import { useEventName } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { PageFailed, PageLoading } from '@/parts/state'
import { useCommon } from '@/words/common'
import { OrderStateChip } from '../orders/state'
import { useOrders } from '../orders/words'
import css from '../orders/orders.module.css'
import { useFollow } from './follow'
import { Goods } from './Goods'
import { Money } from './Money'
import { Moves } from './Moves'
import { Whereto } from './Whereto'

export default function OrderPage() {
  const { id = '' } = useParams()
  const follow = useFollow()
  const order = useQuery({ queryKey: ['order', id], queryFn: () => api.orders.one(id), refetchInterval: ({ state }) => follow(state.data) })
  if (order.data) return <Detail order={order.data} />
  if (order.isError) return <PageFailed error={order.error} retry={() => void order.refetch()} />
  return <PageLoading />
}

function Detail({ order }: { order: Order }) {
  const t = useOrders()
  const c = useCommon()
  const f = useFormat()
  const heading = <><span data-testid="order-no">{order.no}</span><OrderStateChip state={order.state} /></>
  return (
    <Page title={order.no} heading={heading} note={`${order.store.name} · ${t(`delivery_${order.delivery}`)} · ${f.when(order.placed_at)}`}
      back={{ to: '/orders', label: t('back') }} actions={<Moves order={order} />}>
      {order.state === 'placed' && order.expires_at !== null && order.expires_at > Date.now() && <p className={css.warn}>{t('expires', { when: f.when(order.expires_at) })}</p>}
      <div className="side">
        <div className="stack">
          <Goods order={order} />
          <Money order={order} />
        </div>
        <div className="stack">
          <Card title={t('person')}>
            <Pairs
              items={[
                [t('person'), order.person ? <Link to={`/persons/${order.person.id}`} data-testid="order-person">{order.person.name ?? c('unnamed')}</Link> : c('anonymous')],
                ...(order.address ? [[t('address'), <Whereto key="address" order={order} address={order.address} />] as [string, React.ReactNode]] : []),
                ...(order.pickup_code ? [[t('pickup_code'), <span key="code" className="mono" data-testid="pickup-code">{order.pickup_code}</span>] as [string, React.ReactNode]] : []),
                [t('note'), order.note],
                [t('source'), t(`source_${order.source}`)],
                [t('referrer'), order.referrer && <Link to={`/persons/${order.referrer.id}`}>{order.referrer.name ?? c('unnamed')}</Link>],
              ]}
            />
          </Card>
          <History order={order} />
        </div>
      </div>
    </Page>
  )
}

function History({ order }: { order: Order }) {
  const t = useOrders()
  const f = useFormat()
  const name = useEventName()
  return (
    <Card title={t('history')}>
      <ol className={css.history} data-testid="order-history">
        {order.history.map((event, index) => (
          <li key={index}>
            <span>{name(event.name)}{event.actor_name && <span className="muted small"> {t('by', { name: event.actor_name })}</span>}</span>
            <time className="small muted" dateTime={new Date(event.at).toISOString()}>{f.dateTime(event.at)}</time>
          </li>
        ))}
      </ol>
    </Card>
  )
}

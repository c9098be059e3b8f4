/** Where the order goes: masked, and whole for those who ship it; that somebody looked is recorded. */
import { useState } from 'react'
import { Button } from 'antd'
import { Copy, Eye } from 'lucide-react'
import type { Order } from 'api'
import { client } from '@/server'
import { useAct, useCopy } from '@/parts/act'
import { useSession } from '@/shell/session'
import { useOrders } from '../orders/words'

type Address = NonNullable<Order['address']>
interface Revealed { address: Address | null; note: string | null }

/** There is something to hand over. */
const UNDER_WAY = ['paid', 'ready', 'fulfilled']

export function Whereto({ order, address }: { order: Order; address: Address }) {
  const t = useOrders()
  const copy = useCopy()
  const { can } = useSession()
  const [whole, setWhole] = useState<Revealed>()
  const show = useAct(() => client.call<Revealed>('POST', '/api/v1/orders/{id}/reveal', { path: { id: order.id } }), { done: null, refresh: ['order', 'timeline'], then: setWhole })
  const may = can('order.fulfil') && (can('person.reveal') || UNDER_WAY.includes(order.state))
  const shown = whole?.address ?? address
  const text = `${shown.name} ${shown.phone}\n${shown.region} ${shown.detail}`
  return (
    <div className="stack tight" data-testid="order-address">
      <span>{shown.name} <span className="mono">{shown.phone}</span><br />{shown.region} {shown.detail}</span>
      {whole?.note && whole.note !== order.note && <span className="muted">{whole.note}</span>}
      {whole
        ? <span><Button size="small" icon={<Copy size={13} />} onClick={() => copy(text)}>{t('reveal_copy')}</Button></span>
        : may && <span><Button size="small" icon={<Eye size={13} />} onClick={() => show.mutate(undefined)} loading={show.isPending} title={t('reveal_note')} data-testid="reveal-address">{t('reveal')}</Button></span>}
    </div>
  )
}

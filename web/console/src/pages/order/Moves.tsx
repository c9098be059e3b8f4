/** The moves that the order's state and the role allow now. */
import { useState } from 'react'
import { App, Button } from 'antd'
import type { Order, OrderMove } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useSession } from '@/shell/session'
import { useOrders } from '../orders/words'
import { Refund } from './Refund'

type Move = Exclude<OrderMove, 'refund'>
export const AFTER_ORDER = ['order', 'orders', 'person', 'persons', 'timeline', 'overview', 'measure', 'products', 'stock', 'ledger', 'promoters']

export function Moves({ order }: { order: Order }) {
  const t = useOrders()
  const { can } = useSession()
  const { modal } = App.useApp()
  const [refunding, setRefunding] = useState(false)
  const move = useAct((to: Move) => api.orders.move(order.id, to), { done: t('moved'), refresh: AFTER_ORDER })
  const may = (name: OrderMove) => order.moves.includes(name) && can(name === 'refund' ? 'order.refund' : 'order.fulfil')

  const act = (name: Move) => async () => {
    await move.mutateAsync(name).catch(() => undefined)
  }
  function confirmCancel() {
    modal.confirm({
      title: t('cancel_title', { no: order.no }),
      content: t('cancel_note', { n: order.units, store: order.store.name }),
      okText: t('cancel_ok'), cancelText: t('keep'), okButtonProps: { danger: true }, onOk: act('cancel'),
    })
  }
  function confirmComplete() {
    modal.confirm({ title: t('complete_title', { no: order.no }), content: t('complete_note'), okText: t('move_complete'), cancelText: t('keep'), onOk: act('complete') })
  }
  return (
    <>
      {may('cancel') && <Button onClick={confirmCancel} data-testid="move-cancel">{t('move_cancel')}</Button>}
      {may('refund') && <Button onClick={() => setRefunding(true)} data-testid="move-refund">{t('move_refund')}</Button>}
      {may('ready') && <Button type="primary" title={t('ready_note')} loading={move.isPending} onClick={() => void act('ready')()} data-testid="move-ready">{t('move_ready')}</Button>}
      {may('fulfil') && <Button type={may('ready') ? 'default' : 'primary'} loading={move.isPending} onClick={() => void act('fulfil')()} data-testid="move-fulfil">{t('move_fulfil')}</Button>}
      {may('complete') && <Button type="primary" onClick={confirmComplete} data-testid="move-complete">{t('move_complete')}</Button>}
      <Refund order={order} open={refunding} close={() => setRefunding(false)} />
    </>
  )
}

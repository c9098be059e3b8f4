import { useState } from 'react'
import { Text, View } from '@tarojs/components'
import Taro, { useDidShow, usePullDownRefresh, useRouter } from '@tarojs/taro'
import { api } from '../api'
import { asProblem, useAsk } from '../ask'
import { basket } from '../basket'
import { useCell } from '../cell'
import { go, toast, to } from '../go'
import { chosenStore, token } from '../kept'
import { priced } from '../money'
import { AddressLine } from '../parts/address'
import { Art } from '../parts/art'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Guest } from '../parts/guest'
import { Icon } from '../parts/icon'
import { main } from '../parts/native'
import { Confirm } from '../parts/sheet'
import { Bones, Failed } from '../parts/states'
import { Tap } from '../parts/tap'
import { copy } from '../share'
import type { Order, OrderState } from '../shapes'
import { clock, moment, useLeft } from '../when'
import { named, sayProblem, useWords } from '../words'

export default function OrderPage() {
  const t = useWords()
  const id = useRouter().params.id ?? ''
  const signedIn = useCell(token)
  const asked = useAsk(signedIn ? () => api.order(id) : null, [id, signedIn])
  useDidShow(() => { if (asked.data) void asked.again() })
  usePullDownRefresh(() => { void asked.again().finally(() => Taro.stopPullDownRefresh()) })
  return (
    <View {...main} className='page with-foot order'>
      <Bar title={t.order.title} />
      {!signedIn ? <Guest then={encodeURIComponent(to.order(id))} /> : null}
      {signedIn && !asked.data && asked.busy ? <Bones rows={4} kind='row' /> : null}
      {!asked.data && asked.problem ? <Failed problem={asked.problem} onAgain={() => { void asked.again() }} /> : null}
      {asked.data ? <Story order={asked.data} onOver={() => { void asked.again() }} /> : null}
      {asked.data ? <Details order={asked.data} /> : null}
      {asked.data ? <Acts order={asked.data} onChange={asked.put} /> : null}
    </View>
  )
}

/** How far along the five steps an order is; null when it left the road. */
const reached: Record<OrderState, number | null> = {
  placed: 0, closing: 0, paid: 1, paid_late: 1, ready: 2, fulfilled: 3, completed: 4, cancelled: null, refunded: null,
}

function Story({ order, onOver }: { order: Order; onOver: () => void }) {
  const t = useWords()
  const left = useLeft(order.state === 'placed' ? order.expires_at : null)
  const far = reached[order.state]
  const [asked, setAsked] = useState(false)
  if (left === 0 && !asked) { setAsked(true); setTimeout(onOver, 1500) }
  return (
    <View className='story'>
      <View id='order-state' className={`story-state t-order-state is-${order.state}`}>{t.order.state(order.state, order.delivery)}</View>
      <View className='story-text'>{t.order.story(order.state, order.delivery, order.store.name)}</View>
      {left ? <View className='story-text figure'>{t.order.payWithin(clock(left))}</View> : null}
      {far !== null ? (
        <View className='steps'>
          {t.order.steps(order.delivery).map((step, n) => (
            <View key={step} className={`step ${n <= far ? 'done' : ''} ${n === far ? 'now' : ''}`}>
              <View className='step-dot'>{n <= far ? <Icon name='check' size={12} /> : null}</View>
              <Text className='step-name'>{step}</Text>
            </View>
          ))}
        </View>
      ) : null}
      {order.pickup_code && ['paid', 'ready'].includes(order.state) ? (
        <View className='pickup'>
          <Text className='pickup-label'>{t.order.pickupCode}</Text>
          <Text id='pickup-code' className='pickup-code'>{order.pickup_code}</Text>
          <Text className='pickup-label'>{t.order.pickupHint}</Text>
        </View>
      ) : null}
    </View>
  )
}

function Details({ order }: { order: Order }) {
  const t = useWords()
  const line = (name: string, value: string) => <View className='sum'><Text className='faint'>{name}</Text><Text className='figure'>{value}</Text></View>
  return (
    <>
      {order.delivery === 'delivery' && order.address ? <View className='panel'><AddressLine address={order.address} /></View> : null}
      <View className='panel'>
        {order.lines.map((one, n) => (
          <Tap key={n} className='goods' role='link' label={named(one)} disabled={!one.product_id} onTap={() => { if (one.product_id) go(to.product(one.product_id)) }}>
            <Art src={one.image} name={named(one)} className='goods-art' />
            <View className='row-text'>
              <View className='card-name'>{named(one)}</View>
              <View className='card-foot'><Text className='faint figure'>{priced(one.price_fen)} × {one.quantity}</Text><Text className='figure'>{priced(one.amount_fen)}</Text></View>
            </View>
          </Tap>
        ))}
        <View className='sums'>
          {line(t.checkout.goods, priced(order.goods_fen))}
          {order.delivery === 'delivery' ? line(t.checkout.freight, order.freight_fen ? priced(order.freight_fen) : t.checkout.freeFreight) : null}
          <View className='sum strong'><Text>{t.order.total(order)}</Text><Text className='figure clay'>{priced(order.total_fen)}</Text></View>
          {order.refunded_fen ? line(t.order.refunded, priced(order.refunded_fen)) : null}
        </View>
      </View>
      <View className='panel sums'>
        <View className='h3'>{t.order.info}</View>
        <View className='sum'>
          <Text className='faint'>{t.order.no}</Text>
          <Tap className='copy' label={`${t.order.copy} ${order.no}`} onTap={() => copy(order.no, t.order.copied)}><Text id='order-no' className='figure'>{order.no}</Text><Icon name='copy' size={16} /></Tap>
        </View>
        {line(t.order.placedAt, moment(order.placed_at))}
        {order.paid_at ? line(t.order.paidAt, moment(order.paid_at)) : null}
        {line(t.order.store, order.store.name)}
        {line(t.order.how, t.checkout.delivery[order.delivery])}
      </View>
    </>
  )
}

function Acts({ order, onChange }: { order: Order; onChange: (order: Order) => void }) {
  const t = useWords()
  const [asking, setAsking] = useState<'cancel' | 'receive' | null>(null)
  const [busy, setBusy] = useState(false)
  const act = async (what: () => Promise<Order>, done: string) => {
    setBusy(true)
    try { onChange(await what()); toast(done) } catch (refusal) { toast(sayProblem(asProblem(refusal), t)) } finally { setBusy(false) }
  }
  // A line without a SKU cannot be bought here again.
  const wanted = order.lines.flatMap((line) => (line.sku_id && line.product_id
    ? [{ ...line, sku_id: line.sku_id, product_id: line.product_id, sku_name: '', available: line.quantity }] : []))
  const again = () => {
    basket.set({ from: 'now', items: wanted })
    chosenStore.set({ ...order.store, city: null })
    go(to.checkout)
  }
  const question = asking === 'cancel'
    ? { title: t.order.cancelAsk, yes: t.order.cancel, no: t.order.keep, bad: true, onYes: () => { void act(() => api.cancel(order.id), t.order.cancelled) } }
    : { title: t.order.receiveAsk, yes: t.order.receive, no: t.order.notYet, onYes: () => { void act(() => api.received(order.id), t.order.received) } }
  return (
    <View className='deck'>
      {order.state === 'placed' ? <Button id='order-cancel' kind='plain' disabled={busy} onTap={() => setAsking('cancel')}>{t.order.cancel}</Button> : null}
      {order.state === 'placed' ? <Button id='order-pay' onTap={() => go(to.cashier(order.id))}>{t.order.pay}</Button> : null}
      {order.state === 'fulfilled' ? <Button id='order-received' busy={busy} onTap={() => setAsking('receive')}>{t.order.receive}</Button> : null}
      {['completed', 'cancelled', 'refunded', 'paid', 'ready'].includes(order.state) && wanted.length ? <Button id='order-again' kind='plain' onTap={again}>{t.order.again}</Button> : null}
      <Confirm ask={asking ? question : null} onClose={() => setAsking(null)} />
    </View>
  )
}

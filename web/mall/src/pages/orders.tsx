import { useState } from 'react'
import { ScrollView, Text, View } from '@tarojs/components'
import { useDidShow, useReachBottom, useRouter } from '@tarojs/taro'
import { api } from '../api'
import { useList } from '../ask'
import { useCell } from '../cell'
import { go, to } from '../go'
import { token } from '../kept'
import { Art } from '../parts/art'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Guest } from '../parts/guest'
import { main, tablist } from '../parts/native'
import { Price } from '../parts/price'
import { Bones, Empty, Failed, Foot } from '../parts/states'
import { Tap } from '../parts/tap'
import type { Order } from '../shapes'
import { when } from '../when'
import { named, useWords } from '../words'

const tabs = ['', 'placed', 'paid', 'ready', 'fulfilled', 'completed', 'cancelled']

export default function Orders() {
  const t = useWords()
  const signedIn = useCell(token)
  const [state, setState] = useState(useRouter().params.state ?? '')
  const list = useList(signedIn ? (cursor) => api.orders({ state, cursor, limit: 20 }) : null, [state, signedIn])
  const [shownOnce, setShownOnce] = useState(false)
  useDidShow(() => { if (shownOnce) list.again(); setShownOnce(true) })
  useReachBottom(list.more)
  return (
    <View {...main} className='page orders'>
      <Bar title={t.orders.title} />
      <ScrollView className='state-tabs' scrollX enhanced showScrollbar={false}>
        <View {...tablist} className='state-tabs-line'>
          {tabs.map((one) => (
            <Tap key={one} id={`orders-${one || 'all'}`} className='state-tab' role='tab' chosen={one === state} onTap={() => setState(one)}>
              <Text>{t.orders.tabs[one]}</Text>
            </Tap>
          ))}
        </View>
      </ScrollView>
      {!signedIn ? <Guest then='orders' /> : null}
      {signedIn && list.busy && !list.items.length ? <Bones rows={4} kind='row' /> : null}
      {list.problem && !list.items.length ? <Failed problem={list.problem} onAgain={list.again} /> : null}
      {signedIn && list.ended && !list.items.length ? (
        <Empty icon='box' title={state ? t.orders.noneIn(t.orders.tabs[state] ?? '') : t.orders.none} hint={t.orders.noneHint}
          action={t.cart.browse} onAction={() => go('/pages/home')} />
      ) : null}
      {list.items.map((order) => <OrderCard key={order.id} order={order} />)}
      <Foot list={list} />
    </View>
  )
}

function OrderCard({ order }: { order: Order }) {
  const t = useWords()
  const units = order.lines.reduce((sum, line) => sum + line.quantity, 0)
  return (
    <Tap className='panel order-card t-order' role='link' label={order.no} onTap={() => go(to.order(order.id))}>
      <View className='order-head'>
        <Text className='strong'>{order.store.name}</Text>
        <Text className={`state state-${order.state}`}>{t.order.state(order.state, order.delivery)}</Text>
      </View>
      <View className='order-arts'>
        {order.lines.slice(0, 4).map((line, n) => <Art key={n} src={line.image} name={named(line)} className='goods-art' />)}
        {order.lines.length === 1 ? <View className='card-name order-one'>{named(order.lines[0]!)}</View> : null}
      </View>
      <View className='order-head'>
        <Text className='faint'>{when(order.placed_at)} · {t.orders.count(units)}</Text>
        <Price fen={order.total_fen} />
      </View>
      {order.state === 'placed' ? (
        <View className='order-act'><Button small onTap={() => go(to.cashier(order.id))}>{t.orders.pay}</Button></View>
      ) : null}
    </Tap>
  )
}

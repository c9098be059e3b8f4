import { useState } from 'react'
import { Text, View } from '@tarojs/components'
import { useDidShow } from '@tarojs/taro'
import { asProblem, useAsk } from '../ask'
import { basket } from '../basket'
import { cart, countOf, goodsOf, refreshCart, setQuantity } from '../cart'
import { useCell } from '../cell'
import { go, toast, to } from '../go'
import { token } from '../kept'
import { Art } from '../parts/art'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { main } from '../parts/native'
import { Price } from '../parts/price'
import { Confirm } from '../parts/sheet'
import { Empty, Failed } from '../parts/states'
import { Stepper } from '../parts/stepper'
import { Tabs } from '../parts/tabs'
import { Tap } from '../parts/tap'
import type { CartItem } from '../shapes'
import { named, sayProblem, useWords } from '../words'

export default function CartPage() {
  const t = useWords()
  const items = useCell(cart)
  const signedIn = useCell(token)
  const asked = useAsk(refreshCart, [signedIn])
  useDidShow(() => { void asked.again() })
  const [left, setLeft] = useState<string[]>([])
  const chosen = items.filter((item) => !left.includes(item.sku_id))
  const flip = (sku: string) => setLeft((before) => (before.includes(sku) ? before.filter((one) => one !== sku) : [...before, sku]))
  const checkout = () => {
    basket.set({ items: chosen, from: 'cart' })
    go(signedIn ? to.checkout : `${to.signIn}?then=checkout`)
  }
  return (
    <View {...main} className={`page root cart ${items.length ? 'with-deck' : ''}`}>
      <Bar title={t.tab.cart} root />
      {!signedIn && items.length ? <GuestHint /> : null}
      {asked.problem && !items.length ? <Failed problem={asked.problem} onAgain={() => { void asked.again() }} /> : null}
      {!items.length && !asked.problem
        ? <Empty icon='cart' title={t.cart.empty} hint={t.cart.emptyHint} action={t.cart.browse} onAction={() => go('/pages/home')} /> : null}
      <View className='cart-lines'>
        {items.map((item) => <Line key={item.sku_id} item={item} chosen={chosen.includes(item)} onFlip={() => flip(item.sku_id)} />)}
      </View>
      {items.length ? (
        <View className='deck above-tabs'>
          <Tap className='pick-all' role='checkbox' chosen={chosen.length === items.length} label={t.cart.selectAll}
            onTap={() => setLeft(chosen.length === items.length ? items.map((item) => item.sku_id) : [])}>
            <Tick on={chosen.length === items.length} /><Text>{t.cart.selectAll}</Text>
          </Tap>
          <View className='deck-sum'>
            <Text className='faint'>{t.cart.total}</Text>
            <Price id='cart-total' fen={goodsOf(chosen)} />
          </View>
          <Button id='cart-checkout' className='t-checkout' disabled={!chosen.length} onTap={checkout}>{t.cart.checkout(countOf(chosen))}</Button>
        </View>
      ) : null}
      <Tabs at='cart' />
    </View>
  )
}

function GuestHint() {
  const t = useWords()
  return (
    <Tap className='notice' onTap={() => go(to.signIn)}>
      <Text className='line-name'>{t.cart.guest}</Text>
      <Text className='link'>{t.cart.signIn}</Text>
      <Icon name='next' size={16} />
    </Tap>
  )
}

function Line({ item, chosen, onFlip }: { item: CartItem; chosen: boolean; onFlip: () => void }) {
  const t = useWords()
  const [asking, setAsking] = useState(false)
  const change = (quantity: number) => { setQuantity(item, quantity).catch((refusal) => toast(sayProblem(asProblem(refusal), t))) }
  const short = item.available < item.quantity
  return (
    <View className='cart-line t-cart-line'>
      <Tap className='cart-tick' role='checkbox' chosen={chosen} label={named(item)} onTap={onFlip}><Tick on={chosen} /></Tap>
      <Tap className='cart-art' role='link' label={named(item)} onTap={() => go(to.product(item.product_id))}><Art src={item.image} name={named(item)} /></Tap>
      <View className='row-text'>
        <View className='card-name'>{named(item)}</View>
        {item.sku_name && !item.name.includes(item.sku_name) ? <Text className='faint'>{item.sku_name}</Text> : null}
        {short ? <Text className='warn-text'>{item.available > 0 ? t.cart.only(item.available) : t.soldOut}</Text> : null}
        <View className='card-foot'>
          <Price fen={item.price_fen} />
          <Stepper n={item.quantity} most={Math.max(item.available, 1)} onChange={change} onRemove={() => setAsking(true)} />
        </View>
      </View>
      <Confirm onClose={() => setAsking(false)} ask={asking ? { title: t.cart.removeAsk(named(item)), yes: t.cart.remove, no: t.cancel, bad: true, onYes: () => change(0) } : null} />
    </View>
  )
}

function Tick({ on }: { on: boolean }) {
  return <View className={`tick ${on ? 'on' : ''}`}>{on ? <Icon name='check' size={14} /> : null}</View>
}

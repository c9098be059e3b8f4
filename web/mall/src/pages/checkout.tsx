import { useEffect, useState } from 'react'
import { Input, Text, View } from '@tarojs/components'
import { api } from '../api'
import { asProblem, useAsk } from '../ask'
import { basket, type Basket } from '../basket'
import { removeOrdered } from '../cart'
import { useCell } from '../cell'
import { go, goInstead, toast, to } from '../go'
import { chosenStore, token } from '../kept'
import { priced } from '../money'
import { AddressLine, AddressSheet } from '../parts/address'
import { Art } from '../parts/art'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { inputHints, main } from '../parts/native'
import { Price } from '../parts/price'
import { Bones, Empty, Failed } from '../parts/states'
import { Stepper } from '../parts/stepper'
import { StoreSheet } from '../parts/stores'
import { Tap } from '../parts/tap'
import { me, refreshMe } from '../session'
import type { Address, CartItem, Delivery, Quote, Want } from '../shapes'
import { useShop } from '../shop'
import { named, sayProblem, useWords } from '../words'

export default function Checkout() {
  const t = useWords()
  const { items } = useCell(basket)
  const signedIn = useCell(token)
  useEffect(() => { if (!signedIn) goInstead(`${to.signIn}?then=checkout`) }, [signedIn])
  return (
    <View {...main} className='page with-foot checkout'>
      <Bar title={t.checkout.title} />
      {items.length
        ? <Form items={items} />
        : <Empty icon='cart' title={t.checkout.nothing} action={t.cart.browse} onAction={() => go('/pages/home')} />}
    </View>
  )
}

const wantsOf = (items: CartItem[]): Want[] => items.map(({ sku_id, quantity }) => ({ sku_id, quantity }))

function Form({ items }: { items: CartItem[] }) {
  const t = useWords()
  const who = useCell(me)
  const store = useCell(chosenStore)
  const [delivery, setDelivery] = useState<Delivery>('pickup')
  const [address, setAddress] = useState<Address | null>(who?.address ?? null)
  const [note, setNote] = useState('')
  const [changed, setChanged] = useState(false)
  const [busy, setBusy] = useState(false)
  useEffect(() => { void refreshMe().then((found) => setAddress((mine) => mine ?? found?.address ?? null)).catch(() => undefined) }, [])
  const wants = wantsOf(items)
  const quote = useAsk(store ? () => api.quote({ items: wants, store_id: store.id, delivery }) : null, [JSON.stringify(wants), store?.id, delivery])
  const quoted = store ? quote.data : null
  const short = quoted?.short ?? []

  const place = async () => {
    if (!store) { toast(t.checkout.chooseStore); return }
    if (delivery === 'delivery' && !address) { toast(t.checkout.noAddress); return }
    setBusy(true)
    try {
      const order = await api.place({
        items: wants, store_id: store.id, delivery, quote_hash: quoted?.hash,
        ...(delivery === 'delivery' && address ? { address } : {}), ...(note.trim() ? { note: note.trim() } : {}),
      })
      await leave(basket.get())
      goInstead(to.cashier(order.id))
    } catch (refusal) {
      const problem = asProblem(refusal)
      if (problem.status === 409) void quote.again()
      if (problem.code === 'price_changed') setChanged(true)
      else toast(sayProblem(problem, t))
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <View className='segments'>
        {(['pickup', 'delivery'] as const).map((one) => (
          <Tap key={one} id={`checkout-${one}`} className='segment' role='radio' chosen={one === delivery} onTap={() => setDelivery(one)}>
            <Icon name={one === 'pickup' ? 'bag' : 'truck'} size={18} /><Text>{t.checkout.delivery[one]}</Text>
          </Tap>
        ))}
      </View>
      <Where delivery={delivery} address={address} onAddress={setAddress} />
      <Goods items={items} quote={quoted} />
      <View className='panel'>
        <View className='line'>
          <Text className='line-name'>{t.checkout.note}</Text>
          <Input id='checkout-note' className='line-input' value={note} maxlength={120} placeholder={t.checkout.noteHint} placeholderClass='placeholder'
            onInput={(event) => setNote(event.detail.value)} {...inputHints(t.checkout.note)} />
        </View>
      </View>
      {changed ? <View className='notice warn'>{t.checkout.priceChanged}</View> : null}
      {quote.problem && !quote.busy ? <Failed small problem={quote.problem} onAgain={() => { void quote.again() }} /> : null}
      {store && !quoted && quote.busy ? <Bones rows={2} kind='line' /> : null}
      {quoted ? <Sums quote={quoted} delivery={delivery} /> : null}
      <View className='deck'>
        <View className='deck-sum'>
          <Text className='faint'>{t.checkout.total}</Text>
          <Price id='checkout-total' fen={quoted?.total_fen ?? items.reduce((sum, item) => sum + item.price_fen * item.quantity, 0)} size='l' />
        </View>
        <Button id='place-order' className='t-place' busy={busy} disabled={short.length > 0 || (!!store && !quoted)} onTap={() => { void place() }}>
          {busy ? t.checkout.placing : t.checkout.place}
        </Button>
      </View>
    </>
  )
}

async function leave(done: Basket) {
  if (done.from === 'cart') await removeOrdered(done.items.map((item) => item.sku_id))
  basket.set({ items: [], from: 'now' })
}

function Where({ delivery, address, onAddress }: { delivery: Delivery; address: Address | null; onAddress: (address: Address) => void }) {
  const t = useWords()
  const store = useCell(chosenStore)
  const who = useCell(me)
  const [choosing, setChoosing] = useState(false)
  const [writing, setWriting] = useState(false)
  return (
    <View className='panel'>
      {delivery === 'delivery' ? <AddressLine id='checkout-address' address={address} onTap={() => setWriting(true)} /> : null}
      <Tap id='checkout-store' className='line' onTap={() => setChoosing(true)}>
        <Icon name='pin' size={18} />
        <Text className='line-name'>{delivery === 'pickup' ? t.checkout.pickupAt : t.checkout.deliverFrom}</Text>
        <Text className={store ? 'line-value' : 'line-value placeholder'}>{store?.name ?? t.checkout.chooseStore}</Text>
        <Icon name='next' size={16} />
      </Tap>
      <StoreSheet open={choosing} onClose={() => setChoosing(false)} />
      <AddressSheet open={writing} first={address ?? { name: who?.name ?? '', phone: who?.phone ?? '' }} onClose={() => setWriting(false)} onSaved={onAddress} />
    </View>
  )
}

function Goods({ items, quote }: { items: CartItem[]; quote: Quote | null }) {
  const t = useWords()
  const short = quote?.short ?? []
  const put = (change: (item: CartItem) => CartItem) =>
    basket.set({ ...basket.get(), items: basket.get().items.map(change).filter((item) => item.quantity > 0) })
  const fix = () => put((item) => {
    const found = short.find((one) => one.sku_id === item.sku_id)
    return found ? { ...item, quantity: Math.min(item.quantity, found.available) } : item
  })
  return (
    <View className='panel'>
      <View className='h3'>{t.checkout.items}</View>
      {items.map((item) => {
        const line = quote?.lines.find((one) => one.sku_id === item.sku_id)
        const left = short.find((one) => one.sku_id === item.sku_id)?.available
        return (
          <View key={item.sku_id} className='goods'>
            <Art src={item.image} name={named(item)} className='goods-art' />
            <View className='row-text'>
              <View className='card-name'>{named(item)}</View>
              {item.sku_name && !item.name.includes(item.sku_name) ? <Text className='faint'>{item.sku_name}</Text> : null}
              {left !== undefined ? <Text className='bad-text'>{t.checkout.short(named(item), left)}</Text> : null}
              <View className='card-foot'>
                <Price fen={line?.price_fen ?? item.price_fen} size='s' />
                <Stepper n={item.quantity} most={999}
                  onChange={(quantity) => put((one) => (one.sku_id === item.sku_id ? { ...one, quantity } : one))} />
              </View>
            </View>
          </View>
        )
      })}
      {short.length ? (
        <View className='notice warn between'>
          <Text className='line-name'>{t.checkout.shortHint}</Text>
          <Button small kind='plain' onTap={fix}>{t.checkout.fix}</Button>
        </View>
      ) : null}
    </View>
  )
}

function Sums({ quote, delivery }: { quote: Quote; delivery: Delivery }) {
  const t = useWords()
  const free = useShop()?.brand.free_freight_fen
  return (
    <View className='panel sums'>
      <View className='sum'><Text>{t.checkout.goods}</Text><Text className='figure'>{priced(quote.goods_fen)}</Text></View>
      {delivery === 'delivery' ? (
        <View className='sum'><Text>{t.checkout.freight}</Text><Text className='figure'>{quote.freight_fen ? priced(quote.freight_fen) : t.checkout.freeFreight}</Text></View>
      ) : null}
      {delivery === 'delivery' && quote.freight_fen && free && free > quote.goods_fen
        ? <View className='faint'>{t.checkout.moreForFree(priced(free - quote.goods_fen))}</View> : null}
      <View className='sum strong'><Text>{t.checkout.total}</Text><Text className='figure clay'>{priced(quote.total_fen)}</Text></View>
    </View>
  )
}

import { useState } from 'react'
import { Text, View } from '@tarojs/components'
import { useRouter, useShareAppMessage } from '@tarojs/taro'
import { api } from '../api'
import { asProblem, useAsk } from '../ask'
import { basket } from '../basket'
import { addToCart, cart, countOf } from '../cart'
import { useCell } from '../cell'
import { go, toast, to } from '../go'
import { chosenStore, token } from '../kept'
import { Art } from '../parts/art'
import { Bar } from '../parts/bar'
import { Button } from '../parts/button'
import { Icon } from '../parts/icon'
import { main } from '../parts/native'
import { Price } from '../parts/price'
import { Bones, Failed } from '../parts/states'
import { Stepper } from '../parts/stepper'
import { StoreSheet } from '../parts/stores'
import { Mark } from '../parts/tabs'
import { Tap } from '../parts/tap'
import { copy, linkTo, pathTo } from '../share'
import type { CartItem, Product, Sku } from '../shapes'
import { named, sayProblem, useWords } from '../words'

export default function ProductPage() {
  const t = useWords()
  const id = useRouter().params.id ?? ''
  const store = useCell(chosenStore)
  const asked = useAsk(() => api.product(id, store?.id), [id, store?.id])
  const product = asked.data
  useShareAppMessage(() => ({ title: product ? named(product) : '', path: pathTo(to.product(id)) }))
  return (
    <View {...main} className='page with-foot product'>
      <Bar title={t.product.title} tab={product ? named(product) : ''} right={<CartDoor />} />
      {product ? <Goods key={product.id} product={product} /> : null}
      {!product && asked.busy ? <Bones rows={1} kind='card' /> : null}
      {!product && asked.problem ? <Failed problem={asked.problem} onAgain={() => { void asked.again() }} /> : null}
    </View>
  )
}

function CartDoor() {
  const t = useWords()
  const count = countOf(useCell(cart))
  return (
    <Tap className='bar-side t-open-cart' label={t.product.cart(count)} onTap={() => go('/pages/cart')}>
      <Icon name='cart' size={24} />
      <Mark n={count} />
    </Tap>
  )
}

/** The option that is shown first: the cheapest that can be bought. */
const firstOf = (skus: Sku[]) => [...skus].sort((a, b) => Number(b.available > 0) - Number(a.available > 0) || a.price_fen - b.price_fen)[0]

function Goods({ product }: { product: Product }) {
  const t = useWords()
  const [skuId, setSkuId] = useState(firstOf(product.skus)?.id)
  const [wanted, setWanted] = useState(1)
  const [choosing, setChoosing] = useState(false)
  const store = useCell(chosenStore)
  const sku = product.skus.find((one) => one.id === skuId) ?? firstOf(product.skus)
  const left = sku?.available ?? 0
  const quantity = Math.max(1, Math.min(wanted, left))
  return (
    <>
      <Art src={product.image} name={named(product)} className='product-art' />
      <View className='panel product-main'>
        <View className='product-price'>
          <Price id='product-price' fen={sku?.price_fen ?? product.price_from_fen} size='l' />
          {product.sold > 0 ? <Text className='faint'>{t.sold(t.many(product.sold))}</Text> : null}
        </View>
        <View className='product-head'>
          <View className='product-name' id='product-name'>{named(product)}</View>
          <Tap id='product-share' className='share' label={t.product.share} onTap={() => copy(linkTo(to.product(product.id)), t.product.shared)}>
            <Icon name='share' size={20} /><Text className='share-name'>{t.product.share}</Text>
          </Tap>
        </View>
      </View>
      <View className='panel'>
        {product.skus.length > 1 ? <Options skus={product.skus} at={sku?.id} onPick={setSkuId} /> : null}
        <Tap id='product-store' className='line' label={store?.name ?? t.product.stockAt} onTap={() => setChoosing(true)}>
          <Icon name='pin' size={18} />
          <Text className='line-name'>{store?.name ?? t.product.stockAt}</Text>
          <Text className={left <= 0 ? 'bad-text' : left <= 5 ? 'warn-text' : 'good-text'} id='product-stock'>{t.product.stock(left)}</Text>
          <Icon name='next' size={16} />
        </Tap>
        {left <= 0 ? <View className='advice'>{t.product.otherStore}</View> : null}
        <View className='line'>
          <Text className='line-name'>{t.product.quantity}</Text>
          <Stepper id='product-quantity' n={quantity} most={Math.max(left, 1)} onChange={setWanted} />
        </View>
      </View>
      <View className='panel'>
        <View className='h3'>{t.product.about}</View>
        <View className='about'>{product.description || t.product.noAbout}</View>
      </View>
      {sku ? <Buy product={product} sku={sku} quantity={quantity} /> : null}
      <StoreSheet open={choosing} onClose={() => setChoosing(false)} />
    </>
  )
}

function Options({ skus, at, onPick }: { skus: Sku[]; at?: string; onPick: (id: string) => void }) {
  const t = useWords()
  return (
    <View className='options'>
      <View className='h3'>{t.product.spec}</View>
      <View className='chips'>
        {skus.map((one) => (
          <Tap key={one.id} className={`chip t-sku ${one.available <= 0 ? 'gone' : ''}`} role='radio' chosen={one.id === at} onTap={() => onPick(one.id)}>
            <Text>{one.name}</Text>
          </Tap>
        ))}
      </View>
    </View>
  )
}

function Buy({ product, sku, quantity }: { product: Product; sku: Sku; quantity: number }) {
  const t = useWords()
  const [busy, setBusy] = useState(false)
  const item: CartItem = {
    sku_id: sku.id, product_id: product.id, name: product.name, name_en: product.name_en, sku_name: product.skus.length > 1 ? sku.name : '',
    image: product.image, price_fen: sku.price_fen, quantity, available: sku.available,
  }
  const add = async () => {
    setBusy(true)
    try { await addToCart(item); toast(t.product.added) } catch (refusal) { toast(sayProblem(asProblem(refusal), t)) } finally { setBusy(false) }
  }
  const buy = () => {
    basket.set({ items: [item], from: 'now' })
    go(token.get() ? to.checkout : `${to.signIn}?then=checkout`)
  }
  return (
    <View className='deck'>
      <Button id='add-to-cart' className='t-add-to-cart' kind='deep' busy={busy} disabled={sku.available <= 0} onTap={() => { void add() }}>{t.product.add}</Button>
      <Button id='buy-now' className='t-buy-now' disabled={sku.available <= 0} onTap={buy}>{sku.available <= 0 ? t.soldOut : t.product.buy}</Button>
    </View>
  )
}

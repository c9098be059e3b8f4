import { Text, View } from '@tarojs/components'
import { go, to } from '../go'
import type { Item } from '../shapes'
import { named, useWords } from '../words'
import { Art } from './art'
import { Price } from './price'
import { Tap } from './tap'

/** A product in a two-column grid: picture first. */
export function ItemCard({ item }: { item: Item }) {
  const t = useWords()
  return (
    <Tap className='card t-item' role='link' label={named(item)} onTap={() => go(to.product(item.id))}>
      <View className='card-art'>
        <Art src={item.image} name={named(item)} />
        {item.available <= 0 ? <View className='card-gone'><Text className='card-gone-tag'>{t.soldOut}</Text></View> : null}
      </View>
      <View className='card-text'>
        <View className='card-name'>{named(item)}</View>
        <View className='card-foot'>
          <Price fen={item.price_from_fen} />
          {item.sold > 0 ? <Text className='faint'>{t.sold(t.many(item.sold))}</Text> : null}
        </View>
      </View>
    </Tap>
  )
}

/** A product in a list: picture left. */
export function ItemRow({ item }: { item: Item }) {
  const t = useWords()
  return (
    <Tap className='row-item t-item' role='link' label={named(item)} onTap={() => go(to.product(item.id))}>
      <Art src={item.image} name={named(item)} className='row-art' />
      <View className='row-text'>
        <View className='card-name'>{named(item)}</View>
        <Text className='faint'>{item.sold > 0 ? t.sold(t.many(item.sold)) : t.product.stock(item.available)}</Text>
        <View className='card-foot'>
          <Price fen={item.price_from_fen} />
          <Text className={item.available <= 0 ? 'faint' : item.available <= 5 ? 'warn-text' : 'faint'}>
            {item.sold > 0 || item.available <= 5 ? t.product.stock(item.available) : ''}
          </Text>
        </View>
      </View>
    </Tap>
  )
}

import { useEffect, useState } from 'react'
import { ScrollView, Text, View } from '@tarojs/components'
import Taro, { usePullDownRefresh, useReachBottom } from '@tarojs/taro'
import { api, type Sort } from '../api'
import { useAsk, useList } from '../ask'
import { useCell } from '../cell'
import { go, to } from '../go'
import { chosenStore } from '../kept'
import { Art } from '../parts/art'
import { useTitle } from '../parts/bar'
import { Find } from '../parts/find'
import { Icon } from '../parts/icon'
import { ItemCard } from '../parts/item'
import { heading, main, tablist } from '../parts/native'
import { Price } from '../parts/price'
import { Bones, Empty, Failed, Foot } from '../parts/states'
import { StoreSheet } from '../parts/stores'
import { Mark, Tabs } from '../parts/tabs'
import { Tap } from '../parts/tap'
import { me } from '../session'
import type { Category, Item } from '../shapes'
import { askPictures, askShop, categoryName, openCategory, pictures, useShop } from '../shop'
import { named, useWords } from '../words'

const sorts: Sort[] = ['popular', 'new', 'price']

export default function Home() {
  const t = useWords()
  const shop = useShop()
  const asked = useAsk(askShop, [])
  const [sort, setSort] = useState<Sort>('popular')
  const store = useCell(chosenStore)?.id
  const list = useList((cursor) => api.products({ sort, store, cursor, limit: 20 }), [sort, store])
  useTitle(shop?.brand.name ?? '')
  useReachBottom(list.more)
  usePullDownRefresh(() => { void asked.again(); list.again(); Taro.stopPullDownRefresh() })
  const ready = shop !== null && list.items.length > 0
  useEffect(() => { if (ready) void askPictures() }, [ready])
  const problem = asked.problem ?? list.problem
  const [first, ...others] = list.items
  return (
    <View {...main} className='page root home'>
      <Head brand={shop?.brand.name ?? ''} />
      {shop || !asked.problem ? <Rail categories={shop?.categories ?? null} /> : null}
      <View className='home-sorts'>
        <Text className='h2'>{t.home.popular}</Text>
        <View {...tablist} className='sorts'>
          {sorts.map((one) => (
            <Tap key={one} className='sort' role='tab' chosen={one === sort} onTap={() => setSort(one)}><Text>{t.home.sorts[one]}</Text></Tap>
          ))}
        </View>
      </View>
      {list.busy && !list.items.length ? <Bones rows={6} kind='card' /> : null}
      {problem && !list.items.length ? <Failed problem={problem} onAgain={() => { void asked.again(); list.again() }} /> : null}
      {list.ended && !list.items.length ? <Empty icon='bag' title={t.home.noItems} hint={t.home.noItemsHint} /> : null}
      {first && sort === 'popular' ? <Best item={first} /> : null}
      <View className='grid'>
        {(sort === 'popular' ? others : list.items).map((item) => <ItemCard key={item.id} item={item} />)}
      </View>
      <Foot list={list} />
      <Tabs at='home' />
    </View>
  )
}

function Head({ brand }: { brand: string }) {
  const t = useWords()
  const [q, setQ] = useState('')
  const [choosing, setChoosing] = useState(false)
  const store = useCell(chosenStore)
  const unread = useCell(me)?.unread ?? 0
  return (
    <View className='head'>
      <View className='head-top'>
        <Text {...heading} className='head-brand'>{brand}</Text>
        <Tap id='home-inbox' className='head-tap' label={unread ? t.home.unread(unread) : t.home.inbox} onTap={() => go(to.inbox)}>
          <Icon name='bell' size={24} />
          <Mark n={unread} />
        </Tap>
      </View>
      <Tap id='home-store' className='head-store' label={`${t.home.chooseStore} ${store?.name ?? ''}`} onTap={() => setChoosing(true)}>
        <Icon name='pin' size={16} />
        <Text className='head-store-name'>{store?.name ?? t.home.chooseStore}</Text>
        <Icon name='down' size={14} />
      </Tap>
      <Find id='home-search' value={q} hint={t.search} onChange={setQ} onDone={(said) => { if (said) go(to.find(said)) }} />
      <StoreSheet open={choosing} onClose={() => setChoosing(false)} />
    </View>
  )
}

/** Categories by picture: the picture of what sells best in each. */
function Rail({ categories }: { categories: Category[] | null }) {
  const t = useWords()
  const shown = (categories ?? []).filter((one) => one.products > 0)
  if (!categories) return <Bones rows={6} kind='rail' />
  return (
    <ScrollView className='rail' scrollX enhanced showScrollbar={false} {...(process.env.TARO_ENV === 'h5' ? { 'aria-label': t.home.categories } : {})}>
      <View className='rail-line'>
        {shown.map((one) => <RailStop key={one.code} category={one} />)}
      </View>
    </ScrollView>
  )
}

function RailStop({ category }: { category: Category }) {
  const picture = useCell(pictures)[category.code]
  return (
    <Tap className='rail-stop t-category' role='link' label={categoryName(category)}
      onTap={() => { openCategory.set(category.code); go('/pages/category') }}>
      <Art src={picture ?? null} name={categoryName(category)} className='rail-art' />
      <Text className='rail-name'>{categoryName(category)}</Text>
    </Tap>
  )
}

function Best({ item }: { item: Item }) {
  const t = useWords()
  return (
    <Tap className='best t-item' role='link' label={named(item)} onTap={() => go(to.product(item.id))}>
      <Art src={item.image} name={named(item)} className='best-art' />
      <View className='best-text'>
        <Text className='best-tag'>{t.home.first}</Text>
        <View className='best-name'>{named(item)}</View>
        <View className='card-foot'>
          <Price fen={item.price_from_fen} size='m' />
          {item.sold > 0 ? <Text className='faint'>{t.sold(t.many(item.sold))}</Text> : null}
        </View>
      </View>
    </Tap>
  )
}

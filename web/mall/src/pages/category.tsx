import { useState } from 'react'
import { ScrollView, Text, View } from '@tarojs/components'
import { api } from '../api'
import { useAsk, useList } from '../ask'
import { useCell } from '../cell'
import { go, to } from '../go'
import { chosenStore } from '../kept'
import { useTitle } from '../parts/bar'
import { Find } from '../parts/find'
import { ItemRow } from '../parts/item'
import { main, tablist } from '../parts/native'
import { Bones, Empty, Failed, Foot } from '../parts/states'
import { Tabs } from '../parts/tabs'
import { Tap } from '../parts/tap'
import { askShop, categoryName, openCategory, useShop } from '../shop'
import { useWords } from '../words'

export default function CategoryPage() {
  const t = useWords()
  const shop = useShop()
  const asked = useAsk(askShop, [])
  const [q, setQ] = useState('')
  const wanted = useCell(openCategory)
  const categories = (shop?.categories ?? []).filter((one) => one.products > 0)
  const at = categories.find((one) => one.code === wanted)?.code ?? categories[0]?.code ?? null
  const store = useCell(chosenStore)?.id
  const list = useList(at ? (cursor) => api.products({ category: at, sort: 'popular', store, cursor, limit: 20 }) : null, [at, store])
  useTitle(t.tab.category)
  return (
    <View {...main} className='page root category'>
      <View className='category-head'>
        <Find id='category-search' value={q} hint={t.search} onChange={setQ} onDone={(said) => { if (said) go(to.find(said)) }} />
      </View>
      <View className='category-body'>
        <ScrollView {...tablist} className='shelf' scrollY>
          {categories.map((one) => (
            <Tap key={one.code} className='shelf-tab t-shelf' role='tab' chosen={one.code === at} onTap={() => openCategory.set(one.code)}>
              <Text>{categoryName(one)}</Text>
            </Tap>
          ))}
        </ScrollView>
        <ScrollView className='shelf-items' scrollY onScrollToLower={list.more} lowerThreshold={240} key={at ?? ''}>
          {(list.busy || asked.busy) && !list.items.length ? <Bones rows={6} kind='row' /> : null}
          {(asked.problem ?? list.problem) && !list.items.length
            ? <Failed problem={(asked.problem ?? list.problem)!} onAgain={() => { void asked.again(); list.again() }} /> : null}
          {at && list.ended && !list.items.length ? <Empty icon='bag' title={t.category.none} hint={t.category.noneHint} /> : null}
          {list.items.map((item) => <ItemRow key={item.id} item={item} />)}
          <Foot list={list} />
        </ScrollView>
      </View>
      <Tabs at='category' />
    </View>
  )
}

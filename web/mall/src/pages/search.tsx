import { useEffect, useState } from 'react'
import { Text, View } from '@tarojs/components'
import { useReachBottom, useRouter } from '@tarojs/taro'
import { api } from '../api'
import { useList } from '../ask'
import { useCell } from '../cell'
import { go } from '../go'
import { chosenStore } from '../kept'
import { Bar } from '../parts/bar'
import { Find } from '../parts/find'
import { ItemCard } from '../parts/item'
import { main } from '../parts/native'
import { Bones, Empty, Failed, Foot } from '../parts/states'
import { Tap } from '../parts/tap'
import { categoryName, openCategory, useShop } from '../shop'
import { useWords } from '../words'

export default function Search() {
  const t = useWords()
  const [typed, setTyped] = useState(decodeURIComponent(useRouter().params.q ?? ''))
  const q = useSettled(typed.trim())
  const store = useCell(chosenStore)?.id
  const list = useList(q ? (cursor) => api.products({ q, store, cursor, limit: 20 }) : null, [q, store])
  useReachBottom(list.more)
  return (
    <View {...main} className='page'>
      <Bar title={t.find.title} />
      <View className='page-find'><Find id='search-search' value={typed} hint={t.find.hint} focus={!typed} onChange={setTyped} onDone={setTyped} /></View>
      {!q ? <Start /> : null}
      {q && list.busy && !list.items.length ? <Bones rows={6} kind='card' /> : null}
      {q && list.problem && !list.items.length ? <Failed problem={list.problem} onAgain={list.again} /> : null}
      {q && list.ended && !list.items.length ? <Empty icon='search' title={t.find.none(q)} hint={t.find.noneHint} /> : null}
      {q && list.total !== null && list.items.length ? <View className='found'>{t.find.found(list.total)}</View> : null}
      {q ? <View className='grid'>{list.items.map((item) => <ItemCard key={item.id} item={item} />)}</View> : null}
      {q ? <Foot list={list} /> : null}
    </View>
  )
}

/** What is typed, once the thumb has rested: one question a word, not one a letter. */
function useSettled(typed: string): string {
  const [settled, settle] = useState(typed)
  useEffect(() => {
    const timer = setTimeout(() => settle(typed), 250)
    return () => clearTimeout(timer)
  }, [typed])
  return settled
}

function Start() {
  const t = useWords()
  const categories = (useShop()?.categories ?? []).filter((one) => one.products > 0)
  return (
    <View>
      <Empty icon='search' title={t.find.start} hint={t.find.startHint} />
      <View className='chips center'>
        {categories.slice(0, 12).map((one) => (
          <Tap key={one.code} className='chip' onTap={() => { openCategory.set(one.code); go('/pages/category') }}>
            <Text>{categoryName(one)}</Text>
          </Tap>
        ))}
      </View>
    </View>
  )
}

import { useState } from 'react'
import { ScrollView, Text, View } from '@tarojs/components'
import { api } from '../api'
import { useList } from '../ask'
import { useCell } from '../cell'
import { chosenStore } from '../kept'
import type { Store } from '../shapes'
import { useWords } from '../words'
import { Find } from './find'
import { Icon } from './icon'
import { Sheet } from './sheet'
import { Bones, Empty, Failed, Foot } from './states'
import { Tap } from './tap'

/** All stores of the brand, searchable; there may be hundreds. */
export function StoreSheet({ open, onClose, onPick }: { open: boolean; onClose: () => void; onPick?: (store: Store) => void }) {
  const t = useWords()
  const [q, setQ] = useState('')
  const chosen = useCell(chosenStore)
  const list = useList(open ? (cursor) => api.stores({ q, cursor, limit: 50 }) : null, [open, q])
  const pick = (store: Store) => { chosenStore.set(store); onPick?.(store); onClose() }
  return (
    <Sheet title={t.stores.title} open={open} onClose={onClose} tall>
      <View className='sheet-find'><Find id='store-search' value={q} hint={t.stores.search} onChange={setQ} /></View>
      <ScrollView className='sheet-scroll' scrollY onScrollToLower={list.more}>
        {list.items.map((store) => (
          <Tap key={store.id} className='store t-store' role='radio' chosen={store.id === chosen?.id} label={store.name} onTap={() => pick(store)}>
            <View className='store-text'>
              <Text className='store-name'>{store.name}</Text>
              {store.city ? <Text className='faint'>{store.city}</Text> : null}
            </View>
            {store.id === chosen?.id ? <Icon name='check' size={20} /> : null}
          </Tap>
        ))}
        {list.busy && !list.items.length ? <Bones rows={6} kind='line' /> : null}
        {list.problem && !list.items.length ? <Failed problem={list.problem} onAgain={list.again} /> : null}
        {list.ended && !list.items.length ? <Empty icon='pin' title={t.stores.none} hint={t.stores.noneHint} /> : null}
        <Foot list={list} />
      </ScrollView>
    </Sheet>
  )
}

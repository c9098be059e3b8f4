import { Text, View } from '@tarojs/components'
import { cart, countOf } from '../cart'
import { useCell } from '../cell'
import { go } from '../go'
import { me } from '../session'
import { useWords } from '../words'
import { Icon, type IconName } from './icon'
import { Tap } from './tap'

type Tab = 'home' | 'category' | 'cart' | 'me'
const icons: Record<Tab, IconName> = { home: 'home', category: 'grid', cart: 'cart', me: 'user' }

/** The four doors at the bottom; each root page draws it, so that it speaks the language that is on. */
export function Tabs({ at }: { at: Tab }) {
  const t = useWords()
  const count = countOf(useCell(cart))
  const unread = useCell(me)?.unread ?? 0
  const mark: Partial<Record<Tab, number>> = { cart: count, me: unread }
  return (
    <View className='tabs' {...(process.env.TARO_ENV === 'h5' ? { role: 'tablist' } : {})}>
      {(Object.keys(icons) as Tab[]).map((tab) => (
        <Tap key={tab} id={`tab-${tab}-on-${at}`} className={`tabs-tab t-tab-${tab}`} role='tab' chosen={tab === at}
          label={t.tab[tab]} onTap={() => { if (tab !== at) go(`/pages/${tab}`) }}>
          <View className='tabs-icon'>
            <Icon name={icons[tab]} size={24} />
            <Mark n={mark[tab] ?? 0} />
          </View>
          <Text className='tabs-name'>{t.tab[tab]}</Text>
        </Tap>
      ))}
    </View>
  )
}

export function Mark({ n }: { n: number }) {
  return n > 0 ? <View className='mark'>{n > 99 ? '99+' : n}</View> : null
}

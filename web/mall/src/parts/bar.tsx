import { useEffect, type ReactNode } from 'react'
import { Text, View } from '@tarojs/components'
import Taro, { useDidShow } from '@tarojs/taro'
import { goBack } from '../go'
import { useWords } from '../words'
import { Icon } from './icon'
import { heading } from './native'
import { Tap } from './tap'

/** The page's title: a bar of our own in the browser, WeChat's own bar in the mini program. */
export function Bar({ title, tab, right, root }: { title: string; tab?: string; right?: ReactNode; root?: boolean }) {
  const t = useWords()
  useTitle(tab || title)
  if (process.env.TARO_ENV !== 'h5') return null
  return (
    <View className='bar'>
      {root ? <View className='bar-side' /> : (
        <Tap className='bar-side' label={t.bar.back} onTap={goBack}><Icon name='back' size={22} /></Tap>
      )}
      <Text {...heading} className='bar-title'>{title}</Text>
      <View className='bar-side'>{right}</View>
    </View>
  )
}

export function useTitle(title: string) {
  const name = () => { if (title) void Taro.setNavigationBarTitle({ title }) }
  useDidShow(name)
  useEffect(name, [title])
}

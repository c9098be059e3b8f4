import { useEffect, type PropsWithChildren } from 'react'
import { useDidShow, useLaunch, usePageNotFound } from '@tarojs/taro'
import { refreshCart } from './cart'
import { useCell } from './cell'
import { go } from './go'
import { language } from './kept'
import { refreshMe } from './session'
import { askShop } from './shop'
import { arrive, arriveAnew } from './visit'
import './look/tokens.css'
import './look/icons.css'
import './look/parts.css'
import './look/pages.css'

export default function App({ children }: PropsWithChildren) {
  const speaks = useCell(language)
  useLaunch(() => {
    if (process.env.TARO_ENV === 'h5') arrive({})
    // A page that needs any of these asks again and says what failed.
    for (const ask of [askShop, refreshMe, refreshCart]) ask().catch(() => undefined)
  })
  // A mini program that is still running is shown again by the next scan.
  useDidShow((options) => {
    if (process.env.TARO_ENV !== 'h5') arriveAnew({ ...(options?.query as Record<string, string> | undefined) })
  })
  usePageNotFound(() => go('/pages/home'))
  useEffect(() => {
    if (process.env.TARO_ENV === 'h5') document.documentElement.lang = speaks === 'en' ? 'en' : 'zh-CN'
  }, [speaks])
  return children
}

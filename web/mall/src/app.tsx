import { useEffect, type PropsWithChildren } from 'react'
import Taro, { useLaunch } from '@tarojs/taro'
import { refreshCart } from './cart'
import { useCell } from './cell'
import { language } from './kept'
import { refreshMe } from './session'
import { askShop } from './shop'
import { arrive } from './visit'
import './look/tokens.css'
import './look/icons.css'
import './look/parts.css'
import './look/pages.css'

export default function App({ children }: PropsWithChildren) {
  const speaks = useCell(language)
  useLaunch((options) => {
    arrive({ ...(options.query as Record<string, string> | undefined) })
    // A page that needs any of these asks again and says what failed.
    for (const ask of [askShop, refreshMe, refreshCart]) ask().catch(() => undefined)
  })
  useEffect(() => {
    if (process.env.TARO_ENV === 'h5') document.documentElement.lang = speaks === 'en' ? 'en' : 'zh-CN'
    else Taro.hideTabBar({ fail: () => undefined })
  }, [speaks])
  return children
}

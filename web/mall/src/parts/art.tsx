import { useState } from 'react'
import { Image, View } from '@tarojs/components'
import { origin } from '../api'

/** The frame has the name; the picture in it is only drawn. */
const decorative = process.env.TARO_ENV === 'h5' ? { nativeProps: { alt: '' } } : {}

/** A product's picture; without one, or when it does not load, the first character of its name on a quiet tint. */
export function Art({ src, name, className = '' }: { src: string | null; name: string; className?: string }) {
  const [lost, setLost] = useState<string | null>(null)
  const shown = src && src !== lost
  const seen = process.env.TARO_ENV === 'h5' ? { role: 'img', 'aria-label': name } : { ariaRole: 'img', ariaLabel: name }
  return (
    <View className={`art ${className}`} {...seen}>
      {shown
        ? <Image className='art-image' src={src.startsWith('/') ? origin + src : src} mode='aspectFill' lazyLoad {...decorative} onError={() => setLost(src)} />
        : <View className={`art-letter tint${tint(name)}`}>{[...name][0] ?? ''}</View>}
    </View>
  )
}

const tint = (name: string) => [...name].reduce((sum, c) => sum + c.charCodeAt(0), 0) % 4

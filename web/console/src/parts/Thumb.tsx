import { useState } from 'react'
import { Package } from 'lucide-react'
import css from './thumb.module.css'

/** A small picture of a product; a quiet mark when there is none or it cannot be loaded. */
export function Thumb({ src, size = 44 }: { src: string | null; size?: number }) {
  const [broken, setBroken] = useState(false)
  const style = { width: size, height: size }
  if (!src || broken) return <span className={css.thumb} style={style} aria-hidden><Package size={size / 2.4} /></span>
  return <img className={css.thumb} style={style} src={src} alt="" loading="lazy" onError={() => setBroken(true)} />
}

import { View } from '@tarojs/components'

export type IconName =
  | 'home' | 'grid' | 'cart' | 'user' | 'search' | 'pin' | 'bell' | 'back' | 'next' | 'plus' | 'minus' | 'check'
  | 'close' | 'truck' | 'bag' | 'card' | 'box' | 'copy' | 'qr' | 'mail' | 'edit' | 'trash' | 'language' | 'down' | 'up' | 'share'

/** Drawn by CSS masks (`look/icons.css`), because the mini program has no inline SVG; takes the text's colour. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return <View className={`icon i-${name}`} style={{ width: `${size}px`, height: `${size}px` }} />
}

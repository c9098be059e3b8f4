import { Text, View } from '@tarojs/components'
import { yuan } from '../money'

/** A price in clay: small sign, large whole, small cents. */
export function Price({ fen, size = 'm', from, id }: { fen: number; size?: 's' | 'm' | 'l'; from?: string; id?: string }) {
  const [whole, cents] = yuan(fen).split('.')
  return (
    <View id={id} className={`price price-${size}`}>
      <Text className='price-sign'>¥</Text>
      <Text className='price-whole'>{whole}</Text>
      <Text className='price-cents'>.{cents}</Text>
      {from ? <Text className='price-from'>{from}</Text> : null}
    </View>
  )
}

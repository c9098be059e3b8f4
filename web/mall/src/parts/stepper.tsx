import { Text, View } from '@tarojs/components'
import { useWords } from '../words'
import { Icon } from './icon'
import { Tap } from './tap'

/** Minus, how many, plus. Tapping minus at the least calls `onRemove` when there is one. */
export function Stepper({ n, most, onChange, onRemove, id = '' }: { n: number; most: number; onChange: (n: number) => void; onRemove?: () => void; id?: string }) {
  const t = useWords()
  const least = n <= 1
  return (
    <View className='stepper'>
      <Tap id={id && `${id}-less`} className='stepper-tap' label='−1' disabled={least && !onRemove}
        onTap={() => (least ? onRemove?.() : onChange(n - 1))}>
        <Icon name={least && onRemove ? 'trash' : 'minus'} size={16} />
      </Tap>
      <Text className='stepper-n' {...(process.env.TARO_ENV === 'h5' ? { 'aria-label': `${t.product.quantity} ${n}` } : {})}>{n}</Text>
      <Tap id={id && `${id}-more`} className='stepper-tap' label='+1' disabled={n >= most} onTap={() => onChange(n + 1)}>
        <Icon name='plus' size={16} />
      </Tap>
    </View>
  )
}

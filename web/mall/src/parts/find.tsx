import { Input, View } from '@tarojs/components'
import { useWords } from '../words'
import { Icon } from './icon'
import { inputHints } from './native'
import { Tap } from './tap'

interface Props { id: string; value: string; hint: string; focus?: boolean; onChange: (q: string) => void; onDone?: (q: string) => void }

/** A search line; asks on Enter, and says so to the phone's keyboard. */
export function Find({ id, value, hint, focus, onChange, onDone }: Props) {
  const t = useWords()
  return (
    <View className='find'>
      <Icon name='search' size={18} />
      <Input id={id} className='find-input' type='text' value={value} placeholder={hint} placeholderClass='placeholder'
        confirmType='search' focus={focus} maxlength={40}
        onInput={(event) => onChange(event.detail.value)} onConfirm={(event) => onDone?.(event.detail.value.trim())}
        {...inputHints(hint, { enterkeyhint: 'search' })} />
      {value ? <Tap className='find-clear' label={t.clear} onTap={() => onChange('')}><Icon name='close' size={16} /></Tap> : null}
    </View>
  )
}

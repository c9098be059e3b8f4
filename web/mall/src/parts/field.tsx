import { Input, Text, View } from '@tarojs/components'
import type { ReactNode } from 'react'
import { inputHints } from './native'

interface Props {
  id: string
  label: string
  hint: string
  value: string
  onChange: (value: string) => void
  type?: 'text' | 'number'
  max?: number
  /** Attributes of the browser's own input: autocomplete, inputmode. */
  hints?: Record<string, string>
  problem?: string | null
  right?: ReactNode
  onDone?: () => void
}

/** A labelled line of text with its complaint below it. */
export function Field({ id, label, hint, value, onChange, type = 'text', max = 60, hints, problem, right, onDone }: Props) {
  return (
    <View className={`field ${problem ? 'wrong' : ''}`}>
      <Text className='field-label'>{label}</Text>
      <View className='field-line'>
        <Input id={id} className='field-input' type={process.env.TARO_ENV === 'h5' ? 'text' : type} value={value} placeholder={hint} placeholderClass='placeholder'
          maxlength={max} onInput={(event) => onChange(event.detail.value)} onConfirm={onDone}
          {...inputHints(label, hints)} />
        {right}
      </View>
      {problem ? <Text className='field-problem'>{problem}</Text> : null}
    </View>
  )
}

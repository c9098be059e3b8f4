/** A form field for money: people type yuan, the form holds integer fen, no float in between. */
import { useState } from 'react'
import { Form, Input } from 'antd'
import type { FormItemProps, InputProps } from 'antd'
import { moneyField, parseMoney } from 'kit'
import { useCommon } from '@/words/common'
import { useFormat } from './format'

interface MoneyInputProps extends Omit<InputProps, 'value' | 'onChange'> {
  value?: number | null
  onChange?: (fen: number | null | undefined) => void
}

/** Holds what was typed; gives fen, null for what is no amount, undefined for nothing. */
export function MoneyInput({ value, onChange, ...rest }: MoneyInputProps) {
  const f = useFormat()
  const [text, setText] = useState<string | null>(null)
  const shown = text ?? (value === null || value === undefined ? '' : moneyField(value))
  function type(next: string) {
    setText(next)
    onChange?.(next.trim() === '' ? undefined : parseMoney(next))
  }
  return (
    <Input {...rest} prefix={f.symbol} inputMode="decimal" value={shown} onChange={(event) => type(event.target.value)}
      onBlur={() => typeof value === 'number' && setText(null)} />
  )
}

export function MoneyField({ required, ...item }: FormItemProps & { required?: boolean }) {
  const c = useCommon()
  const rule = {
    validator: (_: unknown, value: unknown) =>
      typeof value === 'number' || (!required && value === undefined) ? Promise.resolve() : Promise.reject(new Error(c('money_wrong'))),
  }
  return <Form.Item {...item} rules={[rule]}><MoneyInput /></Form.Item>
}

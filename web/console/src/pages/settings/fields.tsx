import { Form, InputNumber } from 'antd'
import type { FormItemProps } from 'antd'
import { useSettings } from './words'

interface NumberFieldProps { name: string[]; label: string; extra: string; unit: string; min: number; max: number; above?: { name: string[]; message: string } }

/** A whole number with its unit; `above` names the field that it must exceed. */
export function NumberField({ name, label, extra, unit, min, max, above }: NumberFieldProps) {
  const t = useSettings()
  const form = Form.useFormInstance()
  const rules: FormItemProps['rules'] = [{ required: true, message: t('number_needed') }, { type: 'integer', min, max, message: t('range', { min, max }) }]
  if (above) {
    rules.push({
      validator: (_, value: number) => (value > Number(form.getFieldValue(above.name)) ? Promise.resolve() : Promise.reject(new Error(above.message))),
    })
  }
  return (
    <Form.Item name={name} label={label} extra={extra} rules={rules} {...(above ? { dependencies: [above.name] } : {})}>
      <InputNumber min={min} max={max} precision={0} suffix={unit} style={{ width: '100%' }} />
    </Form.Item>
  )
}

/** People type per cent; the form holds basis points. */
export function PercentField({ name, label, extra, max }: { name: string[]; label: string; extra: string; max: number }) {
  const t = useSettings()
  return (
    <Form.Item name={name} label={label} extra={extra} rules={[{ required: true, message: t('number_needed') }]} style={{ marginBottom: 0 }}
      getValueProps={(bp?: number) => ({ value: bp === undefined ? undefined : bp / 100 })}
      normalize={(percent: number | null) => (percent === null ? undefined : Math.round(percent * 100))}>
      <InputNumber min={0} max={max / 100} step={1} precision={2} suffix={t('percent')} style={{ width: '100%' }}
        formatter={(value) => (value === undefined ? '' : String(Number(value)))} />
    </Form.Item>
  )
}

import { Button, Form, Input } from 'antd'
import { Plus, Trash2 } from 'lucide-react'
import { MoneyField } from '@/parts/MoneyField'
import { useProducts } from '../products/words'
import { CODE } from './BasicFields'
import css from './product.module.css'

/** Variants by row. One that has been saved keeps its id, so that its stock and orders stay with it,
 * and is never taken away. */
export function SkuFields() {
  const t = useProducts()
  const skus = Form.useWatch<{ id?: string }[] | undefined>('skus')
  const least = { validator: (_: unknown, value: unknown[]) => (value?.length ? Promise.resolve() : Promise.reject(new Error(t('sku_needed')))) }
  return (
    <Form.List name="skus" rules={[least]}>
      {(fields, { add, remove }, { errors }) => (
        <div className="stack" style={{ gap: 4 }}>
          {fields.map(({ key, name }) => (
            <div key={key} className={css.sku}>
              <Form.Item name={[name, 'id']} hidden><Input /></Form.Item>
              <Form.Item name={[name, 'name']} label={t('sku_name')}><Input maxLength={100} placeholder={t('sku_name_hint')} /></Form.Item>
              <Form.Item name={[name, 'code']} label={t('sku_code')} rules={[{ required: true, pattern: CODE, message: t('code_needed') }]}><Input maxLength={40} /></Form.Item>
              <MoneyField name={[name, 'price_fen']} label={t('sku_price')} required />
              {!skus?.[name]?.id && <Button type="text" icon={<Trash2 size={15} />} aria-label={t('sku_remove')} onClick={() => remove(name)} className={css.remove} />}
            </div>
          ))}
          <Form.ErrorList errors={errors} />
          <div><Button icon={<Plus size={15} />} onClick={() => add({})}>{t('sku_add')}</Button></div>
        </div>
      )}
    </Form.List>
  )
}

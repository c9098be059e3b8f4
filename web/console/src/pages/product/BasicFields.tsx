import { useQuery } from '@tanstack/react-query'
import { Form, Input, Select } from 'antd'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { useCommon } from '@/words/common'
import { useProducts } from '../products/words'

export function BasicFields() {
  const t = useProducts()
  const c = useCommon()
  const f = useFormat()
  const categories = useQuery({ queryKey: ['categories'], queryFn: api.products.categories, staleTime: 60_000 })
  const needed = (message: string) => [{ required: true, whitespace: true, message }]
  const optional = (label: string) => <>{label}<span className="faint" style={{ marginLeft: 8 }}>{c('optional')}</span></>
  return (
    <>
      <div className="two fields">
        <Form.Item name="name" label={t('zh_name')} rules={needed(t('name_needed'))}><Input maxLength={120} data-testid="product-name" /></Form.Item>
        <Form.Item name="name_en" label={optional(t('en_name'))}><Input maxLength={120} /></Form.Item>
        <Form.Item name="code" label={t('code')} rules={needed(t('code_needed'))}><Input maxLength={60} /></Form.Item>
        <Form.Item name="category" label={t('category')} rules={needed(t('category_needed'))}>
          <Select showSearch={{ optionFilterProp: 'label' }} options={(categories.data?.items ?? []).map((each) => ({ value: each.code, label: each[f.lang] }))} />
        </Form.Item>
      </div>
      <Form.Item name="image" label={optional(t('image'))} extra={t('image_hint')}><Input /></Form.Item>
      <Form.Item name="description" label={optional(t('description'))} style={{ marginBottom: 0 }}><Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={4000} /></Form.Item>
    </>
  )
}

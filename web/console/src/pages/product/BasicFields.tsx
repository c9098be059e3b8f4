import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Form, Input, Select } from 'antd'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { useCommon } from '@/words/common'
import { useProducts } from '../products/words'

export const CODE = /^[A-Za-z0-9._-]{1,40}$/

export function BasicFields({ known }: { known: boolean }) {
  const t = useProducts()
  const c = useCommon()
  const f = useFormat()
  const categories = useQuery({ queryKey: ['categories'], queryFn: api.products.categories, staleTime: 60_000 })
  const [sought, setSought] = useState('')
  const existing = (categories.data?.items ?? []).map((each) => ({ value: each.code, label: each[f.lang] }))
  // A category is made when it is first used: what was typed can be chosen.
  const fresh = sought && CODE.test(sought) && !existing.some((each) => each.value === sought)
  const options = fresh ? [...existing, { value: sought, label: t('category_new', { code: sought }) }] : existing
  const needed = (message: string) => [{ required: true, whitespace: true, message }]
  const optional = (label: string) => <>{label}<span className="faint" style={{ marginLeft: 8 }}>{c('optional')}</span></>
  return (
    <>
      <div className="two fields">
        <Form.Item name="name" label={t('zh_name')} rules={needed(t('name_needed'))}><Input maxLength={120} data-testid="product-name" /></Form.Item>
        <Form.Item name="name_en" label={optional(t('en_name'))}><Input maxLength={120} /></Form.Item>
        <Form.Item name="code" label={t('code')} extra={t('code_rule')} rules={[{ required: true, pattern: CODE, message: t('code_needed') }]}><Input disabled={known} maxLength={40} /></Form.Item>
        <Form.Item name="category" label={t('category')} rules={[{ required: true, pattern: CODE, message: t('category_needed') }]} extra={t('category_note')}>
          <Select showSearch={{ optionFilterProp: 'label', onSearch: setSought }} options={options} />
        </Form.Item>
      </div>
      <Form.Item name="image" label={optional(t('image'))} extra={t('image_hint')}><Input /></Form.Item>
      <Form.Item name="description" label={optional(t('description'))} style={{ marginBottom: 0 }}><Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={4000} /></Form.Item>
    </>
  )
}

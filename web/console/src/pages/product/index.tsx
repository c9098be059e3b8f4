/** One product, new or known: what it is, its variants and prices, and its stock in every store. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { App, Button, Form } from 'antd'
import type { Product, ProductDraft, Sku } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { Card, Page } from '@/parts/Page'
import { PageFailed, PageLoading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useProductName } from '../products'
import { useProducts } from '../products/words'
import { BasicFields } from './BasicFields'
import { SkuFields } from './SkuFields'
import { StockDrawer } from './StockDrawer'
import { StockTable } from './StockTable'

export default function ProductPage() {
  const { id } = useParams()
  const product = useQuery({ queryKey: ['product', id], queryFn: () => api.products.one(id ?? ''), enabled: Boolean(id) })
  if (!id) return <Editor />
  if (product.data) return <Editor key={product.data.id} of={product.data} />
  if (product.isError) return <PageFailed error={product.error} retry={() => void product.refetch()} />
  return <PageLoading />
}

const REFRESH = ['products', 'product', 'categories']

function Editor({ of }: { of?: Product }) {
  const t = useProducts()
  const c = useCommon()
  const navigate = useNavigate()
  const { can } = useSession()
  const name = useProductName()
  const [form] = Form.useForm<ProductDraft>()
  const [stock, setStock] = useState<Sku | null>(null)
  const create = useAct(api.products.create, { done: t('created_done'), refresh: REFRESH, then: (made) => void navigate(`/products/${made.id}`, { replace: true }) })
  const save = useAct((body: Partial<ProductDraft>) => api.products.save(of?.id ?? '', body), { refresh: REFRESH })

  function send(given: ProductDraft) {
    const { code, status, ...rest } = given
    const text = (value?: string | null) => value?.trim() ?? ''
    const skus = given.skus.map((sku) => ({ ...(sku.id ? { id: sku.id } : {}), code: sku.code.trim(), name: text(sku.name), price_fen: sku.price_fen }))
    const body = { ...rest, name: given.name.trim(), name_en: text(given.name_en), image: text(given.image), description: text(given.description), skus }
    // An empty text takes the old one away; a code never changes.
    if (of) save.mutate(body)
    else create.mutate({ ...body, code: code.trim(), status: status ?? 'on_sale', name_en: body.name_en || null, image: body.image || null, description: body.description || null })
  }
  const writes = can('product.write')
  const initial = of ?? { status: 'on_sale', skus: [{}] }
  const title = of ? name(of) : t('create')
  const actions = writes && (
    <>
      {of && <Sale of={of} />}
      <Button type="primary" onClick={() => form.submit()} loading={save.isPending || create.isPending} data-testid="product-save">{of ? c('save') : t('create')}</Button>
    </>
  )
  const heading = of ? <><span>{title}</span><StateChip tone={of.status === 'on_sale' ? 'good' : 'plain'}>{t(of.status)}</StateChip></> : title
  return (
    <Page title={title} heading={heading} back={{ to: '/products', label: t('back') }} actions={actions} narrow>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onFinish={send} disabled={!writes} className="stack" data-testid="product-form">
        <Card title={t('basics')}><BasicFields known={of !== undefined} /></Card>
        <Card title={t('sku_title')}><SkuFields /></Card>
      </Form>
      {of && <StockTable product={of} open={setStock} />}
      {of && <StockDrawer product={of} sku={stock} close={() => setStock(null)} />}
    </Page>
  )
}

function Sale({ of }: { of: Product }) {
  const t = useProducts()
  const c = useCommon()
  const { modal } = App.useApp()
  const selling = of.status === 'on_sale'
  const turn = useAct(() => api.products.save(of.id, { status: selling ? 'off_sale' : 'on_sale' }), { done: selling ? t('take_off_done') : t('put_on_done'), refresh: REFRESH })
  const ask = () =>
    modal.confirm({
      title: t('take_off_title', { name: of.name }), content: t('take_off_note'), okText: t('take_off'), cancelText: c('cancel'),
      onOk: () => turn.mutateAsync(undefined).catch(() => undefined),
    })
  return <Button onClick={() => (selling ? ask() : turn.mutate(undefined))} loading={turn.isPending}>{selling ? t('take_off') : t('put_on')}</Button>
}

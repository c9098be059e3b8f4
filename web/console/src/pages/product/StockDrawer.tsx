/** Stock of one variant in every store, and a correction with its reason. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Button, Drawer, Form, InputNumber, Modal } from 'antd'
import type { Product, Sku, StoreStock } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { SuggestInput } from '@/parts/SuggestInput'
import { Empty, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useProducts } from '../products/words'

export function StockDrawer({ product, sku, close }: { product: Product; sku: Sku | null; close: () => void }) {
  const t = useProducts()
  return (
    <Drawer open={sku !== null} onClose={close} size={560} title={sku ? t('stock_of', { name: `${product.name} · ${sku.name}` }) : ''} destroyOnHidden>
      {sku && <Stores sku={sku} />}
    </Drawer>
  )
}

function Stores({ sku }: { sku: Sku }) {
  const t = useProducts()
  const c = useCommon()
  const f = useFormat()
  const { can } = useSession()
  const [adjusting, setAdjusting] = useState<StoreStock | null>(null)
  const stock = useQuery({ queryKey: ['stock', sku.id], queryFn: () => api.products.stock(sku.id) })
  return (
    <>
      <Shown of={stock} what={t('stock_title')} empty={(data) => data.items.length === 0 && <Empty title={t('stock_empty')} />}>
        {(data) => (
          <div className="scroll-x" tabIndex={0}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{c('store')}</th>
                <th scope="col" className="end">{t('on_hand')}</th>
                <th scope="col" className="end">{t('held')}</th>
                <th scope="col" className="end">{t('available')}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {data.items.map((row) => (
                <tr key={row.store.id} data-testid="stock-row">
                  <td>{row.store.name}</td>
                  <td className="end">{f.count(row.on_hand)}</td>
                  <td className="end">{f.count(row.held)}</td>
                  <td className={`end ${row.available <= 0 ? 'bad' : ''}`}>{f.count(row.available)}</td>
                  <td className="end">{can('stock.write') && <Button size="small" onClick={() => setAdjusting(row)} data-testid="adjust-stock">{t('adjust')}</Button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          </div>
        )}
      </Shown>
      {adjusting && <Adjust sku={sku} row={adjusting} close={() => setAdjusting(null)} />}
    </>
  )
}

interface Given { delta: number; reason: string }

function Adjust({ sku, row, close }: { sku: Sku; row: StoreStock; close: () => void }) {
  const t = useProducts()
  const c = useCommon()
  const f = useFormat()
  const [form] = Form.useForm<Given>()
  const delta = Form.useWatch('delta', form) ?? 0
  const adjust = useAct((given: Given) => api.products.adjust(sku.id, { store_id: row.store.id, ...given }), {
    done: (after) => t('adjusted', { store: row.store.name, n: f.count(after.on_hand) }),
    refresh: ['stock', 'product', 'products'],
    then: close,
  })
  const rule = {
    validator: (_: unknown, value: unknown) => {
      if (typeof value !== 'number' || value === 0) return Promise.reject(new Error(t('delta_needed')))
      return row.on_hand + value < 0 ? Promise.reject(new Error(t('delta_too_low'))) : Promise.resolve()
    },
  }
  const reasons = [t('reason_in'), t('reason_count'), t('reason_broken'), t('reason_move')]
  return (
    <Modal open title={t('adjust_title', { store: row.store.name })} onCancel={close} onOk={() => form.submit()} okText={c('save')} confirmLoading={adjust.isPending}>
      <Form<Given> form={form} layout="vertical" requiredMark={false} onFinish={(given) => adjust.mutate({ ...given, reason: given.reason.trim() })}>
        <Form.Item name="delta" label={t('delta')} rules={[rule]}
          extra={delta ? t('adjust_says', { before: f.count(row.on_hand), after: f.count(row.on_hand + delta) }) : t('delta_hint')}>
          <InputNumber precision={0} style={{ width: '100%' }} autoFocus />
        </Form.Item>
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, message: t('reason_needed') }]}>
          <SuggestInput usual={reasons} label={t('reason')} testid="stock-reason" />
        </Form.Item>
      </Form>
    </Modal>
  )
}

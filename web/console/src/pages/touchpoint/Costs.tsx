import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { App, Button, DatePicker, Form, Input, Modal, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { Plus, Trash2 } from 'lucide-react'
import type { Cost } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { MoneyField } from '@/parts/MoneyField'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useCommon } from '@/words/common'
import { useTouchpoints } from '../touchpoints/words'
import css from './touchpoint.module.css'

const KINDS = ['fixed', 'per_day', 'per_head'] as const
const AFTER = ['costs', 'touchpoint', 'touchpoints', 'measure']

export function Costs({ id, writes }: { id: string; writes: boolean }) {
  const t = useTouchpoints()
  const [open, setOpen] = useState(false)
  const costs = useQuery({ queryKey: ['costs', id], queryFn: () => api.touchpoints.costs(id) })
  const add = writes && <Button size="small" type="text" icon={<Plus size={14} />} onClick={() => setOpen(true)} data-testid="add-cost">{t('cost_add')}</Button>
  return (
    <Card title={t('costs')} note={t('costs_note')} extra={add}>
      <Shown of={costs} what={t('costs')} rows={2} empty={(data) => data.items.length === 0 && <p className="muted">{t('cost_empty')}</p>}>
        {(data) => <ul className={css.costs}>{data.items.map((cost) => <Row key={cost.id} id={id} cost={cost} writes={writes} />)}</ul>}
      </Shown>
      <AddCost id={id} open={open} close={() => setOpen(false)} />
    </Card>
  )
}

function Row({ id, cost, writes }: { id: string; cost: Cost; writes: boolean }) {
  const t = useTouchpoints()
  const c = useCommon()
  const f = useFormat()
  const { modal } = App.useApp()
  const remove = useAct(() => api.touchpoints.removeCost(id, cost.id), { done: t('cost_removed'), refresh: AFTER })
  const kind = t(`cost_${cost.kind}`)
  const ask = () =>
    modal.confirm({
      title: t('cost_delete'),
      content: t('cost_delete_note', { amount: f.money(cost.amount_fen), kind }),
      okText: c('remove'), okButtonProps: { danger: true }, onOk: () => remove.mutateAsync(undefined).catch(() => undefined),
    })
  const until = cost.to_day ? f.fullDay(cost.to_day) : t('ongoing')
  return (
    <li>
      <span className="grow">
        <span className="row between"><span>{kind}</span><span className="strong num">{f.money(cost.amount_fen)}</span></span>
        <span className="small muted">
          {cost.kind === 'fixed' ? f.fullDay(cost.from_day) : `${f.fullDay(cost.from_day)} – ${until}`}{cost.note && ` · ${cost.note}`}
        </span>
      </span>
      {writes && <Button type="text" size="small" icon={<Trash2 size={14} />} aria-label={c('remove')} onClick={ask} />}
    </li>
  )
}

interface Given { kind: Cost['kind']; amount_fen: number; from_day: Dayjs; to_day?: Dayjs | null; note?: string }

function AddCost({ id, open, close }: { id: string; open: boolean; close: () => void }) {
  const t = useTouchpoints()
  const c = useCommon()
  const [form] = Form.useForm<Given>()
  const kind = Form.useWatch('kind', form)
  const add = useAct((given: Given) => api.touchpoints.addCost(id, {
    kind: given.kind,
    amount_fen: given.amount_fen,
    from_day: given.from_day.format('YYYY-MM-DD'),
    to_day: given.kind === 'fixed' ? null : (given.to_day?.format('YYYY-MM-DD') ?? null),
    note: given.note?.trim() || null,
  }), { done: t('cost_added'), refresh: AFTER, then: close })
  return (
    <Modal open={open} title={t('cost_add')} onCancel={close} onOk={() => form.submit()} okText={c('save')} confirmLoading={add.isPending} destroyOnHidden>
      <Form<Given> form={form} layout="vertical" preserve={false} requiredMark={false} initialValues={{ kind: 'fixed' }} onFinish={(given) => add.mutate(given)}>
        <Form.Item name="kind" label={t('cost_kind')}>
          <Select options={KINDS.map((value) => ({ value, label: t(`cost_${value}`) }))} />
        </Form.Item>
        <MoneyField name="amount_fen" label={t('amount')} required />
        <div className="two" style={{ gridTemplateColumns: '1fr 1fr' }}>
          <Form.Item name="from_day" label={t('from_day')} rules={[{ required: true, message: t('day_needed') }]}><DatePicker style={{ width: '100%' }} /></Form.Item>
          {kind !== 'fixed' && <Form.Item name="to_day" label={t('to_day')}><DatePicker style={{ width: '100%' }} placeholder={t('ongoing')} /></Form.Item>}
        </div>
        <Form.Item name="note" label={t('note')}><Input maxLength={120} /></Form.Item>
      </Form>
    </Modal>
  )
}

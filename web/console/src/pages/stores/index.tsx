import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { App, Button, Form, Input, Modal } from 'antd'
import { Plus, Upload } from 'lucide-react'
import type { Store } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useStores } from './words'

export default function Stores() {
  const t = useStores()
  const { can } = useSession()
  const [editing, setEditing] = useState<Store | 'new' | null>(null)
  const filters = useFilters([])
  const list = useList<Store>(['stores', filters.values], (page) => api.stores.list({ ...filters.values, ...page }))
  const writes = can('settings.write')
  const columns = useColumns(writes, setEditing)
  const choice = useColumnChoice('stores', columns)
  const actions = writes && (
    <>
      {can('import.run') && <Link to="/imports"><Button icon={<Upload size={15} />}>{t('import')}</Button></Link>}
      <Button type="primary" icon={<Plus size={15} />} onClick={() => setEditing('new')} data-testid="new-store">{t('create')}</Button>
    </>
  )
  return (
    <Page title={t('title')} actions={actions}>
      <Card flush>
        <ListBar topic="stores" filters={filters} searchHint={t('search')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable topic="stores" what={t('what')} list={list} columns={choice.visible} id={(row) => row.id} {...(writes ? { open: setEditing } : {})}
          card={(row) => <StoreCard row={row} />} filtered={Boolean(filters.values.q)} clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={<span className="row">{actions}</span>} />} />
      </Card>
      <StoreForm of={editing} close={() => setEditing(null)} />
    </Page>
  )
}

function useColumns(writes: boolean, edit: (store: Store) => void): Column<Store>[] {
  const t = useStores()
  const c = useCommon()
  const f = useFormat()
  return useMemo(
    () => [
      { key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => <span className="row"><span className="strong">{row.name}</span>{row.kind === 'hq' && <StateChip tone="water">{t('kind_hq')}</StateChip>}</span> },
      { key: 'code', title: t('code'), csv: (row) => row.code, render: (row) => <span className="mono">{row.code}</span> },
      { key: 'city', title: t('city'), csv: (row) => row.city, render: (row) => row.city ?? '—' },
      { key: 'persons', title: t('persons'), end: true, csv: (row) => row.persons, render: (row) => <Link to={`/persons?store=${row.id}`}>{f.count(row.persons)}</Link> },
      { key: 'orders', title: t('orders'), end: true, csv: (row) => row.orders, render: (row) => <Link to={`/orders?store=${row.id}`}>{f.count(row.orders)}</Link> },
      { key: 'revenue', title: t('revenue'), end: true, csv: (row) => row.revenue_fen / 100, render: (row) => f.money(row.revenue_fen) },
      { key: 'status', title: t('status'), csv: (row) => (row.active ? t('active') : t('inactive')), render: (row) => <StateChip tone={row.active ? 'good' : 'plain'}>{row.active ? t('active') : t('inactive')}</StateChip> },
      ...(writes ? [{ key: 'act', title: '', end: true, csv: () => null, render: (row: Store) => <Button size="small" onClick={() => edit(row)}>{c('edit')}</Button> }] : []),
    ],
    [t, c, f, writes, edit],
  )
}

function StoreCard({ row }: { row: Store }) {
  const t = useStores()
  const c = useCommon()
  const f = useFormat()
  return (
    <div className="stack tight">
      <div className="row between"><span className="strong cut">{row.name}</span><span>{f.moneyShort(row.revenue_fen)}</span></div>
      <div className="row between small muted"><span>{row.city ?? row.code}{!row.active && ` · ${t('inactive')}`}</span><span>{c('persons', { n: f.count(row.persons) })} · {c('orders', { n: f.count(row.orders) })}</span></div>
    </div>
  )
}

interface Given { code: string; name: string; city?: string }

function StoreForm({ of, close }: { of: Store | 'new' | null; close: () => void }) {
  const t = useStores()
  const c = useCommon()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Given>()
  const known = of === 'new' ? null : of
  const create = useAct(api.stores.create, { done: t('created_done'), refresh: ['stores'], then: close })
  const save = useAct((body: Parameters<typeof api.stores.save>[1]) => api.stores.save(known?.id ?? '', body), { refresh: ['stores'], then: close })
  function send({ code, name, city }: Given) {
    const where = city?.trim() ?? ''
    if (known) save.mutate({ name: name.trim(), city: where })
    else create.mutate({ code: code.trim(), name: name.trim(), city: where || null })
  }
  const toggle = () =>
    known?.active
      ? modal.confirm({ title: t('close_title', { name: known.name }), content: t('close_note'), okText: t('close_store'), okButtonProps: { danger: true }, onOk: () => save.mutateAsync({ active: false }).catch(() => undefined) })
      : save.mutate({ active: true })
  const footer = (
    <div className="row between">
      {known && known.kind !== 'hq' ? <Button onClick={toggle}>{known.active ? t('close_store') : t('open_store')}</Button> : <span />}
      <span className="row"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" onClick={() => form.submit()} loading={create.isPending || save.isPending}>{c('save')}</Button></span>
    </div>
  )
  return (
    <Modal open={of !== null} title={known ? t('edit') : t('create')} onCancel={close} footer={footer} destroyOnHidden>
      <Form<Given> form={form} layout="vertical" requiredMark={false} preserve={false} onFinish={send} initialValues={known ? { ...known, city: known.city ?? '' } : {}}>
        <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="code" label={t('code')} extra={t('code_hint')} rules={[{ required: true, whitespace: true, message: t('code_needed') }]}><Input disabled={known !== null} maxLength={40} /></Form.Item>
        <Form.Item name="city" label={t('city')}><Input maxLength={40} /></Form.Item>
      </Form>
    </Modal>
  )
}

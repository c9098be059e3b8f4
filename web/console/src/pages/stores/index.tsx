import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { App, Button, Form, Input, Modal } from 'antd'
import { Plus, Upload } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import type { List, Store } from 'api'
import { api, client } from '@/server'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { placeText, readPlace, samePlace, type Place, type PlaceText } from '@/parts/place'
import { PlaceField, usePlaceWords } from '@/parts/PlaceField'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useStores } from './words'

type Placed = Place & { store_id: string }
type Places = Map<string, Place>

/** Where stores are, by their ids. */
function usePlaces(): Places | undefined {
  const { can } = useSession()
  const placed = useQuery({ queryKey: ['stores', 'places'], queryFn: () => client.call<List<Placed>>('GET', '/api/v1/store-places'), enabled: can('person.read') })
  return useMemo(() => placed.data && new Map(placed.data.items.map((each) => [each.store_id, each])), [placed.data])
}

const at = (id: string) => ({ path: { id } })
const keepPlace = (id: string, place: Place | null) =>
  place ? client.call<null>('PUT', '/api/v1/stores/{id}/place', { ...at(id), body: { lat: place.lat, lng: place.lng } }) : client.call<null>('DELETE', '/api/v1/stores/{id}/place', at(id))

export default function Stores() {
  const t = useStores()
  const { can } = useSession()
  const [editing, setEditing] = useState<Store | 'new' | null>(null)
  const filters = useFilters([])
  const list = useList<Store>(['stores', filters.values], (page) => api.stores.list({ ...filters.values, ...page }))
  const writes = can('settings.write')
  const places = usePlaces()
  const columns = useColumns(writes, setEditing, places)
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
      {editing !== null && (places || !can('person.read')) && <StoreForm of={editing} was={editing === 'new' ? null : places?.get(editing.id) ?? null} close={() => setEditing(null)} />}
    </Page>
  )
}

function useColumns(writes: boolean, edit: (store: Store) => void, places: Places | undefined): Column<Store>[] {
  const t = useStores()
  const c = useCommon()
  const f = useFormat()
  return useMemo(
    () => [
      { key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => <span className="row"><span className="strong">{row.name}</span>{row.kind === 'hq' && <StateChip tone="water">{t('kind_hq')}</StateChip>}</span> },
      { key: 'code', title: t('code'), csv: (row) => row.code, render: (row) => <span className="mono">{row.code}</span> },
      { key: 'city', title: t('city'), csv: (row) => row.city, render: (row) => row.city ?? '—' },
      { key: 'place', title: t('place'), csv: (row) => textOf(places?.get(row.id)), render: (row) => <span className="num">{textOf(places?.get(row.id)) ?? '—'}</span> },
      { key: 'persons', title: t('persons'), end: true, csv: (row) => row.persons, render: (row) => <Link to={`/persons?store=${row.id}`}>{f.count(row.persons)}</Link> },
      { key: 'orders', title: t('orders'), end: true, csv: (row) => row.orders, render: (row) => <Link to={`/orders?store=${row.id}`}>{f.count(row.orders)}</Link> },
      { key: 'revenue', title: t('revenue'), end: true, csv: (row) => row.revenue_fen / 100, render: (row) => f.money(row.revenue_fen) },
      { key: 'status', title: t('status'), csv: (row) => (row.active ? t('active') : t('inactive')), render: (row) => <StateChip tone={row.active ? 'good' : 'plain'}>{row.active ? t('active') : t('inactive')}</StateChip> },
      ...(writes ? [{ key: 'act', title: '', end: true, csv: () => null, render: (row: Store) => <Button size="small" onClick={() => edit(row)}>{c('edit')}</Button> }] : []),
    ],
    [t, c, f, writes, edit, places],
  )
}

function textOf(place: Place | undefined): string | null {
  const { lat, lng } = placeText(place)
  return place ? `${lat}, ${lng}` : null
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

interface Given { code: string; name: string; city?: string; place: PlaceText }

function StoreForm({ of, was, close }: { of: Store | 'new'; was: Place | null; close: () => void }) {
  const t = useStores()
  const c = useCommon()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Given>()
  const known = of === 'new' ? null : of
  const w = usePlaceWords()
  const { can } = useSession()
  const places = can('touchpoint.write')
  const locate = async (id: string, place: Place | null) => { if (places && !samePlace(place, was)) await keepPlace(id, place) }
  const create = useAct(async ({ place, ...body }: { code: string; name: string; city: string | null; place: Place | null }) => locate((await api.stores.create(body)).id, place), { done: t('created_done'), refresh: ['stores'], then: close })
  const save = useAct(async ({ place, ...body }: Parameters<typeof api.stores.save>[1] & { place?: Place | null }) => {
    await api.stores.save(known?.id ?? '', body)
    if (place !== undefined) await locate(known?.id ?? '', place)
  }, { refresh: ['stores'], then: close })
  function send({ code, name, city, place: text }: Given) {
    const where = city?.trim() ?? ''
    const { place } = readPlace(text)
    if (known) save.mutate({ name: name.trim(), city: where, place })
    else create.mutate({ code: code.trim(), name: name.trim(), city: where || null, place })
  }
  /** What was refused is looked at again as it is put right. */
  const recheck = () => { if (form.getFieldError('place').length) void form.validateFields(['place']).catch(() => undefined) }
  const onEarth = (_: unknown, text: PlaceText) => {
    const { fault } = readPlace(text)
    return fault ? Promise.reject(new Error(w(fault))) : Promise.resolve()
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
    <Modal open title={known ? t('edit') : t('create')} onCancel={close} footer={footer} destroyOnHidden>
      <Form<Given> form={form} layout="vertical" requiredMark={false} preserve={false} onFinish={send} onValuesChange={recheck} initialValues={known ? { ...known, city: known.city ?? '', place: placeText(was) } : { place: placeText(null) }}>
        <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="code" label={t('code')} extra={t('code_hint')} rules={[{ required: true, whitespace: true, message: t('code_needed') }]}><Input disabled={known !== null} maxLength={40} /></Form.Item>
        <Form.Item name="city" label={t('city')}><Input maxLength={40} /></Form.Item>
        {places && <Form.Item name="place" label={t('place')} extra={t('place_hint')} validateTrigger="onSubmit" rules={[{ validator: onEarth }]}><PlaceField /></Form.Item>}
      </Form>
    </Modal>
  )
}

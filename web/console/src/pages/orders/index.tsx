import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { Button, Tabs } from 'antd'
import type { OrderRow, OrderState } from 'api'
import { api } from '@/server'
import { useStoreChoices } from '@/parts/choices'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { OrderStateChip } from './state'
import { useOrders } from './words'
import css from './orders.module.css'

const TABS: (OrderState | '')[] = ['', 'placed', 'paid', 'ready', 'fulfilled', 'completed', 'paid_late', 'refunded', 'cancelled']

function useColumns(): Column<OrderRow>[] {
  const t = useOrders()
  const c = useCommon()
  const f = useFormat()
  return useMemo(() => {
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return [
      { key: 'no', title: t('no'), csv: (row) => row.no, render: (row) => <Link to={`/orders/${row.id}`} className="strong nowrap" data-testid="order-link">{row.no}</Link> },
      { key: 'state', title: t('state'), csv: (row) => t(`state_${row.state}`), render: (row) => <OrderStateChip state={row.state} /> },
      {
        key: 'person', title: t('person'), csv: (row) => row.person?.name,
        render: (row) => (row.person ? <Link to={`/persons/${row.person.id}`}>{row.person.name ?? c('unnamed')}</Link> : <span className="faint">{c('anonymous')}</span>),
      },
      { key: 'total', title: t('total'), end: true, csv: (row) => row.total_fen / 100, render: (row) => f.money(row.total_fen) },
      { key: 'refunded', title: t('refunded'), end: true, hidden: true, csv: (row) => row.refunded_fen / 100, render: (row) => (row.refunded_fen ? f.money(row.refunded_fen) : '—') },
      { key: 'units', title: t('units'), end: true, csv: (row) => row.units, render: (row) => f.count(row.units) },
      { key: 'store', title: t('store'), csv: (row) => row.store.name, render: (row) => row.store.name },
      { key: 'delivery', title: t('delivery'), csv: (row) => t(`delivery_${row.delivery}`), render: (row) => t(`delivery_${row.delivery}`) },
      { key: 'source', title: t('source'), csv: (row) => t(`source_${row.source}`), render: (row) => t(`source_${row.source}`) },
      { key: 'placed', title: t('placed'), csv: (row) => iso(row.placed_at), render: (row) => <span className="nowrap">{f.when(row.placed_at)}</span> },
      { key: 'paid_at', title: t('paid_at'), hidden: true, csv: (row) => iso(row.paid_at), render: (row) => (row.paid_at === null ? '—' : <span className="nowrap">{f.when(row.paid_at)}</span>) },
    ]
  }, [t, c, f])
}

function OrderCard({ row }: { row: OrderRow }) {
  const t = useOrders()
  const c = useCommon()
  const f = useFormat()
  return (
    <div className="stack tight">
      <div className="row between"><Link to={`/orders/${row.id}`} className="strong" data-testid="order-link">{row.no}</Link><OrderStateChip state={row.state} /></div>
      <div className="row between"><span className="cut">{row.person ? (row.person.name ?? c('unnamed')) : c('anonymous')}</span><span className="strong">{f.money(row.total_fen)}</span></div>
      <div className="row between small muted">
        <span className="cut">{row.store.name} · {t(`delivery_${row.delivery}`)} · {c('units', { n: row.units })}</span>
        <span className="nowrap">{f.when(row.placed_at)}</span>
      </div>
    </div>
  )
}

export default function Orders() {
  const t = useOrders()
  const { can } = useSession()
  const navigate = useNavigate()
  const filters = useFilters(['state', 'store', 'source', 'person'])
  const list = useList<OrderRow>(['orders', filters.values], (page) => api.orders.list({ ...filters.values, ...page }))
  const columns = useColumns()
  const choice = useColumnChoice('orders', columns)
  const stores = useStoreChoices()
  const { person } = filters.values
  const specs = useMemo<FilterSpec[]>(() => {
    const always: FilterSpec[] = [
      { name: 'store', label: t('store'), options: stores },
      { name: 'source', label: t('source'), options: (['mall', 'import', 'api'] as const).map((value) => ({ value, label: t(`source_${value}`) })) },
    ]
    if (!person) return always
    const named = list.rows.find((row) => row.person?.id === person)?.person?.name
    return [...always, { name: 'person', label: t('of_person'), options: [{ value: person, label: named ?? t('filter_person') }] }]
  }, [t, stores, person, list.rows])

  return (
    <Page title={t('title')}>
      <Card flush>
        <div className={css.tabs}>
          <Tabs activeKey={filters.values.state ?? ''} onChange={(state) => filters.set({ state: state || undefined })} data-testid="order-tabs"
            items={TABS.map((state) => ({ key: state, label: state ? t(`state_${state}`) : t('tab_all') }))} />
        </div>
        <ListBar topic="orders" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="orders"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/orders/${row.id}`)}
          card={(row) => <OrderCard row={row} />}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)}
          clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={can('import.run') && <Link to="/imports"><Button>{t('import')}</Button></Link>} />}
        />
      </Card>
    </Page>
  )
}

import { useEffect, useMemo, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { Button } from 'antd'
import { Plus } from 'lucide-react'
import type { Touchpoint } from 'api'
import { api } from '@/server'
import { useKinds, useStoreChoices } from '@/parts/choices'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { TouchpointForm } from './TouchpointForm'
import { useTouchpoints } from './words'

function useColumns(): Column<Touchpoint>[] {
  const t = useTouchpoints()
  const f = useFormat()
  const kinds = useKinds()
  return useMemo(
    () => [
      {
        key: 'name', title: t('title'), csv: (row) => row.name, render: (row) => (
          <span className="row">
            <Link to={`/touchpoints/${row.id}`} className="strong" data-testid="touchpoint-link">{row.name}</Link>
            {row.status === 'paused' && <StateChip tone="plain">{t('paused')}</StateChip>}
          </span>
        ),
      },
      { key: 'kind', title: t('kind'), csv: (row) => kinds.name(row.kind), render: (row) => kinds.name(row.kind) },
      { key: 'store', title: t('store'), csv: (row) => row.store?.name, render: (row) => row.store?.name ?? '—' },
      { key: 'visits', title: t('visits'), end: true, csv: (row) => row.visits, render: (row) => f.count(row.visits) },
      { key: 'people', title: t('people'), end: true, csv: (row) => row.people, render: (row) => <Link to={`/persons?touchpoint=${row.id}`}>{f.count(row.people)}</Link> },
      { key: 'cost', title: t('cost'), end: true, csv: (row) => row.cost_fen / 100, render: (row) => (row.cost_fen === 0 ? '—' : f.money(row.cost_fen)) },
      { key: 'revenue', title: t('revenue'), end: true, csv: (row) => row.revenue_fen / 100, render: (row) => f.money(row.revenue_fen) },
      { key: 'owner', title: t('owner'), hidden: true, csv: (row) => row.owner?.name, render: (row) => row.owner?.name ?? '—' },
      { key: 'code', title: t('code'), hidden: true, csv: (row) => row.code, render: (row) => <span className="mono">{row.code}</span> },
      { key: 'created', title: t('created'), hidden: true, csv: (row) => new Date(row.created_at).toISOString(), render: (row) => f.when(row.created_at) },
    ],
    [t, f, kinds],
  )
}

export default function Touchpoints() {
  const t = useTouchpoints()
  const navigate = useNavigate()
  const { can } = useSession()
  const kinds = useKinds()
  const stores = useStoreChoices()
  const filters = useFilters(['kind', 'store'])
  const list = useList<Touchpoint>(['touchpoints', filters.values], (page) => api.touchpoints.list({ ...filters.values, ...page }))
  const columns = useColumns()
  const choice = useColumnChoice('touchpoints', columns)
  const [creating, setCreating] = useAsked('new')
  const specs = useMemo<FilterSpec[]>(
    () => [
      { name: 'kind', label: t('kind'), options: kinds.grouped.flatMap((group) => group.options) },
      { name: 'store', label: t('store'), options: stores },
    ],
    [t, kinds, stores],
  )
  const create = can('touchpoint.write') && (
    <Button type="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)} data-testid="new-touchpoint">{t('create')}</Button>
  )
  return (
    <Page title={t('title')} actions={create}>
      <Card flush>
        <ListBar topic="touchpoints" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="touchpoints"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/touchpoints/${row.id}`)}
          card={(row) => <TouchpointCard row={row} />}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)}
          clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={create} />}
        />
      </Card>
      <TouchpointForm open={creating} close={() => setCreating(false)} />
    </Page>
  )
}

function TouchpointCard({ row }: { row: Touchpoint }) {
  const t = useTouchpoints()
  const f = useFormat()
  const kinds = useKinds()
  return (
    <div className="stack tight">
      <div className="row between">
        <Link to={`/touchpoints/${row.id}`} className="strong cut" data-testid="touchpoint-link">{row.name}</Link>
        <span className="nowrap">{f.moneyShort(row.revenue_fen)}</span>
      </div>
      <div className="row between small muted">
        <span className="cut">{kinds.name(row.kind)}</span>
        <span className="nowrap">{t('visits')} {f.compact(row.visits)} · {t('people')} {f.compact(row.people)}</span>
      </div>
    </div>
  )
}

/** Whether the address asks for a form to be open (`?new=1`), so that other pages can lead straight to it. */
export function useAsked(name: string): [boolean, (open: boolean) => void] {
  const [search, setSearch] = useSearchParams()
  const asked = search.get(name) !== null
  const [open, setOpen] = useState(asked)
  useEffect(() => {
    if (!asked) return
    setOpen(true)
    setSearch((before) => {
      before.delete(name)
      return before
    }, { replace: true })
  }, [asked, name, setSearch])
  return [open, setOpen]
}

import { useEffect, useMemo, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { Button } from 'antd'
import { Download, FileUp, ImageDown, Plus } from 'lucide-react'
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
import { touchpoints, type Row } from '../touchpoint/server'
import { TouchpointForm } from './TouchpointForm'
import { useTouchpoints } from './words'

function useColumns(): Column<Row>[] {
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
      { key: 'followed', title: t('followed'), end: true, csv: (row) => row.followed, render: (row) => f.count(row.followed) },
      { key: 'joined', title: t('joined'), end: true, csv: (row) => row.joined, render: (row) => f.count(row.joined) },
      { key: 'first_order', title: t('first_order'), end: true, csv: (row) => row.first_order, render: (row) => f.count(row.first_order) },
      { key: 'repurchase', title: t('repurchase'), end: true, hidden: true, csv: (row) => row.repurchase, render: (row) => f.count(row.repurchase) },
      { key: 'cost', title: t('cost'), end: true, csv: (row) => row.cost_fen / 100, render: (row) => (row.cost_fen === 0 ? '—' : f.money(row.cost_fen)) },
      { key: 'revenue', title: t('revenue'), end: true, csv: (row) => row.revenue_fen / 100, render: (row) => f.money(row.revenue_fen) },
      { key: 'cost_each', title: t('cost_each'), end: true, csv: (row) => (row.cost_each_fen === null ? null : row.cost_each_fen / 100), render: (row) => (row.cost_each_fen === null ? '—' : f.money(row.cost_each_fen)) },
      { key: 'roi', title: t('roi'), end: true, csv: (row) => (row.roi_bp === null ? null : row.roi_bp / 100), render: (row) => (row.roi_bp === null ? '—' : f.percent(row.roi_bp)) },
      { key: 'machines', title: t('machines'), end: true, hidden: true, csv: (row) => row.machines, render: (row) => f.count(row.machines) },
      { key: 'owner', title: t('owner'), hidden: true, csv: (row) => row.owner?.name, render: (row) => row.owner?.name ?? '—' },
      { key: 'code', title: t('code'), hidden: true, csv: (row) => row.code, render: (row) => <span className="mono">{row.code}</span> },
      { key: 'created', title: t('created'), hidden: true, csv: (row) => new Date(row.created_at).toISOString(), render: (row) => f.when(row.created_at) },
    ],
    [t, f, kinds],
  )
}

const SORTS = ['created', 'visits', 'people', 'joined', 'first_order', 'repurchase', 'revenue', 'cost', 'cost_each', 'roi', 'machines'] as const

export default function Touchpoints() {
  const t = useTouchpoints()
  const navigate = useNavigate()
  const { can } = useSession()
  const kinds = useKinds()
  const stores = useStoreChoices()
  const filters = useFilters(['kind', 'store'])
  const list = useList<Row>(['touchpoints', filters.values], (page) => touchpoints.table({ ...filters.values, ...page }))
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
  const [picked, setPicked] = useState<string[]>([])
  const { sort: _, ...narrowed } = filters.values
  const query = new URLSearchParams(narrowed).toString()
  const tools = (
    <>
      {can('import.run') && <Button icon={<FileUp size={15} />} onClick={() => void navigate('/imports?kind=touchpoints')} data-testid="bulk-touchpoints">{t('bulk')}</Button>}
      <Button icon={<Download size={15} />} href={touchpoints.zipUrl(narrowed)} download="codes.zip" data-testid="codes-zip">{t('zip')}</Button>
      <Button icon={<ImageDown size={15} />} data-testid="posters"
        onClick={() => void navigate(picked.length ? `/touchpoints/posters?ids=${picked.join(',')}` : `/touchpoints/posters${query && `?${query}`}`)}>
        {t('posters')}{picked.length > 0 && ` · ${t('picked', { n: picked.length })}`}
      </Button>
    </>
  )
  const sorts = SORTS.map((value) => ({ value, label: t(`sort_${value}`) }))
  const create = can('touchpoint.write') && (
    <Button type="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)} data-testid="new-touchpoint">{t('create')}</Button>
  )
  return (
    <Page title={t('title')} actions={<>{tools}{create}</>}>
      <Card flush>
        <ListBar topic="touchpoints" filters={filters} specs={specs} searchHint={t('search')} sorts={sorts} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="touchpoints"
          what={t('what')}
          list={list}
          columns={choice.visible}
          selection={{ keys: picked, set: setPicked }}
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

function TouchpointCard({ row }: { row: Row }) {
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

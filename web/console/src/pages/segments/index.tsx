import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Button, Dropdown } from 'antd'
import { Combine, FileUp, ListFilter, Plus } from 'lucide-react'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { segments, type SegmentRow } from '@/parts/rule/ask'
import { ruleText } from '@/parts/rule/text'
import { useFields } from '@/parts/rule/use-fields'
import { useSession } from '@/shell/session'
import { FixedList } from './FixedList'
import { Freshness, SegmentStateChip } from './state'
import { useSegments } from './words'

function useSentence(): (row: SegmentRow) => string {
  const t = useSegments()
  const f = useFormat()
  const fields = useFields()
  return (row) => (row.kind === 'static' ? t('kind_static') : row.rule ? ruleText(row.rule, fields, f.lang) : row.note ?? '')
}

function useColumns(): Column<SegmentRow>[] {
  const t = useSegments()
  const f = useFormat()
  const sentence = useSentence()
  return useMemo(() => {
    const iso = (at: number) => new Date(at).toISOString()
    return [
      {
        key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => (
          <span style={{ display: 'block', maxWidth: 400 }}>
            <span className="row"><Link to={`/segments/${row.id}`} className="strong cut" title={row.name} data-testid="segment-link">{row.name}</Link></span>
            <span className="small muted" style={{ display: '-webkit-box', WebkitLineClamp: 2, WebkitBoxOrient: 'vertical', overflow: 'hidden', whiteSpace: 'normal' }} title={sentence(row)}>{sentence(row)}</span>
          </span>
        ),
      },
      { key: 'size', title: t('size'), end: true, csv: (row) => row.size, render: (row) => <span className="strong">{f.count(row.size)}</span> },
      { key: 'week', title: t('week'), end: true, csv: (row) => `${row.entered_week}/${row.left_week}`, render: (row) => <Week of={row} /> },
      { key: 'state', title: t('state'), csv: (row) => t(`state_${row.state}`), render: (row) => row.kind === 'static' && row.state === 'live' ? <StateChip tone="plain" title={t('fixed')}>{t('kind_static')}</StateChip> : <SegmentStateChip state={row.state} /> },
      { key: 'exact', title: t('exact_col'), csv: (row) => iso(row.exact_at), render: (row) => <Freshness of={row} bare /> },
      { key: 'kind', title: t('kind'), hidden: true, csv: (row) => t(`kind_${row.kind}`), render: (row) => t(`kind_${row.kind}`) },
      { key: 'updated', title: t('updated'), hidden: true, csv: (row) => iso(row.updated_at), render: (row) => <span className="nowrap">{f.when(row.updated_at)}</span> },
      { key: 'created', title: t('created'), hidden: true, csv: (row) => iso(row.created_at), render: (row) => <span className="nowrap">{f.when(row.created_at)}</span> },
    ]
  }, [t, f, sentence])
}

function Week({ of }: { of: SegmentRow }) {
  const f = useFormat()
  if (of.kind === 'static') return <span className="faint">—</span>
  return <span className="nowrap"><span className="good">+{f.count(of.entered_week)}</span> <span className="muted">/ −{f.count(of.left_week)}</span></span>
}

function SegmentCard({ row, sentence }: { row: SegmentRow; sentence: string }) {
  const t = useSegments()
  const f = useFormat()
  return (
    <div className="stack tight">
      <div className="row between"><Link to={`/segments/${row.id}`} className="strong cut" data-testid="segment-link">{row.name}</Link><SegmentStateChip state={row.state} /></div>
      <p className="small muted" style={{ overflowWrap: 'anywhere' }}>{sentence}</p>
      <div className="row between small"><span className="strong">{t('people', { n: f.count(row.size), count: row.size })}</span><Freshness of={row} /></div>
    </div>
  )
}

export default function Segments() {
  const t = useSegments()
  const navigate = useNavigate()
  const { can } = useSession()
  const [listing, setListing] = useState(false)
  const filters = useFilters(['state'])
  const list = useList<SegmentRow>(['segments', filters.values], (page) => segments.list({ ...filters.values, ...page }), { while: (row) => row.state === 'building' })
  const columns = useColumns()
  const sentence = useSentence()
  const choice = useColumnChoice('segments', columns)
  const specs = useMemo<FilterSpec[]>(
    () => [{ name: 'state', label: t('state'), options: (['live', 'building', 'stale', 'archived'] as const).map((value) => ({ value, label: t(`state_${value}`) })) }],
    [t],
  )
  const writes = can('campaign.write')
  const create = writes && (
    <Dropdown trigger={['click']} menu={{
      items: [
        { key: 'rule', icon: <ListFilter size={15} />, label: <MenuText name={t('create_rule')} note={t('create_rule_note')} /> },
        { key: 'static', icon: <FileUp size={15} />, label: <MenuText name={t('create_static')} note={t('create_static_note')} /> },
        { key: 'combine', icon: <Combine size={15} />, label: <MenuText name={t('combine')} note={t('combine_note')} /> },
      ],
      onClick: ({ key }) => (key === 'static' ? setListing(true) : void navigate(key === 'rule' ? '/segments/new' : '/segments/combine')),
    }}>
      <Button type="primary" icon={<Plus size={15} />} data-testid="new-segment">{t('create')}</Button>
    </Dropdown>
  )
  const actions = <><Button icon={<Combine size={15} />} onClick={() => void navigate('/segments/combine')} data-testid="combine">{t('combine')}</Button>{create}</>
  return (
    <Page title={t('title')} actions={actions}>
      <Card flush>
        <ListBar topic="segments" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="segments"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/segments/${row.id}`)}
          card={(row) => <SegmentCard row={row} sentence={sentence(row)} />}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)}
          clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={writes && <Link to="/segments/new"><Button type="primary">{t('create_rule')}</Button></Link>} />}
        />
      </Card>
      <FixedList open={listing} close={() => setListing(false)} />
    </Page>
  )
}

const MenuText = ({ name, note }: { name: string; note: string }) => (
  <span><span style={{ display: 'block' }}>{name}</span><span className="small muted">{note}</span></span>
)

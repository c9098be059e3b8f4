import { useMemo } from 'react'
import { Link } from 'react-router'
import type { PersonRow } from 'api'
import { StageChip, StateChip, TagChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import type { Column } from '@/parts/list/columns'
import { useCommon } from '@/words/common'
import { usePersons } from './words'

export function usePersonColumns(): Column<PersonRow>[] {
  const t = usePersons()
  const c = useCommon()
  const f = useFormat()
  return useMemo(() => {
    const moment = (at: number | null) => (at === null ? '—' : <span className="nowrap">{f.when(at)}</span>)
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return [
      {
        key: 'name', title: t('name'), csv: (row) => row.name ?? '', render: (row) => (
          <span className="row">
            <Link to={`/persons/${row.id}`} className="strong" data-testid="person-link">{row.name ?? c('unnamed')}</Link>
            {row.simulated && <StateChip tone="plain" title={t('simulated_note')}>{t('simulated')}</StateChip>}
          </span>
        ),
      },
      { key: 'contact', title: t('contact'), csv: (row) => row.phone ?? row.email, render: (row) => row.phone ?? row.email ?? '—' },
      { key: 'stage', title: t('stage'), csv: (row) => f.stage(row.stage), render: (row) => <StageChip stage={row.stage} /> },
      { key: 'stage_since', title: t('stage_since'), hidden: true, csv: (row) => iso(row.stage_since_at), render: (row) => moment(row.stage_since_at) },
      { key: 'orders', title: t('orders'), end: true, csv: (row) => row.orders, render: (row) => row.orders === 0 ? '—' : <Link to={`/orders?person=${row.id}`}>{f.count(row.orders)}</Link> },
      { key: 'paid', title: t('paid'), end: true, csv: (row) => row.paid_fen / 100, render: (row) => (row.paid_fen === 0 ? '—' : f.money(row.paid_fen)) },
      { key: 'last_order', title: t('last_order'), hidden: true, csv: (row) => iso(row.last_order_at), render: (row) => moment(row.last_order_at) },
      { key: 'last_seen', title: t('last_seen'), csv: (row) => iso(row.last_seen_at), render: (row) => moment(row.last_seen_at) },
      { key: 'joined', title: t('joined'), hidden: true, csv: (row) => iso(row.joined_at), render: (row) => moment(row.joined_at) },
      {
        key: 'touchpoint', title: t('touchpoint'), csv: (row) => row.touchpoint?.name,
        render: (row) => (row.touchpoint ? <Link to={`/touchpoints/${row.touchpoint.id}`}>{row.touchpoint.name}</Link> : '—'),
      },
      { key: 'store', title: t('store'), hidden: true, csv: (row) => row.store?.name, render: (row) => row.store?.name ?? '—' },
      {
        key: 'tags', title: t('tags'), csv: (row) => row.tags.join(' '),
        render: (row) => <span className="row">{row.tags.slice(0, 3).map((tag) => <TagChip key={tag}>{tag}</TagChip>)}{row.tags.length > 3 && `+${row.tags.length - 3}`}</span>,
      },
    ]
  }, [t, c, f])
}

export function PersonCard({ row }: { row: PersonRow }) {
  const t = usePersons()
  const c = useCommon()
  const f = useFormat()
  return (
    <div className="stack tight">
      <div className="row between">
        <Link to={`/persons/${row.id}`} className="strong cut" data-testid="person-link">{row.name ?? c('unnamed')}</Link>
        <StageChip stage={row.stage} />
      </div>
      <div className="row between small muted">
        <span className="cut">{[row.phone ?? row.email, row.last_seen_at && f.when(row.last_seen_at)].filter(Boolean).join(' · ')}</span>
        <span className="nowrap">{row.orders > 0 && `${t('bound', { n: row.orders })} · ${f.money(row.paid_fen)}`}</span>
      </div>
    </div>
  )
}

import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { StageChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { segments, type Member, type Segment } from '@/parts/rule/ask'
import { useCommon } from '@/words/common'
import { useCause } from '../segments/state'
import { useSegments } from '../segments/words'

export function Members({ of }: { of: Segment }) {
  const t = useSegments()
  const c = useCommon()
  const f = useFormat()
  const cause = useCause()
  const navigate = useNavigate()
  const filters = useFilters([])
  const list = useList<Member>(['segment', of.id, 'members'], (page) => segments.members(of.id, page))
  const columns = useMemo<Column<Member>[]>(() => {
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return [
      { key: 'name', title: t('m_person'), csv: (row) => row.name, render: (row) => <Link to={`/persons/${row.id}`} className="strong" data-testid="member-link">{row.name ?? c('unnamed')}</Link> },
      { key: 'stage', title: t('m_stage'), csv: (row) => f.stage(row.stage), render: (row) => <StageChip stage={row.stage} /> },
      { key: 'since', title: t('m_since'), csv: (row) => iso(row.since_at), render: (row) => <span className="nowrap">{f.when(row.since_at)}</span> },
      { key: 'cause', title: t('m_cause'), csv: (row) => row.cause, render: (row) => cause(row.cause) },
      { key: 'orders', title: t('m_orders'), end: true, csv: (row) => row.orders, render: (row) => f.count(row.orders) },
      { key: 'paid', title: t('m_paid'), end: true, csv: (row) => row.paid_fen / 100, render: (row) => f.money(row.paid_fen) },
      { key: 'seen', title: t('m_seen'), csv: (row) => iso(row.last_seen_at), render: (row) => (row.last_seen_at === null ? '—' : <span className="nowrap">{f.when(row.last_seen_at)}</span>) },
      { key: 'why', title: t('m_why'), csv: () => '', render: (row) => <Link to={`/segments/${of.id}?tab=why&person=${row.id}`}>{t('m_why')}</Link> },
    ]
  }, [t, c, f, cause, of.id])
  const choice = useColumnChoice('members', columns)
  return (
    <Card flush>
      <ListBar topic="members" filters={filters} columns={columns} choice={choice} rows={list.rows} />
      <ListTable
        topic="members"
        what={t('m_what')}
        list={list}
        columns={of.kind === 'static' ? choice.visible.filter((column) => column.key !== 'why') : choice.visible}
        id={(row) => row.id}
        open={(row) => void navigate(`/persons/${row.id}`)}
        card={(row) => (
          <div className="stack tight">
            <div className="row between"><Link to={`/persons/${row.id}`} className="strong cut">{row.name ?? c('unnamed')}</Link><StageChip stage={row.stage} /></div>
            <div className="row between small muted"><span>{t('m_since')} {f.when(row.since_at)} · {cause(row.cause)}</span><span className="num">{f.moneyShort(row.paid_fen)}</span></div>
          </div>
        )}
        empty={<Empty title={t('m_empty')} hint={t('m_empty_hint')} />}
      />
    </Card>
  )
}

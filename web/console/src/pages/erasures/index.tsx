/** Receipts of customers who were erased: who did it, why, what was removed, and whether it is through. */
import { useMemo } from 'react'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { rights, type Erasure } from './ask'
import { KINDS, useErasures } from './words'

export default function Erasures() {
  const t = useErasures()
  const f = useFormat()
  const specs: FilterSpec[] = [{ name: 'open', label: t('state'), options: [{ value: 'true', label: t('open') }, { value: 'false', label: t('done') }] }]
  const filters = useFilters(['open'])
  const list = useList<Erasure>(['erasures', filters.values], (page) => rights.receipts({ ...page, ...filters.values }), { while: (row) => row.finished_at === null })
  const columns = useMemo<Column<Erasure>[]>(() => {
    const removed = (row: Erasure) => KINDS.filter((kind) => row.counts[kind]).map((kind) => t(`n_${kind}`, { n: f.count(row.counts[kind] ?? 0) })).join(' · ')
    return [
      { key: 'when', title: t('when'), csv: (row) => new Date(row.at).toISOString(), render: (row) => <span className="nowrap">{f.when(row.at)}</span> },
      { key: 'state', title: t('state'), csv: (row) => (row.finished_at === null ? t('open') : t('done')), render: (row) => <State row={row} /> },
      { key: 'who', title: t('who'), csv: (row) => row.actor_name ?? row.actor, render: (row) => row.actor_name ?? t('system') },
      { key: 'reason', title: t('reason'), csv: (row) => row.reason, render: (row) => <span className="prose">{row.reason}</span> },
      { key: 'removed', title: t('removed'), csv: (row) => removed(row), render: (row) => <span className="small muted prose">{removed(row)}</span> },
      { key: 'finished', title: t('finished'), csv: (row) => (row.finished_at === null ? '' : new Date(row.finished_at).toISOString()), render: (row) => (row.finished_at === null ? '—' : <span className="nowrap">{f.when(row.finished_at)}</span>) },
      { key: 'person', title: t('person'), csv: (row) => row.person_id, render: (row) => <span className="mono small">{row.person_id}</span> },
    ]
  }, [t, f])
  const choice = useColumnChoice('erasures', columns)
  return (
    <Page title={t('title')} note={t('note')}>
      <Card flush>
        <ListBar topic="erasures" filters={filters} specs={specs} columns={columns} choice={choice} rows={list.rows} />
        <ListTable topic="erasures" what={t('what')} list={list} columns={choice.visible} id={(row) => row.id} filtered={filters.active.length > 0} clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
          card={(row) => (
            <div className="stack tight">
              <div className="row between"><State row={row} /><span className="small muted">{f.when(row.at)}</span></div>
              <span>{row.reason}</span>
              <span className="small muted">{row.actor_name ?? t('system')} · <span className="mono">{row.person_id}</span></span>
            </div>
          )} />
      </Card>
    </Page>
  )
}

function State({ row }: { row: Erasure }) {
  const t = useErasures()
  return row.finished_at === null ? <StateChip tone="warn">{t('open')}</StateChip> : <StateChip tone="good">{t('done')}</StateChip>
}

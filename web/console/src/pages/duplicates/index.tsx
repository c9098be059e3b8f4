/** Two customers that may be one: merge, keep apart, or give the contested identity to the other. */
import { useMemo } from 'react'
import { Button, Space } from 'antd'
import { Link } from 'react-router'
import type { List } from 'api'
import { client } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { StateChip } from '@/parts/chips'
import type { Column } from '@/parts/list/columns'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useKindName } from '../person/Identities'
import { useDuplicateWords } from './words'

interface Ref { id: string; name: string | null }
interface Pair { id: string; a: Ref; b: Ref; kind: string | null; value: string | null; reason: string; times: number; last_at: number }
type Decision = 'merge' | 'apart' | 'move'

export default function Duplicates() {
  const t = useDuplicateWords()
  const list = useList<Pair>(['duplicates'], (page) => client.call<List<Pair>>('GET', '/api/v1/duplicates', { query: { ...page } }))
  const columns = useColumns()
  return (
    <Page title={t('title')} note={t('note')}>
      <Card flush>
        <ListTable topic="duplicates" what={t('what')} list={list} columns={columns} id={(row) => row.id} empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
          card={(row) => (
            <div className="stack tight">
              <Names row={row} />
              <Shared row={row} />
              <Decide row={row} />
            </div>
          )} />
      </Card>
    </Page>
  )
}

function useColumns(): Column<Pair>[] {
  const t = useDuplicateWords()
  const f = useFormat()
  return useMemo(
    () => [
      { key: 'pair', title: t('pair'), csv: (row) => `${row.a.id} ${row.b.id}`, render: (row) => <Names row={row} /> },
      { key: 'shared', title: t('shared'), csv: (row) => row.value, render: (row) => <Shared row={row} /> },
      { key: 'times', title: t('times'), csv: (row) => row.times, render: (row) => row.times },
      { key: 'last', title: t('last'), csv: (row) => new Date(row.last_at).toISOString(), render: (row) => f.when(row.last_at) },
      { key: 'decide', title: t('decide'), end: true, csv: () => '', render: (row) => <Decide row={row} /> },
    ],
    [t, f],
  )
}

function Names({ row }: { row: Pair }) {
  const t = useDuplicateWords()
  const link = (ref: Ref) => <Link to={`/persons/${ref.id}`}>{ref.name ?? `${t('unnamed')} ${ref.id.slice(-6)}`}</Link>
  return <span>{link(row.a)} <span className="muted">{t('and')}</span> {link(row.b)}</span>
}

function Shared({ row }: { row: Pair }) {
  const t = useDuplicateWords()
  const kind = useKindName()
  const pool = row.reason === 'pool' && <StateChip tone="water" title={t('pool_note')}>{t('pool')}</StateChip>
  if (!row.kind) return pool || <span className="faint">—</span>
  return <span className="row wrap">{pool}<span className="muted small">{kind(row.kind)}</span> <span className="mono">{row.value}</span></span>
}

function Decide({ row }: { row: Pair }) {
  const t = useDuplicateWords()
  const act = useAct((decision: Decision) => client.call<void>('POST', `/api/v1/duplicates/${row.id}`, { body: { decision } }), {
    done: t('decided'), refresh: ['duplicates', 'person', 'persons'],
  })
  return (
    <Space wrap size={4}>
      <Button size="small" type="primary" loading={act.isPending} onClick={() => act.mutate('merge')} data-testid="pair-merge">{t('merge')}</Button>
      <Button size="small" disabled={act.isPending} onClick={() => act.mutate('apart')} data-testid="pair-apart">{t('apart')}</Button>
      {row.kind && row.reason !== 'pool' && <Button size="small" type="text" disabled={act.isPending} title={t('move_note')} onClick={() => act.mutate('move')} data-testid="pair-move">{t('move')}</Button>}
    </Space>
  )
}

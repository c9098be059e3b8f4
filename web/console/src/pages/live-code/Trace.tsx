/** Who was shown to whom, newest first, and why. */
import { Link } from 'react-router'
import { Button, Popconfirm } from 'antd'
import { UserCheck } from 'lucide-react'
import { useAct } from '@/parts/act'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { liveCodes, type Reservation } from '../touchpoint/server'
import { said } from './Beside'
import { useLiveCode } from './words'

const tones: Record<Reservation['state'], Tone> = { held: 'water', added: 'good', expired: 'plain' }

export function Trace({ id }: { id: string }) {
  const t = useLiveCode()
  const c = useCommon()
  const f = useFormat()
  const list = useList<Reservation>(['live-code', id, 'trace'], (page) => liveCodes.trace(id, page), { limit: 20 })
  const why = (row: Reservation) => row.trace.filter((step) => step.what === 'chosen').map((step) => said(t, step)).join(' → ') || '—'
  const state = (row: Reservation) => <StateChip tone={tones[row.state]}>{t(`r_${row.state}`)}</StateChip>
  const { can } = useSession()
  const writes = can('person.write')
  const add = useAct((reservation: string) => liveCodes.added(id, reservation), { done: t('add_done'), refresh: ['live-code', 'person', 'persons', 'guides', 'touchpoint'] })
  const confirm = (row: Reservation) => writes && row.state !== 'added' && (
    <Popconfirm title={t('add_title', { name: row.staff_name })} description={t('add_note')} okText={t('add_yes')} onConfirm={() => add.mutateAsync(row.id).catch(() => undefined)}>
      <Button size="small" icon={<UserCheck size={14} />} loading={add.isPending && add.variables === row.id} data-testid="live-added">{t('add_yes')}</Button>
    </Popconfirm>
  )
  return (
    <Card title={t('trace')} flush>
      <ListTable<Reservation> topic="live-trace" what={t('trace')} list={list} id={(row) => row.id}
        columns={[
          { key: 'time', title: c('time'), csv: (row) => row.created_at, render: (row) => f.when(row.created_at) },
          { key: 'guide', title: t('member'), csv: (row) => row.staff_name, render: (row) => row.staff_name },
          { key: 'state', title: c('status'), csv: (row) => row.state, render: state },
          { key: 'why', title: t('why'), csv: why, render: (row) => <span className="muted">{why(row)}</span> },
          ...(writes ? [{ key: 'add', title: '', end: true, csv: () => null, render: confirm }] : []),
          { key: 'person', title: t('person'), csv: (row) => row.person_id, render: (row) => <Link to={`/persons/${row.person_id}`}>{t('see_person')}</Link> },
        ]}
        card={(row) => (
          <div className="stack tight">
            <div className="row between"><span className="strong">{row.staff_name}</span>{state(row)}</div>
            <div className="row between small muted"><span>{f.when(row.created_at)}</span><span className="row">{confirm(row)}<Link to={`/persons/${row.person_id}`}>{t('see_person')}</Link></span></div>
          </div>
        )}
        empty={<Empty title={t('trace_empty')} hint={t('trace_hint')} />} />
    </Card>
  )
}

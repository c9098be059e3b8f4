/** Who was shown to whom, newest first, and why. */
import { Link } from 'react-router'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card } from '@/parts/Page'
import { Empty } from '@/parts/state'
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
  return (
    <Card title={t('trace')} flush>
      <ListTable<Reservation> topic="live-trace" what={t('trace')} list={list} id={(row) => row.id}
        columns={[
          { key: 'time', title: c('time'), csv: (row) => row.created_at, render: (row) => f.when(row.created_at) },
          { key: 'guide', title: t('member'), csv: (row) => row.staff_name, render: (row) => row.staff_name },
          { key: 'state', title: c('status'), csv: (row) => row.state, render: state },
          { key: 'why', title: t('why'), csv: why, render: (row) => <span className="muted">{why(row)}</span> },
          { key: 'person', title: t('person'), csv: (row) => row.person_id, render: (row) => <Link to={`/persons/${row.person_id}`}>{t('see_person')}</Link> },
        ]}
        card={(row) => (
          <div className="stack tight">
            <div className="row between"><span className="strong">{row.staff_name}</span>{state(row)}</div>
            <div className="row between small muted"><span>{f.when(row.created_at)}</span><Link to={`/persons/${row.person_id}`}>{t('see_person')}</Link></div>
          </div>
        )}
        empty={<Empty title={t('trace_empty')} hint={t('trace_hint')} />} />
    </Card>
  )
}

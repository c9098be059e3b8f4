/** One customer's life: who, from where, worth what, reachable how, and everything that happened. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { Button } from 'antd'
import { Pencil } from 'lucide-react'
import type { Person } from 'api'
import { api } from '@/server'
import { Facts, StageChip, StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { PageFailed, PageLoading, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { usePersons } from '../persons/words'
import { Belongs } from './Belongs'
import { Consents } from './Consents'
import { EditPerson } from './EditPerson'
import { Identities } from './Identities'
import { Merges } from './Merges'
import { Orders } from './Orders'
import { Portrait } from './Portrait'
import { Referral } from './Referral'
import { Reveal } from './Reveal'
import { Rights } from './Rights'
import { Segments } from './Segments'
import { Tags } from './Tags'
import { Timeline } from './Timeline'
import { usePerson } from './words'

export default function PersonPage() {
  const { id = '' } = useParams()
  const person = useQuery({ queryKey: ['person', id], queryFn: () => api.persons.one(id) })
  if (person.data) return <Life person={person.data} />
  if (person.isError) return <PageFailed error={person.error} retry={() => void person.refetch()} />
  return <PageLoading />
}

function Life({ person }: { person: Person }) {
  const t = usePerson()
  const p = usePersons()
  const c = useCommon()
  const f = useFormat()
  const { can } = useSession()
  const [editing, setEditing] = useState(false)
  const name = person.name ?? c('unnamed')
  const writes = can('person.write')
  const heading = (
    <>
      <span data-testid="person-name">{name}</span>
      <StageChip stage={person.stage} />
      {person.simulated && <StateChip tone="plain" title={p('simulated_note')}>{p('simulated')}</StateChip>}
    </>
  )
  const note = [
    person.phone, person.email, t('since', { stage: f.stage(person.stage), span: f.since(person.stage_since_at) }),
    person.last_seen_at !== null && t('seen', { when: f.when(person.last_seen_at) }),
  ]
  return (
    <Page title={name} heading={heading} note={note.filter(Boolean).join(' · ')} back={{ to: '/persons', label: t('back') }}
      actions={
        <>
          {can('person.reveal') && <Reveal id={person.id} />}
          {writes && <Button icon={<Pencil size={15} />} onClick={() => setEditing(true)}>{t('edit')}</Button>}
          <Rights person={person} name={name} />
        </>
      }>
      <div className="side">
        <div className="stack">
          <Worth person={person} />
          <Orders person={person} />
          <Timeline id={person.id} />
        </div>
        <div className="stack">
          <Belongs person={person} />
          <Tags person={person} writes={writes} />
          <Segments id={person.id} />
          <Portrait person={person} />
          <Consents person={person} writes={writes} />
          <Referral id={person.id} />
          <Identities person={person} />
          <Merges person={person} />
        </div>
      </div>
      <EditPerson person={person} open={editing} close={() => setEditing(false)} />
    </Page>
  )
}

function Worth({ person }: { person: Person }) {
  const t = usePerson()
  const f = useFormat()
  const money = useQuery({ queryKey: ['person', person.id, 'money'], queryFn: () => api.persons.money(person.id) })
  const days = (given: number) => {
    const n = Math.round(given * 10) / 10
    return t('days', { n, count: n })
  }
  return (
    <Card title={t('worth')}>
      <Shown of={money} what={t('worth')} rows={3}>
        {(data) => (
          <Facts
            items={[
              { name: t('paid'), value: f.money(data.paid_fen), testid: 'person-paid' },
              { name: t('clv'), value: f.money(data.clv_fen), note: t('clv_note'), testid: 'person-clv' },
              { name: t('orders'), value: f.count(person.orders), to: `/orders?person=${person.id}` },
              { name: t('average'), value: data.average_order_fen === null ? '—' : f.money(data.average_order_fen) },
              { name: t('interval'), value: data.days_between_orders === null ? '—' : days(data.days_between_orders) },
              { name: t('refunded'), value: f.money(data.refunded_fen) },
              { name: t('cost'), value: f.money(data.cost_fen) },
              { name: t('commission'), value: f.money(data.commission_fen) },
            ]}
          />
        )}
      </Shown>
    </Card>
  )
}

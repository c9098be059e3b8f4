/** The guide to whom a customer belongs, and giving the customer to somebody else. */
import { useState } from 'react'
import { Button, Modal, Select } from 'antd'
import type { Person } from 'api'
import { client } from '@/server'
import { useAct } from '@/parts/act'
import { useServingChoices } from '@/parts/choices'
import { useFormat } from '@/parts/format'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { usePerson } from './words'

type GuideRef = NonNullable<Person['guide']>

const NOBODY = ''
const give = (person: string, guide_id: string | null) =>
  client.call<Person>('PUT', '/api/v1/persons/{id}/guide', { path: { id: person }, body: { guide_id } })

export function Guide({ person }: { person: Person }) {
  const t = usePerson()
  const f = useFormat()
  const { can } = useSession()
  const [open, setOpen] = useState(false)
  const guide = person.guide ?? null
  const note = guide ? [!guide.active && t('guide_left'), guide.since_at != null && t('guide_since', { when: f.day(guide.since_at) })].filter(Boolean) : []
  return (
    <span className="row wrap">
      <span data-testid="person-guide">{guide ? guide.name : <span className="muted">{t('guide_none')}</span>}</span>
      {note.length > 0 && <span className="small muted">{note.join(' · ')}</span>}
      {can('person.write') && <Button size="small" onClick={() => setOpen(true)} data-testid="guide-change">{t(guide ? 'guide_change' : 'guide_set')}</Button>}
      {open && <Choose person={person.id} guide={guide} close={() => setOpen(false)} />}
    </span>
  )
}

function Choose({ person, guide, close }: { person: string; guide: GuideRef | null; close: () => void }) {
  const t = usePerson()
  const c = useCommon()
  const staff = useServingChoices()
  const [to, setTo] = useState(guide?.id ?? NOBODY)
  const save = useAct(() => give(person, to || null), { done: t('guide_done'), refresh: ['person', 'persons', 'guides', 'timeline'], then: close })
  const gone = guide && !staff.some((each) => each.value === guide.id) ? [{ value: guide.id, label: guide.name, disabled: true }] : []
  return (
    <Modal open title={t('guide_title')} onCancel={close} okText={c('save')} cancelText={c('cancel')} onOk={() => save.mutate(undefined)}
      confirmLoading={save.isPending} okButtonProps={{ disabled: to === (guide?.id ?? NOBODY), 'data-testid': 'guide-save' }}>
      <div className="stack tight">
        <Select value={to} onChange={setTo} options={[{ value: NOBODY, label: t('guide_nobody') }, ...gone, ...staff]} showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('guide')} data-testid="guide-pick" />
        <p className="small muted">{t('guide_hint')}</p>
      </div>
    </Modal>
  )
}

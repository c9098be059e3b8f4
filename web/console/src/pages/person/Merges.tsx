/** The merges that made this person, and taking one back: first in numbers, then for good. */
import { useState } from 'react'
import { Button, Modal } from 'antd'
import type { Person } from 'api'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useCause } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { part, useBonds, type Merge, type Parting, type Side } from './bonds'
import { useBondWords } from './bonds-words'
import css from './person.module.css'

export function Merges({ person }: { person: Person }) {
  const t = useBondWords()
  const f = useFormat()
  const say = useCause()
  const bonds = useBonds(person.id)
  const [asked, setAsked] = useState<{ merge: Merge; would: Parting } | null>(null)
  const look = useAct((merge: Merge) => part(person.id, merge.id, true).then((would) => ({ merge, would })), { done: null, then: setAsked })
  const done = useAct((merge: Merge) => part(person.id, merge.id, false), { done: t('parted'), refresh: ['person', 'persons', 'timeline'], then: () => setAsked(null) })
  const merges = bonds.data?.merges ?? []
  if (merges.length === 0) return null
  const name = (ref: { id: string; name: string | null }) => ref.name ?? ref.id.slice(-6)
  return (
    <Card title={t('merges')} id="merges">
      <ul className={css.consents}>
        {merges.map((merge) => (
          <li key={merge.id}>
            <span>{t('merged', { loser: name(merge.loser), winner: name(merge.winner) })}</span>
            <span className="row between">
              <span className="muted small">{f.when(merge.at)} · {say(merge.reason)}</span>
              {merge.undone_at === null
                ? <Button size="small" loading={look.isPending} onClick={() => look.mutate(merge)} data-testid="unmerge">{t('part')}</Button>
                : <StateChip tone="plain" title={merge.undone_reason === null ? undefined : say(merge.undone_reason)}>{t('undone')}</StateChip>}
            </span>
          </li>
        ))}
      </ul>
      <Modal open={asked !== null} title={t('part_title')} okText={t('part')} okButtonProps={{ danger: true }} confirmLoading={done.isPending}
        onCancel={() => setAsked(null)} onOk={() => asked && done.mutate(asked.merge)}>
        {asked && (
          <div className="stack">
            <SideLine title={t('stays')} side={asked.would.stays} />
            <SideLine title={t('leaves')} side={asked.would.leaves} />
            <p className="muted small">{t('part_note')}</p>
          </div>
        )}
      </Modal>
    </Card>
  )
}

function SideLine({ title, side }: { title: string; side: Side }) {
  const t = useBondWords()
  const f = useFormat()
  return (
    <p data-testid="side">
      <span className="muted small">{title}</span> <span className="strong">{side.person.name ?? side.person.id.slice(-6)}</span><br />
      {t('side', { identities: side.identities, orders: side.orders, money: f.money(side.paid_fen), events: side.events })}
    </p>
  )
}

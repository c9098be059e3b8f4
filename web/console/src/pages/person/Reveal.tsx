/** Phone and e-mail whole, for those who may; that somebody looked is recorded. */
import { useState } from 'react'
import { Button, Popover } from 'antd'
import { Eye } from 'lucide-react'
import { useAct, useCopy } from '@/parts/act'
import { client } from '@/server'
import { usePersons } from '../persons/words'
import { usePerson } from './words'

interface Revealed { phone: string | null; email: string | null }

export function Reveal({ id }: { id: string }) {
  const t = usePerson()
  const p = usePersons()
  const copy = useCopy()
  const [seen, setSeen] = useState<Revealed>()
  const show = useAct(() => client.call<Revealed>('POST', '/api/v1/persons/{id}/reveal', { path: { id } }), { done: null, refresh: ['timeline'], then: setSeen })
  const lines = seen && [[p('phone'), seen.phone], [p('email'), seen.email]].filter(([, value]) => value)
  const content = lines && (
    <div className="stack tight" data-testid="revealed">
      {lines.map(([name, value]) => (
        <Button key={name} type="text" onClick={() => copy(value ?? '')}><span className="muted small">{name}</span> <span className="mono">{value}</span></Button>
      ))}
      {lines.length === 0 && <span className="muted">{t('reveal_none')}</span>}
    </div>
  )
  return (
    <Popover open={Boolean(seen)} onOpenChange={(open) => !open && setSeen(undefined)} trigger="click" content={content}>
      <Button icon={<Eye size={15} />} onClick={() => show.mutate(undefined)} loading={show.isPending} title={t('reveal_note')} data-testid="reveal">{t('reveal')}</Button>
    </Popover>
  )
}

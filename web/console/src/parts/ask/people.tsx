/** From any number to the people behind it, and from them to a segment. */
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { Link } from 'react-router'
import { idempotencyKey } from 'api'
import { count as formatCount } from 'kit'
import { CircleCheck } from 'lucide-react'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { useExplain } from '@/parts/state'
import { countPeople, savePeople } from './ask'
import type { Kind, Pick, Questions } from './types'
import { useAsk } from './words'
import css from './ask.module.css'

export interface Chosen { pick: Pick; what: string }
type Choose = (pick: Pick, what: string) => void
interface Ways { choose: Choose; hint: (n: number) => string }
const PeopleContext = createContext<Ways>({ choose: () => undefined, hint: String })

/** Opens the dialog for a part of the answer on this page; `what` says in words which people these are. */
export const usePeople = () => useContext(PeopleContext).choose

interface AskedProps<K extends Kind> { kind: K; question: Questions[K]; children: ReactNode }

/** `question` is the one whose answer is shown, so that the people saved are the people counted. */
export function People<K extends Kind>({ kind, question, children }: AskedProps<K>) {
  const [chosen, setChosen] = useState<(Chosen & { question: Questions[K] }) | null>(null)
  const t = useAsk()
  const ways = useMemo<Ways>(() => ({
    choose: (pick, what) => setChosen({ pick, what, question }),
    hint: (n) => t('people_of', { n: formatCount(n), count: n }),
  }), [question, t])
  return (
    <PeopleContext value={ways}>
      {children}
      {chosen && <Save kind={kind} {...chosen} close={() => setChosen(null)} />}
    </PeopleContext>
  )
}

function Save<K extends Kind>({ kind, question, pick, what, close }: Chosen & { kind: K; question: Questions[K]; close: () => void }) {
  const t = useAsk()
  const f = useFormat()
  const explain = useExplain()
  const [name, setName] = useState(what)
  const count = useQuery({ queryKey: ['ask', kind, 'persons', question, pick], queryFn: () => countPeople(kind, question, pick) })
  // Trying again after an answer that was lost must not make a second segment.
  const key = useMemo(() => idempotencyKey(), [kind, question, pick, name])
  const save = useAct(() => savePeople(kind, question, pick, name.trim(), key), { done: null, refresh: ['segments'] })
  const n = count.data?.count
  const made = save.data
  const footer = made
    ? [<Button key="done" onClick={close}>{t('people_close')}</Button>, <Link key="open" to={`/segments/${made.id}`}><Button type="primary" data-testid="people-open">{t('people_open')}</Button></Link>]
    : [
        <Button key="save" type="primary" loading={save.isPending} disabled={!name.trim() || !n} data-testid="people-save" onClick={() => save.mutate(undefined)}>
          {t('people_save')}
        </Button>,
      ]
  return (
    <Modal open title={t('people_title')} onCancel={close} footer={<div className={css.dialogFoot}>{footer}</div>} destroyOnHidden>
      {made ? (
        <p className={css.saved} role="status" data-testid="people-done">
          <CircleCheck size={20} aria-hidden /> {t('people_done', { name: made.name, n: f.count(made.size), count: made.size })}
        </p>
      ) : (
        <div className="stack" data-testid="people-dialog">
          <p className={css.peopleCount} role="status" data-testid="people-count">
            {count.isError ? <span className="bad">{explain(count.error)}</span>
              : n === undefined ? <span className="muted">{t('people_counting')}</span>
                : n === 0 ? t('people_none') : <strong className="num">{t('people_count', { n: f.count(n), count: n })}</strong>}
          </p>
          <label className="stack tight">
            <span className="muted small">{t('people_name')}</span>
            <Input value={name} maxLength={80} autoFocus onChange={(event) => setName(event.target.value)} data-testid="people-name"
              onPressEnter={() => name.trim() && n && !save.isPending && save.mutate(undefined)} />
          </label>
          <p className="muted small">{t('people_note')}</p>
        </div>
      )}
    </Modal>
  )
}

interface CountProps extends Chosen { n: number; children?: ReactNode; className?: string; testid?: string }

/** A number of people that can be pressed; nobody is just a nought. There may be thousands on a page: it holds no more than it needs. */
export function PeopleCount({ n, pick, what, children, className, testid }: CountProps) {
  const { choose, hint } = useContext(PeopleContext)
  const shown = children ?? formatCount(n)
  if (n === 0) return <span className={className ?? 'num'}>{shown}</span>
  return (
    <button type="button" className={className ?? 'linklike num'} onClick={() => choose(pick, what)} data-testid={testid}
      title={`${what} · ${hint(n)}`}>
      {shown}
    </button>
  )
}

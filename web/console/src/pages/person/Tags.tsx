/** The tags of a customer with who says each; putting on, taking off, and letting come back what was taken off. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { AutoComplete, Button } from 'antd'
import { Plus, X } from 'lucide-react'
import type { Person } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useTagChoices } from '@/parts/choices'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { tags, type PersonTag, type Source } from '../tags/ask'
import { useTags } from '../tags/words'
import { usePerson } from './words'
import css from './person.module.css'

const TOUCHED = ['person', 'persons', 'tags', 'timeline']

export function Tags({ person, writes }: { person: Person; writes: boolean }) {
  const t = usePerson()
  const w = useTags()
  const mine = useQuery({ queryKey: ['person', person.id, 'tags'], queryFn: () => tags.ofPerson(person.id) })
  return (
    <Card title={t('tags')} id="person-tags">
      <Shown of={mine} what={t('tags')} rows={2}>
        {({ items }) => {
          const [held, off] = [items.filter((each) => each.holds), items.filter((each) => !each.holds)]
          return (
            <div className="stack">
              {held.length === 0 ? <p className="muted">{t('tags_empty')}</p> : (
                <ul className={css.consents}>{held.map((each) => <Held key={each.tag} person={person.id} of={each} writes={writes} />)}</ul>
              )}
              {writes && <Add person={person.id} held={held.map((each) => each.tag)} />}
              {off.length > 0 && (
                <div>
                  <h3 className="small muted">{w('off')}</h3>
                  <ul className={css.consents} data-testid="person-tags-off">{off.map((each) => <Off key={each.tag} person={person.id} of={each} writes={writes} />)}</ul>
                </div>
              )}
            </div>
          )
        }}
      </Shown>
    </Card>
  )
}

function useSay() {
  const t = useTags()
  return ({ source, name }: Source): string => {
    if (name) return t('source_rule', { name })
    if (source.startsWith('rule:')) return t('source_rule_gone')
    const known = (['manual', 'import', 'sync', 'console'] as const).find((each) => each === source)
    return known ? t(`source_${known}`) : source
  }
}

function Held({ person, of, writes }: { person: string; of: PersonTag; writes: boolean }) {
  const t = usePerson()
  const f = useFormat()
  const say = useSay()
  const remove = useAct(() => api.persons.untag(person, of.tag), { done: null, refresh: TOUCHED })
  return (
    <li className={css.line} data-testid="person-tag">
      <span className="stack tight">
        <span><StateChip tone={of.colour ?? 'plain'}>{of.tag}</StateChip></span>
        <span className="small muted">{of.sources.map((each) => `${say(each)} ${f.day(each.at)}`).join(' · ')}</span>
      </span>
      {writes && <Button type="text" size="small" icon={<X size={14} aria-hidden />} loading={remove.isPending} aria-label={t('tag_remove', { tag: of.tag })} onClick={() => remove.mutate(undefined)} />}
    </li>
  )
}

function Off({ person, of, writes }: { person: string; of: PersonTag; writes: boolean }) {
  const t = useTags()
  const f = useFormat()
  const say = useSay()
  const allow = useAct(() => tags.allowOn(person, of.tag), { done: t('allowed_one'), refresh: TOUCHED })
  const why = of.removed_at === null ? t('waiting') : t('off_by_hand', { when: f.when(of.removed_at) })
  return (
    <li className={css.line}>
      <span className="stack tight">
        <span><s className="muted">{of.tag}</s></span>
        <span className="small muted">{[why, of.sources.length > 0 && t('still', { who: of.sources.map(say).join(f.lang === 'zh' ? '、' : ', ') })].filter(Boolean).join(' · ')}</span>
      </span>
      {writes && of.removed_at !== null && (
        <Button size="small" loading={allow.isPending} onClick={() => allow.mutate(undefined)} aria-label={t('allow_one_of', { tag: of.tag })} data-testid="allow-tag">{t('allow_one')}</Button>
      )}
    </li>
  )
}

function Add({ person, held }: { person: string; held: string[] }) {
  const t = usePerson()
  const choices = useTagChoices()
  const [adding, setAdding] = useState(false)
  const [text, setText] = useState('')
  const add = useAct((tag: string) => api.persons.tag(person, tag), { done: null, refresh: TOUCHED })
  function save(tag: string) {
    const clean = tag.trim()
    setText('')
    setAdding(false)
    if (clean) add.mutate(clean)
  }
  if (!adding) return <span><Button size="small" type="dashed" icon={<Plus size={12} />} loading={add.isPending} onClick={() => setAdding(true)} data-testid="add-tag">{t('tag_add')}</Button></span>
  return (
    <AutoComplete autoFocus size="small" style={{ width: 200 }} value={text} onChange={setText} onSelect={save} onBlur={() => save(text)} showSearch={{ filterOption: true }}
      options={choices.filter(({ value }) => !held.includes(value)).map(({ value }) => ({ value }))} aria-label={t('tag_add')}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save(text)
        if (event.key === 'Escape') { setText(''); setAdding(false) }
      }} />
  )
}

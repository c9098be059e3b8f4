/** Why a person is in, or not: every condition with a tick or a cross, what it saw, and when that would change by itself. */
import { useEffect, useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { Select } from 'antd'
import { CircleCheck, CircleX } from 'lucide-react'
import { api } from '@/server'
import { useEventName } from '@/parts/events'
import { useFormat, type Format } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { segments, type Evidence, type Segment, type Why as Node, type WhyAnswer } from '@/parts/rule/ask'
import { consentStatus, identityName, valueName } from '@/parts/rule/names'
import { ruleText } from '@/parts/rule/text'
import { kindOf, part, type Rule } from '@/parts/rule/types'
import { useFields, type Fields } from '@/parts/rule/use-fields'
import { useCommon } from '@/words/common'
import { useSegments } from '../segments/words'
import css from './segment.module.css'

export function Why({ of }: { of: Segment }) {
  const t = useSegments()
  const [search, setSearch] = useSearchParams()
  const person = search.get('person') ?? ''
  const why = useQuery({ queryKey: ['segment', of.id, 'why', person], queryFn: () => segments.why(of.id, person), enabled: person !== '' && of.kind === 'live' })
  const pick = (id: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before)
      after.set('person', id)
      return after
    }, { replace: true })
  if (of.kind === 'static') return <Card title={t('w_title')}><p className="muted">{t('w_static')}</p></Card>
  return (
    <Card title={t('w_title')} id="why">
      <PersonPick value={person} onChange={pick} />
      {person === '' ? <Empty title={t('w_start')} /> : <Shown of={why} what={t('w_title')} rows={5}>{(data) => <Answer of={data} person={person} />}</Shown>}
    </Card>
  )
}

/** Anybody, found by name, phone number or id. */
function PersonPick({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const t = useSegments()
  const c = useCommon()
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setQ(typed.trim()), 200)
    return () => clearTimeout(timer)
  }, [typed])
  const id = /^per_\w+$/.test(q) ? q : null
  const found = useQuery({ queryKey: ['persons', 'pick', q], queryFn: () => api.persons.list({ q, limit: 12 }), enabled: q !== '' && !id, placeholderData: keepPreviousData })
  const chosen = useQuery({ queryKey: ['person', value], queryFn: () => api.persons.one(value), enabled: value !== '' })
  const rows = (found.data?.items ?? []).map((each) => ({ value: each.id, label: [each.name ?? c('unnamed'), each.phone].filter(Boolean).join(' · ') }))
  const own = value && !rows.some((each) => each.value === value) ? [{ value, label: chosen.data ? [chosen.data.name ?? c('unnamed'), chosen.data.phone].filter(Boolean).join(' · ') : value }] : []
  return (
    <Select<string>
      value={value || null}
      onChange={onChange}
      options={id ? [{ value: id, label: id }] : [...rows, ...own]}
      showSearch={{ onSearch: setTyped, filterOption: false }}
      placeholder={t('w_hint')}
      aria-label={t('w_pick')}
      notFoundContent={q === '' ? t('w_hint') : found.isFetching ? c('loading', { what: '' }) : t('w_found_none')}
      style={{ width: '100%', maxWidth: 420 }}
      data-testid="why-person"
    />
  )
}

function Answer({ of, person }: { of: WhyAnswer; person: string }) {
  const t = useSegments()
  const c = useCommon()
  const f = useFormat()
  const fields = useFields()
  const who = useQuery({ queryKey: ['person', person], queryFn: () => api.persons.one(person) })
  const name = who.data?.name ?? c('unnamed')
  return (
    <>
      <div className={css.verdict} data-testid="why-verdict" data-in={of.in}>
        <Mark truth={of.in} />
        <span className="strong">{t(of.in ? 'w_in' : 'w_out', { name })}</span>
        <span className="muted small num">{[of.since_at !== null && t('w_since', { when: f.dateTime(of.since_at) }), t('w_at', { when: f.moment(of.at) })].filter(Boolean).join(' · ')}</span>
        <Link to={`/persons/${person}`} className="small">{t('w_open_person')}</Link>
      </div>
      {of.node && <ul className={css.tree} data-testid="why-tree"><Branch node={of.node} fields={fields} /></ul>}
    </>
  )
}

function Mark({ truth }: { truth: boolean }) {
  const t = useSegments()
  const Icon = truth ? CircleCheck : CircleX
  return <Icon size={18} className={truth ? css.yes : css.no} role="img" aria-label={t(truth ? 'w_yes' : 'w_no')} />
}

function Branch({ node, fields }: { node: Node; fields: Fields }) {
  const t = useSegments()
  const { lang, when } = useFormat()
  const kind = kindOf(node.rule)
  const group = node.children.length > 0
  const said = !group ? ruleText(node.rule, fields, lang)
    : kind === 'not' ? t('w_not') : kind === 'at_least' ? t('w_at_least', { k: part(node.rule, 'at_least')?.k ?? 1 }) : kind === 'any' ? t('w_any') : t('w_all')
  return (
    <li data-truth={node.truth}>
      <div className={css.node}>
        <Mark truth={node.truth} />
        <div className="grow">
          <span className={group ? 'muted' : undefined}>{said}</span>
          <div className={css.proof}>
            <Proof rule={node.rule} says={node.says} fields={fields} />
            {node.next_at !== null && <span title={t('w_next_note')}>{t('w_next', { when: when(node.next_at) })}</span>}
          </div>
        </div>
      </div>
      {group && <ul className={css.tree}>{node.children.map((each, index) => <Branch key={index} node={each} fields={fields} />)}</ul>}
    </li>
  )
}

/** A value as its condition means it: money, a moment, a civil day, a code with a word. */
function useValue(): (rule: Rule, value: string, fields: Fields) => string | null {
  const f = useFormat()
  return (rule, value, fields) => {
    const key = part(rule, 'attr')?.key
    if (part(rule, 'stage')) return f.stage(value)
    if (part(rule, 'consent')) return consentStatus(value, f.lang)
    if (part(rule, 'touchpoint')) return fields.touchpointName(value)
    if (part(rule, 'store')) return fields.storeName(value)
    if (part(rule, 'guide') || part(rule, 'bound')) return fields.guideName(value)
    if (part(rule, 'pool')) return value.split(', ').map((kind) => identityName(kind, f.lang)).join(f.lang === 'zh' ? '、' : ', ')
    if (key === undefined) return null
    const of = fields.attribute(key)
    if (of.kind === 'money') return f.money(Number(value))
    if (of.kind === 'date') return momentOf(value, f)
    if (of.kind === 'number') return f.count(Number(value))
    return valueName(of, value, f.lang)
  }
}

const DAY = 86_400_000

/** Instants are milliseconds; civil days are counted, or written out. */
function momentOf(value: string, f: Format): string {
  const n = Number(value)
  if (!Number.isFinite(n)) return value
  return Math.abs(n) < 1_000_000 ? f.fullDay(new Date(n * DAY).toISOString().slice(0, 10)) : f.dateTime(n)
}

function Proof({ rule, says, fields }: { rule: Rule; says: Evidence; fields: Fields }) {
  const t = useSegments()
  const f = useFormat()
  const name = useEventName()
  const shown = useValue()
  const attribute = part(rule, 'attr')
  const measured = part(rule, 'event')?.measure
  const money = typeof measured === 'object' && !('distinct' in measured) && Object.values(measured)[0] === 'value'
  const parts: string[] = []
  const value = says.value ? shown(rule, says.value, fields) : null
  if (value !== null) parts.push(t(part(rule, 'pool') ? 'w_has' : 'w_value', { value }))
  else if (attribute) parts.push(t('w_no_value'))
  if (says.count !== null && says.count !== undefined) parts.push(t('w_count', { n: money ? f.money(says.count) : f.count(says.count) }))
  if (says.from_at && says.to_at) parts.push(t('w_from', { from: f.dateTime(says.from_at), to: f.dateTime(says.to_at) }))
  else if (says.from_at) parts.push(t('w_from_open', { from: f.dateTime(says.from_at) }))
  const events = (says.events ?? []).map((event) => [name(event.name), f.dateTime(event.at), event.value_fen ? f.money(event.value_fen) : null].filter(Boolean).join(' '))
  return (
    <>
      {parts.map((each, index) => <span key={index}>{each}</span>)}
      {events.length > 0 && <span>{t('w_events')}{f.lang === 'zh' ? '：' : ': '}{events.join(f.lang === 'zh' ? '；' : '; ')}</span>}
    </>
  )
}

/** Small fields that a sentence is made of. */
import { useState, type KeyboardEvent } from 'react'
import { Input, Select } from 'antd'
import { civilDay, moneyField, parseMoney } from 'kit'
import type { Choice } from '@/parts/choices'
import { useFormat } from '@/parts/format'
import type { Period, Span, Unit, Window } from './types'
import { dayBefore } from './text'
import { useRuleWords } from './words'
import css from './rule.module.css'

interface NumberBoxProps {
  value: number | null | undefined
  onChange: (value: number | null) => void
  label: string
  money?: boolean
  /** Only whole numbers from here on. */
  from?: number
  suffix?: string
  clearable?: boolean
  testid?: string
}

function parse(text: string, money: boolean, from: number | undefined): number | null | undefined {
  const clean = text.trim().replace(/[,，]/g, '')
  if (clean === '') return null
  if (money) return parseMoney(clean) ?? undefined
  if (from !== undefined) return /^\d{1,9}$/.test(clean) && Number(clean) >= from ? Number(clean) : undefined
  return /^-?\d{1,12}(\.\d{1,6})?$/.test(clean) ? Number(clean) : undefined
}

/**
 * What is typed stays as typed. What is no number (or nothing, unless it may be nothing) is marked and changes nothing; leaving
 * the field shows the number that counts. Arrows step by one.
 */
export function NumberBox({ value, onChange, label, money = false, from, suffix, testid, clearable }: NumberBoxProps) {
  const f = useFormat()
  const [draft, setDraft] = useState<string | null>(null)
  const own = value === null || value === undefined ? '' : money ? moneyField(value) : String(value)
  const read = (text: string) => {
    const parsed = parse(text, money, from)
    return parsed === null && !clearable ? undefined : parsed
  }
  function type(next: string) {
    setDraft(next)
    const parsed = read(next)
    if (parsed !== undefined && parsed !== (value ?? null)) onChange(parsed)
  }
  function step(event: KeyboardEvent) {
    const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
    if (!by || event.altKey) return
    event.preventDefault()
    setDraft(null)
    onChange(Math.max(from ?? (money ? 0 : -Infinity), (value ?? 0) + by * (money ? 100 : 1)))
  }
  const wrong = draft !== null && read(draft) === undefined
  return (
    <Input className={money ? css.money : css.number} value={draft ?? own} aria-label={label} inputMode={money || from === undefined ? 'decimal' : 'numeric'}
      aria-invalid={wrong} {...(wrong ? { status: 'error' as const } : {})} {...(money ? { prefix: f.symbol } : {})} {...(suffix ? { suffix } : {})}
      onChange={(event) => type(event.target.value)} onKeyDown={step} onBlur={() => setDraft(null)} {...(testid ? { 'data-testid': testid } : {})} />
  )
}

interface PickProps<V extends string> {
  value: V | null
  options: { value: V; label: string }[]
  onChange: (value: V) => void
  label: string
  search?: boolean
  /** What is typed and not in the list may be taken as it is. */
  free?: boolean
  placeholder?: string
  className?: string | undefined
  testid?: string
}

/** One of a list. */
export function Pick<V extends string>({ value, options, onChange, label, search, free, placeholder, className, testid }: PickProps<V>) {
  const [typed, setTyped] = useState('')
  const known = (text: string) => options.some((each) => each.value === text || each.label === text)
  const more = free && typed.trim() && !known(typed.trim()) ? [{ value: typed.trim() as V, label: typed.trim() }] : []
  const own = free && value && !options.some((each) => each.value === value) && !more.some((each) => each.value === value) ? [{ value, label: value }] : []
  return (
    <Select<V>
      value={value || null}
      options={more.length || own.length ? [...options, ...own, ...more] : options}
      onChange={(next) => { setTyped(''); onChange(next) }}
      aria-label={label}
      popupMatchSelectWidth={false}
      {...(search || free ? { showSearch: { filterOption: matches, ...(free ? { onSearch: setTyped } : {}) } } : {})}
      {...(placeholder ? { placeholder } : {})}
      {...(className ? { className } : {})}
      {...(testid ? { 'data-testid': testid } : {})}
    />
  )
}

/** By what is shown or by the code behind it. */
export function matches(input: string, option?: { value?: unknown; label?: unknown }): boolean {
  const wanted = input.trim().toLowerCase()
  return String(option?.label ?? '').toLowerCase().includes(wanted) || String(option?.value ?? '').toLowerCase().includes(wanted)
}

interface ManyProps { value: string[]; options: Choice[]; onChange: (value: string[]) => void; label: string; placeholder: string; free?: boolean; testid?: string }

/** Several of a list, or of one's own. */
export function Many({ value, options, onChange, label, placeholder, free, testid }: ManyProps) {
  return (
    <Select
      mode={free ? 'tags' : 'multiple'}
      className={css.values}
      value={value}
      options={options}
      onChange={onChange}
      aria-label={label}
      placeholder={placeholder}
      popupMatchSelectWidth={false}
      showSearch={{ filterOption: matches }}
      tokenSeparators={free ? [',', '，', '\n'] : []}
      data-testid={testid}
    />
  )
}

const UNITS: Unit[] = ['minute', 'hour', 'day', 'week']

export function SpanField({ value, onChange, label }: { value: Span; onChange: (span: Span) => void; label?: string }) {
  const t = useRuleWords()
  return (
    <>
      <NumberBox value={value.n || null} from={1} label={label ?? t('n')} onChange={(n) => onChange({ ...value, n: n ?? 0 })} testid="span" />
      <Pick<Unit> value={value.unit} options={UNITS.map((unit) => ({ value: unit, label: t(unit) }))} label={t('unit')} onChange={(unit) => onChange({ ...value, unit })} />
    </>
  )
}

const KINDS = ['last', 'days', 'this_day', 'this_week', 'this_month', 'this_year', 'between', 'ever'] as const
type WindowKind = (typeof KINDS)[number]

function windowKind(window: Window): WindowKind {
  if (window === 'ever') return 'ever'
  if ('this' in window) return `this_${window.this}`
  return 'last' in window ? 'last' : 'days' in window ? 'days' : 'between'
}
function windowOf(kind: WindowKind, before: Window, timezone: string): Window {
  const n = typeof before === 'object' ? ('last' in before && before.last.unit === 'day' ? before.last.n : 'days' in before ? before.days : 30) : 30
  if (kind === 'ever') return 'ever'
  if (kind === 'last') return { last: { n, unit: 'day' } }
  if (kind === 'days') return { days: n }
  if (kind === 'between') {
    const today = civilDay(Date.now(), timezone)
    return { between: { from: dayBefore(today, -29), to: dayBefore(today, 1) } }
  }
  return { this: kind.slice(5) as Period }
}

/** When: a rolling time, calendar days, this week, dates, or ever. */
export function WindowField({ value, onChange, kinds = KINDS }: { value: Window; onChange: (window: Window) => void; kinds?: readonly WindowKind[] }) {
  const t = useRuleWords()
  const { timezone } = useFormat()
  const kind = windowKind(value)
  return (
    <>
      <Pick<WindowKind> value={kind} options={kinds.map((each) => ({ value: each, label: t(`w_${each}`) }))} label={t('window')} testid="window"
        onChange={(next) => onChange(windowOf(next, value, timezone))} />
      {typeof value === 'object' && 'last' in value && <SpanField value={value.last} onChange={(last) => onChange({ last })} />}
      {typeof value === 'object' && 'days' in value && (
        <>
          <NumberBox value={value.days || null} from={1} label={t('n_days')} onChange={(days) => onChange({ days: days ?? 0 })} />
          <span className={css.word}>{t('natural_days')}</span>
        </>
      )}
      {typeof value === 'object' && 'between' in value && <DayRange value={value.between} onChange={(between) => onChange({ between })} />}
    </>
  )
}

/** Shown with its last day; kept with the day after it. */
function DayRange({ value, onChange }: { value: { from: string; to: string }; onChange: (range: { from: string; to: string }) => void }) {
  const t = useRuleWords()
  const last = value.to ? dayBefore(value.to) : ''
  return (
    <>
      <Input type="date" className={css.day} value={value.from} max={last || undefined} aria-label={t('from_day')} onChange={(event) => onChange({ ...value, from: event.target.value })} />
      <span className={css.word}>{t('and_to')}</span>
      <Input type="date" className={css.day} value={last} min={value.from || undefined} aria-label={t('to_day')}
        onChange={(event) => onChange({ ...value, to: event.target.value && dayBefore(event.target.value, 1) })} />
    </>
  )
}

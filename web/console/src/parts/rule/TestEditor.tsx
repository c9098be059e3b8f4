/** How a value is compared: which ways there are depends on its kind. */
import { useState } from 'react'
import { Input } from 'antd'
import { useLang } from '@/words'
import { useFormat } from '@/parts/format'
import { Many, NumberBox, Pick } from './boxes'
import { valueName } from './names'
import type { Attribute, AttrKind, Limits, Test } from './types'
import type { Fields } from './use-fields'
import { useRuleWords, type RuleWord } from './words'
import css from './rule.module.css'

export type CompareWay = 'ge' | 'le' | 'eq' | 'range'

export function wayOf({ min, max }: Limits): CompareWay {
  const [low, high] = [min ?? null, max ?? null]
  if (low !== null && high !== null) return low === high ? 'eq' : 'range'
  return high !== null ? 'le' : 'ge'
}

type CompareExtra = 'present' | 'missing'
interface CompareProps {
  value: Limits
  onChange: (limits: Limits) => void
  money?: boolean
  whole?: boolean
  unit?: string
  /** Other answers than numbers, beside the ways to compare. */
  extra?: (way: CompareExtra) => void
}

/** At least, at most, exactly, between. */
export function Compare({ value, onChange, money = false, whole = false, unit, extra }: CompareProps) {
  const t = useRuleWords()
  // Numbers that are not typed yet do not tell the way; and a range may have equal ends for a moment.
  const [chosen, setChosen] = useState<CompareWay | null>(null)
  const [min, max] = [value.min ?? null, value.max ?? null]
  const way = (min === null && max === null ? chosen : chosen === 'range' ? chosen : null) ?? wayOf(value)
  const first = min ?? max
  function change(next: CompareWay | CompareExtra) {
    if (next === 'present' || next === 'missing') return extra?.(next)
    setChosen(next)
    onChange({ min: next === 'le' ? null : first, max: next === 'ge' ? null : next === 'range' && first !== null ? first + (money ? 10_000 : 1) : first })
  }
  const box = (key: 'number' | 'from' | 'to', n: number | null, set: (n: number | null) => void) => (
    <NumberBox value={n} onChange={set} label={t(key)} money={money} testid={key} {...(whole ? { from: 0 } : {})} {...(unit && key !== 'from' ? { suffix: unit } : {})} />
  )
  const options = [...(['ge', 'le', 'eq', 'range'] as const), ...(extra ? (['present', 'missing'] as const) : [])].map((each) => ({ value: each, label: t(each) }))
  return (
    <>
      <Pick<CompareWay | CompareExtra> value={way} options={options} label={t('compare')} onChange={change} testid="compare" />
      {way === 'ge' && box('number', min, (n) => onChange({ min: n, max: null }))}
      {way === 'le' && box('number', max, (n) => onChange({ min: null, max: n }))}
      {way === 'eq' && box('number', min, (n) => onChange({ min: n, max: n }))}
      {way === 'range' && (
        <>
          {box('from', min, (n) => onChange({ min: n, max }))}
          <span className={css.word}>{t('and_to')}</span>
          {box('to', max, (n) => onChange({ min, max: n }))}
        </>
      )}
    </>
  )
}

const ways = {
  text: ['is', 'is_not', 'contains', 'present', 'missing'],
  enum: ['is', 'is_not', 'present', 'missing'],
  number: ['between', 'present', 'missing'],
  money: ['between', 'present', 'missing'],
  date: ['ago_last', 'ago_over', 'ago_range', 'ago_next', 'anniversary', 'present', 'missing'],
  bool: ['is_true', 'is_false', 'missing'],
} as const satisfies Record<AttrKind, string[]>
type Way = (typeof ways)[AttrKind][number]

export function testWay(test: Test, kind: AttrKind): Way {
  if (typeof test === 'string') return test
  if ('is' in test) return kind === 'bool' ? (test.is[0] === 'false' ? 'is_false' : 'is_true') : 'is'
  if ('is_not' in test) return 'is_not'
  if ('contains' in test) return 'contains'
  if ('between' in test) return 'between'
  if ('anniversary' in test) return 'anniversary'
  const { min, max } = test.days_ago
  if ((min ?? 0) < 0) return 'ago_next'
  if (max === null || max === undefined) return 'ago_over'
  return (min ?? 0) === 0 ? 'ago_last' : 'ago_range'
}

export function testOf(way: Way): Test {
  switch (way) {
    case 'is': return { is: [] }
    case 'is_not': return { is_not: [] }
    case 'contains': return { contains: '' }
    case 'between': return { between: { min: null, max: null } }
    case 'ago_last': return { days_ago: { min: 0, max: 30 } }
    case 'ago_over': return { days_ago: { min: 30, max: null } }
    case 'ago_range': return { days_ago: { min: 30, max: 60 } }
    case 'ago_next': return { days_ago: { min: -7, max: 0 } }
    case 'anniversary': return { anniversary: { from: 0, to: 7 } }
    case 'is_true': return { is: ['true'] }
    case 'is_false': return { is: ['false'] }
    default: return way
  }
}

/** The test that a value of a kind begins with. */
export const firstTest = (kind: AttrKind): Test => testOf(ways[kind][0])

interface TestEditorProps { value: Test; onChange: (test: Test) => void; of: Attribute; fields: Fields }

export function TestEditor({ value, onChange, of, fields }: TestEditorProps) {
  const t = useRuleWords()
  const way = testWay(value, of.kind)
  // A test that does not fit its kind (the catalogue changed) can still be read and changed.
  const all: Way[] = (ways[of.kind] as readonly Way[]).includes(way) ? [...ways[of.kind]] : [...ways[of.kind], way]
  const said = (each: Way): string => (each === 'between' ? t('number') : t(each as RuleWord))
  const numeric = of.kind === 'number' || of.kind === 'money'
  return (
    <>
      {!(numeric && way === 'between') && <Pick<Way> value={way} options={all.map((each) => ({ value: each, label: said(each) }))} label={t('how')} onChange={(next) => onChange(testOf(next))} testid="how" />}
      {typeof value === 'object' && <Values value={value} way={way} onChange={onChange} of={of} fields={fields} />}
    </>
  )
}

function Values({ value, way, onChange, of, fields }: TestEditorProps & { value: Exclude<Test, string>; way: Way }) {
  const t = useRuleWords()
  if (way === 'is_true' || way === 'is_false') return null
  if ('is' in value) return <ValueList value={value.is} onChange={(is) => onChange({ is })} of={of} fields={fields} />
  if ('is_not' in value) return <ValueList value={value.is_not} onChange={(is_not) => onChange({ is_not })} of={of} fields={fields} />
  if ('contains' in value) {
    return <Input style={{ width: 180 }} value={value.contains} aria-label={t('text')} onChange={(event) => onChange({ contains: event.target.value })} />
  }
  if ('between' in value) return <Compare value={value.between} onChange={(between) => onChange({ between })} money={of.kind === 'money'} extra={onChange} />
  if ('anniversary' in value) {
    const { from, to } = value.anniversary
    return (
      <>
        <NumberBox value={to} from={from + 1} label={t('anniversary_to')} onChange={(n) => onChange({ anniversary: { from, to: n ?? 0 } })} />
        <span className={css.word}>{t('within_days')}</span>
      </>
    )
  }
  const { min, max } = value.days_ago
  const set = (limits: Limits) => onChange({ days_ago: limits })
  if (way === 'ago_next') return <Days value={-(min ?? 0)} onChange={(n) => set({ min: n === null ? null : -n, max: 0 })} from={1} />
  if (way === 'ago_last') return <Days value={max} onChange={(n) => set({ min: 0, max: n })} from={0} />
  if (way === 'ago_over') return <Days value={min} onChange={(n) => set({ min: n, max: null })} from={1} />
  return (
    <>
      <NumberBox value={min} from={1} label={t('from')} onChange={(n) => set({ min: n, max: max ?? null })} />
      <span className={css.word}>{t('and_to')}</span>
      <NumberBox value={max} from={1} label={t('to')} onChange={(n) => set({ min: min ?? null, max: n })} />
      <span className={css.word}>{t('days_before')}</span>
    </>
  )
}

function Days({ value, onChange, from }: { value: number | null | undefined; onChange: (n: number | null) => void; from: number }) {
  const t = useRuleWords()
  return (
    <>
      <NumberBox value={value} from={from} label={t('n_days')} onChange={onChange} testid="number" />
      <span className={css.word}>{t('days')}</span>
    </>
  )
}

function ValueList({ value, onChange, of, fields }: { value: string[]; onChange: (values: string[]) => void; of: Attribute; fields: Fields }) {
  const t = useRuleWords()
  const f = useFormat()
  const lang = useLang()
  const places = of.key === 'touchpoint' ? fields.touchpoints : of.key === 'store' ? fields.stores : null
  const week = of.key === 'weekday' ? ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => ({ value: String(day), label: t(`weekday_${day}`) })) : null
  const options = places ?? week ?? of.values.map((each) => ({ value: each.value, label: each.count ? `${valueName(of, each.value, lang)} (${f.compact(each.count)})` : valueName(of, each.value, lang) }))
  return <Many value={value} options={options} onChange={onChange} free={!places && !week && of.kind !== 'enum'} label={t('value')} placeholder={t('value_pick')} testid="values" />
}

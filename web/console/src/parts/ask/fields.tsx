/** The blanks of a question's sentence: when, whom, how often, broken down by what. */
import { useMemo } from 'react'
import { Input, InputNumber, Select } from 'antd'
import { civilDay } from 'kit'
import { EventTestEditor, RuleEditor, useFields } from '@/parts/rule'
import { propName } from '@/parts/rule/names'
import { dayBefore } from '@/parts/rule/text'
import type { EventTest, Rule, Span } from '@/parts/rule/types'
import { useFormat } from '@/parts/format'
import { useLabels } from './labels'
import { measureKey, measureOf } from './measures'
import type { By, Common, Range, TrendMeasure } from './types'
import { useAsk, type AskWord } from './words'
import css from './ask.module.css'

interface Field<T> { value: T; set: (value: T) => void }
const inline = { variant: 'filled', popupMatchSelectWidth: false, className: css.blank } as const

/** An event of the sentence, with conditions on its properties. */
export function EventField({ value, set, label }: Field<EventTest> & { label?: string }) {
  const t = useAsk()
  const fields = useFields()
  return (
    <span role="group" aria-label={label ?? t('event')} className={css.event}>
      <EventTestEditor value={value} onChange={set} fields={fields} />
    </span>
  )
}

interface ChoiceProps<T extends string> extends Field<T> { label: string; options: { value: T; label: string }[]; testid?: string }

/** One of a few, as a word of the sentence. */
export function ChoiceField<T extends string>({ value, set, label, options, testid }: ChoiceProps<T>) {
  return <Select<T> {...inline} value={value} onChange={set} options={options} aria-label={label} data-testid={testid} />
}

interface NumberProps extends Field<number> { label: string; min?: number; max: number }

/** A whole number; while it is empty or out of bounds the earlier one stays asked. */
export function NumberField({ value, set, label, min = 1, max }: NumberProps) {
  return (
    <InputNumber variant="filled" className={css.number} value={value} min={min} max={max} precision={0} controls={false} aria-label={label}
      onChange={(next) => next !== null && next >= min && next <= max && set(next)} />
  )
}

const RANGES = [1, 7, 14, 30, 60, 90, 180, 365, 730]

export function RangeField({ value, set }: Field<Range>) {
  const t = useAsk()
  const f = useFormat()
  const name = (days: number) =>
    days === 1 ? t('range_today') : days === 365 ? t('range_year') : days === 730 ? t('range_two_years') : t('range_days', { n: days })
  const days = 'days' in value ? value.days : null
  const known = days === null || RANGES.includes(days) ? RANGES : [...RANGES, days].sort((a, b) => a - b)
  const custom = () => {
    const tomorrow = dayBefore(civilDay(Date.now(), f.timezone), 1)
    return { from: dayBefore(tomorrow, -(days ?? 30)), to: tomorrow }
  }
  return (
    <>
      <Select {...inline} value={days === null ? 'custom' : String(days)} aria-label={t('range')} data-testid="ask-range"
        options={[...known.map((each) => ({ value: String(each), label: name(each) })), { value: 'custom', label: t('range_custom') }]}
        onChange={(next) => set(next === 'custom' ? custom() : { days: Number(next) })} />
      {'from' in value && <Days value={value} set={set} />}
    </>
  )
}

/** The last day is written as people say it, included; it travels as the day after. A day that is not whole changes nothing. */
function Days({ value, set }: { value: { from: string; to: string }; set: (range: Range) => void }) {
  const t = useAsk()
  return (
    <span className={css.days}>
      <Input type="date" value={value.from} aria-label={t('range_from')} data-testid="ask-from" onChange={(event) => event.target.value && set({ ...value, from: event.target.value })} />
      <span>{t('range_until')}</span>
      <Input type="date" value={dayBefore(value.to)} aria-label={t('range_to')} data-testid="ask-to" onChange={(event) => event.target.value && set({ ...value, to: dayBefore(event.target.value, 1) })} />
    </span>
  )
}

interface CommonProps<Q extends Common> { question: Q; set: (change: Partial<Common>) => void }

/** Everybody, one segment, or whoever matches conditions; the conditions are written below the sentence (`RuleBlock`). */
export function WhoField<Q extends Common>({ question, set }: CommonProps<Q>) {
  const t = useAsk()
  const { segments, ready } = useFields()
  const { segment, rule } = question
  const options = useMemo(() => {
    const gone = segment && ready && segments.length > 0 && !segments.some((each) => each.value === segment)
    return [
      { value: 'all', label: t('who_all') },
      { value: 'rule', label: t('who_rule') },
      { label: t('who_segment'), options: gone ? [...segments, { value: segment, label: t('who_gone') }] : segments },
    ]
  }, [segments, ready, segment, t])
  return (
    <Select {...inline} showSearch={{ optionFilterProp: 'label' }} value={segment ?? (rule ? 'rule' : 'all')} options={options}
      aria-label={t('who')} data-testid="ask-who" notFoundContent={t('who_none')}
      onChange={(next: string) => set(next === 'all' ? { segment: null, rule: null } : next === 'rule' ? { segment: null, rule: { all: [] } } : { segment: next, rule: null })} />
  )
}

export function RuleBlock<Q extends Common>({ question, set }: CommonProps<Q>) {
  const t = useAsk()
  const fields = useFields()
  if (!question.rule) return null
  return (
    <div className={css.rule}>
      <p className="muted">{t('who_rule_is')}</p>
      <RuleEditor value={question.rule} onChange={(rule: Rule) => set({ rule })} fields={fields} />
    </div>
  )
}

const byKey = (by: By | null): string => (by === null ? '' : Object.entries(by).map(([kind, key]) => `${kind}:${key}`).join())
function byOf(key: string): By | null {
  const [kind, ...name] = key.split(':')
  if (!kind) return null
  return (kind === 'attr' || kind === 'prop' ? { [kind]: name.join(':') } : { [kind]: true }) as By
}

/** `event` gives the properties that one can break down by: those of the question's first event. */
export function ByField<Q extends Common>({ question, set, event }: CommonProps<Q> & { event?: EventTest | null }) {
  const t = useAsk()
  const f = useFormat()
  const fields = useFields()
  const options = useMemo(() => {
    const props = fields.events.find((each) => each.name === event?.name)?.props ?? []
    const group = (label: AskWord, list: { value: string; label: string }[]) => (list.length ? [{ label: t(label), options: list }] : [])
    return [
      { value: '', label: t('by_none') },
      ...group('by_life', [
        { value: 'stage:true', label: t('by_stage') }, { value: 'touchpoint:true', label: t('by_touchpoint') }, { value: 'store:true', label: t('by_store') },
      ]),
      ...group('by_attributes', fields.attributes.filter((each) => each.kind === 'enum' || each.kind === 'bool' || each.kind === 'text')
        .map((each) => ({ value: `attr:${each.key}`, label: each[f.lang] }))),
      ...group('by_props', props.filter((each) => each.kind === 'text').map((each) => ({ value: `prop:${each.key}`, label: propName(each.key, f.lang) }))),
    ]
  }, [fields, event?.name, t, f.lang])
  return (
    <>
      <Select {...inline} showSearch={{ optionFilterProp: 'label' }} value={byKey(question.by)} options={options} aria-label={t('by')} data-testid="ask-by"
        onChange={(next: string) => set({ by: byOf(next) })} />
      {question.by && (
        <ChoiceField value={String(question.top)} set={(top) => set({ top: Number(top) })} label={t('by_top_label')}
          options={[3, 5, 8, 12, 20].map((n) => ({ value: String(n), label: t('by_top', { n }) }))} />
      )}
    </>
  )
}

const SPAN_UNITS = ['minute', 'hour', 'day', 'week'] as const

export function SpanField({ value, set, label }: Field<Span> & { label: string }) {
  const t = useAsk()
  return (
    <span className={css.span}>
      <NumberField value={value.n} set={(n) => set({ ...value, n })} label={`${label} · ${t('amount')}`} max={9999} />
      <ChoiceField value={value.unit} set={(unit) => set({ ...value, unit })} label={`${label} · ${t('unit')}`}
        options={SPAN_UNITS.map((unit) => ({ value: unit, label: t(`unit_${unit}`) }))} />
    </span>
  )
}

interface MeasureProps extends Field<TrendMeasure> { event: EventTest; plain: ('count' | 'persons' | 'days')[]; folds: ('sum' | 'avg' | 'min' | 'max' | 'distinct')[] }

/** How often, or something of the event's amount and its properties. */
export function MeasureField({ value, set, event, plain, folds }: MeasureProps) {
  const t = useAsk()
  const labels = useLabels()
  const options = useMemo(() => {
    const props = labels.fields.events.find((each) => each.name === event.name)?.props ?? []
    const numbers = ['value', ...props.filter((each) => each.kind === 'number').map((each) => each.key)]
    const texts = props.filter((each) => each.kind === 'text').map((each) => each.key)
    const made = folds.flatMap((fold) => (fold === 'distinct' ? texts : numbers).map((key) => ({ [fold]: key }) as unknown as TrendMeasure))
    const all: TrendMeasure[] = [...plain, ...made]
    const keys = all.map(measureKey)
    if (!keys.includes(measureKey(value))) all.push(value)
    return all.map((each) => ({ value: measureKey(each), label: labels.measure(each) }))
  }, [labels, event.name, folds, plain, value])
  return (
    <Select {...inline} showSearch={{ optionFilterProp: 'label' }} value={measureKey(value)} options={options} aria-label={t('measure')} data-testid="ask-measure"
      onChange={(next: string) => set(measureOf(next))} />
  )
}

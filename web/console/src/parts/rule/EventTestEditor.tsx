/** An event by its name, and what its properties must be. */
import { Button } from 'antd'
import { Plus, X } from 'lucide-react'
import { useLang } from '@/words'
import { useFormat } from '@/parts/format'
import { Pick } from './boxes'
import { propName } from './names'
import { firstTest, TestEditor } from './TestEditor'
import type { Attribute, EventTest, PropTest } from './types'
import type { Fields } from './use-fields'
import { useRuleWords } from './words'
import css from './rule.module.css'

/** Every event has these. */
const always: Attribute[] = (['value', 'touchpoint', 'store', 'hour', 'weekday'] as const).map((key) => ({
  key, zh: propName(key, 'zh'), en: propName(key, 'en'), values: [], kind: key === 'value' ? 'money' : key === 'hour' ? 'number' : key === 'weekday' ? 'enum' : 'text',
}))

/** The properties of an event, read as attributes. */
export function propsOf(event: string, fields: Fields): Attribute[] {
  const own = fields.events.find((each) => each.name === event)?.props ?? []
  const named = own.filter(({ key }) => !always.some((each) => each.key === key))
    .map(({ key, kind, values }): Attribute => ({ key, zh: propName(key, 'zh'), en: propName(key, 'en'), kind, values }))
  return [...always, ...named]
}
export const propOf = (event: string, key: string, fields: Fields): Attribute =>
  propsOf(event, fields).find((each) => each.key === key) ?? { key, zh: propName(key, 'zh'), en: propName(key, 'en'), kind: 'text', values: [] }

interface EventPickProps { value: string; onChange: (name: string) => void; fields: Fields; any?: boolean }

/** The name of an event: one that was seen, or one that is still to come. */
export function EventPick({ value, onChange, fields, any = true }: EventPickProps) {
  const t = useRuleWords()
  const f = useFormat()
  const counts = new Map(fields.events.map(({ name, count }) => [name, count]))
  const options = fields.eventChoices.map((each) => ({ value: each.value, label: `${each.label} (${f.compact(counts.get(each.value) ?? 0)})` }))
  // A chosen event is shown by its name alone.
  const shown = options.map((each) => (each.value === value ? { ...each, label: fields.eventName(value, f.lang) } : each))
  return (
    <Pick<string> value={value} options={any ? [...shown, { value: '*', label: t('any_event') }] : shown} onChange={onChange} free className={css.event}
      label={t('event_pick')} placeholder={t('event_pick')} testid="event" />
  )
}

interface WhereProps { event: string; value: PropTest[]; onChange: (tests: PropTest[]) => void; fields: Fields; add?: string }

/** Limits on properties, all of which must hold. */
export function Where({ event, value, onChange, fields, add }: WhereProps) {
  const t = useRuleWords()
  const lang = useLang()
  const all = propsOf(event, fields)
  const options = all.map((each) => ({ value: each.key, label: each[lang] }))
  const put = (index: number, next: PropTest) => onChange(value.map((each, n) => (n === index ? next : each)))
  return (
    <>
      {value.map((each, index) => {
        const of = propOf(event, each.key, fields)
        return (
          <span key={`${index}${each.key}`} className={css.where} role="group" aria-label={`${t('where')} ${of[lang]}`}>
            <Pick<string> value={each.key} options={options} free label={t('prop')} placeholder={t('prop_pick')} testid="prop"
              onChange={(key) => put(index, { key, test: firstTest(propOf(event, key, fields).kind) })} />
            {each.key !== '' && <TestEditor value={each.test} of={of} fields={fields} onChange={(test) => put(index, { ...each, test })} />}
            <Button type="text" size="small" icon={<X size={14} />} aria-label={t('where_remove')} title={t('where_remove')} onClick={() => onChange(value.filter((_, n) => n !== index))} />
          </span>
        )
      })}
      <Button type="text" size="small" icon={<Plus size={14} />} onClick={() => onChange([...value, { key: '', test: { is: [] } }])} data-testid="where-add">{add ?? t('where_add')}</Button>
    </>
  )
}

interface EventTestProps { value: EventTest; onChange: (event: EventTest) => void; fields: Fields; any?: boolean }

export function EventTestEditor({ value, onChange, fields, any = true }: EventTestProps) {
  return (
    <>
      <EventPick value={value.name} fields={fields} any={any} onChange={(name) => onChange({ ...value, name })} />
      {value.name !== '' && <Where event={value.name} value={value.where} fields={fields} onChange={(where) => onChange({ ...value, where })} />}
    </>
  )
}

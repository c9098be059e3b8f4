/** One condition, written as a sentence of fields. */
import { Button } from 'antd'
import { Plus, X } from 'lucide-react'
import { STAGES } from 'api'
import { useLang } from '@/words'
import { useFormat } from '@/parts/format'
import { Many, NumberBox, Pick, SpanField, WindowField } from './boxes'
import { EventTestEditor, Where, propsOf } from './EventTestEditor'
import { boundName, consentName, identityName } from './names'
import { Compare, firstTest, TestEditor } from './TestEditor'
import type { EdgeLeaf, EventLeaf, Measure, NotFollowedLeaf, Rule, SequenceLeaf } from './types'
import type { Fields } from './use-fields'
import { MOST_STEPS, stepWord } from './text'
import { useRuleWords } from './words'
import css from './rule.module.css'

interface Props<T> { value: T; onChange: (value: T) => void; fields: Fields }

export function Leaf({ rule, onChange, fields }: { rule: Rule; onChange: (rule: Rule) => void; fields: Fields }) {
  const t = useRuleWords()
  const word = (text: string) => <span className={css.word}>{text}</span>
  if ('attr' in rule) return <AttrLeaf value={rule.attr} onChange={(attr) => onChange({ attr })} fields={fields} />
  if ('tag' in rule) return <>{word(t('tag_any'))}<TagLeaf value={rule.tag} onChange={(tag) => onChange({ tag })} fields={fields} /></>
  if ('stage' in rule) return <>{word(t('stage_in'))}<StageLeaf value={rule.stage} onChange={(stage) => onChange({ stage })} /></>
  if ('rfm' in rule) return <RfmLeaf value={rule.rfm} onChange={(rfm) => onChange({ rfm })} />
  if ('consent' in rule) return <ConsentLeaf value={rule.consent} onChange={(consent) => onChange({ consent })} fields={fields} />
  if ('identity' in rule) return <>{word(t('has'))}<IdentityLeaf value={rule.identity} onChange={(identity) => onChange({ identity })} fields={fields} /></>
  if ('pool' in rule) {
    return <>{word(t('in_pool'))}<Many value={rule.pool.any} options={fields.pools} label={t('pool')} placeholder={t('pool')} onChange={(any) => onChange({ pool: { any } })} testid="values" /></>
  }
  if ('touchpoint' in rule) {
    return <>{word(t('from_touchpoint'))}<Many value={rule.touchpoint.any} options={fields.touchpoints} label={t('touchpoint')} placeholder={t('touchpoint')} onChange={(any) => onChange({ touchpoint: { any } })} testid="values" /></>
  }
  if ('store' in rule) {
    return <>{word(t('in_store'))}<Many value={rule.store.any} options={fields.stores} label={t('store')} placeholder={t('store')} onChange={(any) => onChange({ store: { any } })} testid="values" /></>
  }
  if ('guide' in rule) {
    return <>{word(t('guide_is'))}<Many value={rule.guide.any} options={fields.guides} label={t('guide')} placeholder={t('guide')} onChange={(any) => onChange({ guide: { any } })} testid="values" /></>
  }
  if ('bound' in rule) return <>{word(t('bound_to'))}<BoundLeaf value={rule.bound} onChange={(bound) => onChange({ bound })} /></>
  if ('segment' in rule) {
    return <>{word(t('in_segment'))}<Pick<string> value={rule.segment.id} options={fields.segments} search className={css.event} label={t('segment')} placeholder={t('segment')} onChange={(id) => onChange({ segment: { id } })} testid="segment" /></>
  }
  if ('event' in rule) return <DidLeaf value={rule.event} onChange={(event) => onChange({ event })} fields={fields} />
  if ('first_event' in rule) return <>{word(t('first'))}<EdgeFields value={rule.first_event} onChange={(first_event) => onChange({ first_event })} fields={fields} /></>
  if ('last_event' in rule) return <>{word(t('last'))}<EdgeFields value={rule.last_event} onChange={(last_event) => onChange({ last_event })} fields={fields} /></>
  if ('sequence' in rule) return <SequenceFields value={rule.sequence} onChange={(sequence) => onChange({ sequence })} fields={fields} />
  if ('not_followed' in rule) return <NotFollowedFields value={rule.not_followed} onChange={(not_followed) => onChange({ not_followed })} fields={fields} />
  return null
}

type Part<K extends string> = Extract<Rule, Record<K, unknown>>[K & keyof Extract<Rule, Record<K, unknown>>]

function AttrLeaf({ value, onChange, fields }: Props<Part<'attr'>>) {
  const t = useRuleWords()
  const lang = useLang()
  const of = fields.attribute(value.key)
  return (
    <>
      <Pick<string> value={value.key} options={fields.attributes.map((each) => ({ value: each.key, label: each[lang] }))} search label={t('attr')} testid="attr"
        onChange={(key) => onChange({ key, test: firstTest(fields.attribute(key).kind) })} />
      <TestEditor value={value.test} of={of} fields={fields} onChange={(test) => onChange({ ...value, test })} />
    </>
  )
}

function TagLeaf({ value, onChange, fields }: Props<Part<'tag'>>) {
  const t = useRuleWords()
  const f = useFormat()
  return <Many value={value.any} options={fields.tags.map(({ tag, count }) => ({ value: tag, label: `${tag} (${f.compact(count)})` }))} free label={t('tag')} placeholder={t('value_pick')} onChange={(any) => onChange({ any })} testid="values" />
}

function StageLeaf({ value, onChange }: Omit<Props<Part<'stage'>>, 'fields'>) {
  const t = useRuleWords()
  const f = useFormat()
  const days = value.days ?? null
  const way = !days ? 'any' : days.min !== null && days.min !== undefined ? (days.max !== null && days.max !== undefined ? 'range' : 'ge') : 'le'
  const pick = (next: 'any' | 'ge' | 'le' | 'range') =>
    onChange({ ...value, days: next === 'any' ? null : next === 'ge' ? { min: 30, max: null } : next === 'le' ? { min: null, max: 30 } : { min: 30, max: 60 } })
  const box = (key: 'min' | 'max') => <NumberBox value={days?.[key]} from={0} label={t(key === 'min' ? 'ge' : 'le')} onChange={(n) => onChange({ ...value, days: { ...days, [key]: n } })} testid="number" />
  return (
    <>
      <Many value={value.any} options={STAGES.map((stage) => ({ value: stage, label: f.stage(stage) }))} label={t('stage')} placeholder={t('stage')} onChange={(any) => onChange({ ...value, any })} testid="values" />
      <Pick<'any' | 'ge' | 'le' | 'range'> value={way} label={t('held')} onChange={pick}
        options={[{ value: 'any', label: t('held_any') }, { value: 'ge', label: t('ge') }, { value: 'le', label: t('le') }, { value: 'range', label: t('range') }]} />
      {(way === 'ge' || way === 'range') && box('min')}
      {way === 'range' && <span className={css.word}>{t('and_to')}</span>}
      {(way === 'le' || way === 'range') && box('max')}
      {way !== 'any' && <span className={css.word}>{t('days')}</span>}
    </>
  )
}

function RfmLeaf({ value, onChange }: Omit<Props<Part<'rfm'>>, 'fields'>) {
  const toggle = (key: 'r' | 'f' | 'm', score: number) => {
    const now = value[key] ?? []
    const next = now.includes(score) ? now.filter((each) => each !== score) : [...now, score].sort((a, b) => a - b)
    onChange({ ...value, [key]: next.length ? next : null })
  }
  return (
    <>
      <span className={css.rfm}>RFM</span>
      {(['r', 'f', 'm'] as const).map((key) => (
        <span key={key} className={css.scoreRow} role="group" aria-label={key.toUpperCase()}>
          <span className={css.word}>{key.toUpperCase()}</span>
          <span className={css.scores}>
            {[1, 2, 3, 4, 5].map((score) => (
              <button key={score} type="button" aria-pressed={value[key]?.includes(score) ?? false} onClick={() => toggle(key, score)} data-testid={`rfm-${key}-${score}`}>{score}</button>
            ))}
          </span>
        </span>
      ))}
    </>
  )
}

function ConsentLeaf({ value, onChange, fields }: Props<Part<'consent'>>) {
  const t = useRuleWords()
  const lang = useLang()
  const codes = (key: 'purpose' | 'channel') => [...new Set([...fields.consents.map((each) => each[key]), value[key]])].map((code) => ({ value: code, label: consentName(code, lang) }))
  return (
    <>
      <span className={css.word}>{t('consent')}</span>
      <Pick<string> value={value.channel} options={codes('channel')} label={t('c_channel')} onChange={(channel) => onChange({ ...value, channel })} />
      <Pick<string> value={value.purpose} options={codes('purpose')} label={t('c_purpose')} onChange={(purpose) => onChange({ ...value, purpose })} />
      <Pick<string> value={value.status} options={(['granted', 'denied', 'withdrawn', 'unknown'] as const).map((each) => ({ value: each, label: t(each) }))} label={t('c_status')} onChange={(status) => onChange({ ...value, status })} testid="consent-status" />
    </>
  )
}

function IdentityLeaf({ value, onChange, fields }: Props<Part<'identity'>>) {
  const t = useRuleWords()
  const lang = useLang()
  const kinds = [...new Set([...fields.identities, value.kind])]
  return <Pick<string> value={value.kind} options={kinds.map((kind) => ({ value: kind, label: identityName(kind, lang) }))} label={t('identity')} onChange={(kind) => onChange({ kind })} />
}

function BoundLeaf({ value, onChange }: Omit<Props<Part<'bound'>>, 'fields'>) {
  const t = useRuleWords()
  const lang = useLang()
  return <Pick<string> value={value.kind} options={['guide', 'promoter'].map((kind) => ({ value: kind, label: boundName(kind, lang) }))} label={t('bound')} onChange={(kind) => onChange({ kind })} />
}

type MeasureKind = 'count' | 'days' | 'sum' | 'avg' | 'min' | 'max' | 'distinct'
const MEASURES: MeasureKind[] = ['count', 'days', 'sum', 'avg', 'min', 'max', 'distinct']
const measureKind = (measure: Measure) => (typeof measure === 'string' ? measure : (Object.keys(measure)[0] as MeasureKind))
const measureKey = (measure: Measure) => (typeof measure === 'string' ? null : (Object.values(measure)[0] as string))
const measureOf = (kind: MeasureKind, key: string): Measure => (kind === 'count' || kind === 'days' ? kind : ({ [kind]: key } as unknown as Measure))

function DidLeaf({ value, onChange, fields }: Props<EventLeaf>) {
  const t = useRuleWords()
  const lang = useLang()
  const none = value.measure === 'count' && value.max === 0 && (value.min ?? null) === null
  const kind = measureKind(value.measure)
  const key = measureKey(value.measure)
  const props = propsOf(value.event.name, fields).map((each) => ({ value: each.key, label: each[lang] }))
  const unit = kind === 'count' ? t('u_count') : kind === 'days' ? t('u_days') : kind === 'distinct' ? t('u_distinct') : undefined
  function pickMeasure(next: MeasureKind) {
    const amount = next !== 'count' && next !== 'days' && next !== 'distinct'
    onChange({ ...value, measure: measureOf(next, amount ? 'value' : 'sku'), ...(amount !== (kind !== 'count' && kind !== 'days' && kind !== 'distinct') ? { min: null, max: null } : {}) })
  }
  return (
    <>
      <WindowField value={value.window} onChange={(window) => onChange({ ...value, window })} />
      <Pick<'did' | 'did_not'> value={none ? 'did_not' : 'did'} options={[{ value: 'did', label: t('did') }, { value: 'did_not', label: t('did_not') }]} label={t('event')} testid="did"
        onChange={(next) => onChange({ ...value, measure: 'count', ...(next === 'did' ? { min: 1, max: null } : { min: null, max: 0 }) })} />
      <EventTestEditor value={value.event} onChange={(event) => onChange({ ...value, event })} fields={fields} />
      {!none && (
        <>
          <Pick<MeasureKind> value={kind} options={MEASURES.map((each) => ({ value: each, label: t(`m_${each}`) }))} label={t('measure')} onChange={pickMeasure} testid="measure" />
          {key !== null && <Pick<string> value={key} options={props} free label={t('m_of')} onChange={(next) => onChange({ ...value, measure: measureOf(kind, next), ...(next === 'value' || key === 'value' ? { min: null, max: null } : {}) })} />}
          <Compare value={{ min: value.min ?? null, max: value.max ?? null }} onChange={({ min, max }) => onChange({ ...value, min: min ?? null, max: max ?? null })} money={key === 'value' && kind !== 'distinct'}
            whole={kind === 'count' || kind === 'days' || kind === 'distinct'} {...(unit ? { unit } : {})} />
        </>
      )}
    </>
  )
}

function EdgeFields({ value, onChange, fields }: Props<EdgeLeaf>) {
  const t = useRuleWords()
  return (
    <>
      <EventTestEditor value={value.event} onChange={(event) => onChange({ ...value, event })} fields={fields} />
      <span className={css.word}>{t('edge_in')}</span>
      <WindowField value={value.window} onChange={(window) => onChange({ ...value, window })} />
      <Where event={value.event.name} value={value.then} onChange={(then) => onChange({ ...value, then })} fields={fields} add={t('then')} />
    </>
  )
}

function SequenceFields({ value, onChange, fields }: Props<SequenceLeaf>) {
  const t = useRuleWords()
  const { steps, within, without } = value
  return (
    <>
      <WindowField value={value.window} onChange={(window) => onChange({ ...value, window })} />
      {steps.map((step, index) => (
        <span key={index} className={css.step}>
          <span className={css.word}>{t(stepWord(index, steps.length))}</span>
          <EventTestEditor value={step} fields={fields} onChange={(next) => onChange({ ...value, steps: steps.map((each, n) => (n === index ? next : each)) })} />
          {steps.length > 2 && <Button type="text" size="small" icon={<X size={14} />} aria-label={t('step_remove')} title={t('step_remove')} onClick={() => onChange({ ...value, steps: steps.filter((_, n) => n !== index) })} />}
        </span>
      ))}
      {steps.length < MOST_STEPS && <Button type="text" size="small" icon={<Plus size={14} />} onClick={() => onChange({ ...value, steps: [...steps, { name: '', where: [] }] })}>{t('step_add')}</Button>}
      <Pick<'yes' | 'no'> value={within ? 'yes' : 'no'} options={[{ value: 'yes', label: t('within') }, { value: 'no', label: t('within_any') }]} label={t('within')}
        onChange={(next) => onChange({ ...value, within: next === 'yes' ? { n: 3, unit: 'day' } : null })} />
      {within && <SpanField value={within} onChange={(next) => onChange({ ...value, within: next })} />}
      {without ? (
        <span className={css.step}>
          <span className={css.word}>{t('without')}</span>
          <EventTestEditor value={without} fields={fields} onChange={(next) => onChange({ ...value, without: next })} />
          <Button type="text" size="small" icon={<X size={14} />} aria-label={t('without_remove')} title={t('without_remove')} onClick={() => onChange({ ...value, without: null })} />
        </span>
      ) : <Button type="text" size="small" icon={<Plus size={14} />} onClick={() => onChange({ ...value, without: { name: '', where: [] } })}>{t('without_add')}</Button>}
    </>
  )
}

function NotFollowedFields({ value, onChange, fields }: Props<NotFollowedLeaf>) {
  const t = useRuleWords()
  return (
    <>
      <WindowField value={value.window} onChange={(window) => onChange({ ...value, window })} />
      <span className={css.word}>{t('did')}</span>
      <EventTestEditor value={value.first} onChange={(first) => onChange({ ...value, first })} fields={fields} />
      <span className={css.word}>{t('after')}</span>
      <SpanField value={value.within} onChange={(within) => onChange({ ...value, within })} />
      <span className={css.word}>{t('within_then')}</span>
      <EventTestEditor value={value.then} onChange={(then) => onChange({ ...value, then })} fields={fields} />
    </>
  )
}

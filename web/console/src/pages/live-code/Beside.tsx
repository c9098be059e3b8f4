/** Beside the rules: what a scan would find now, and how full everybody is today. */
import { useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { DatePicker, Select, Switch } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useAct } from '@/parts/act'
import { useStageChoices, useStoreChoices } from '@/parts/choices'
import { StateChip, type Tone } from '@/parts/chips'
import { civilOf, instantOf } from '@/parts/civil'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { NOWHERE, readPlace } from '@/parts/place'
import { PlaceField, usePlaceWords } from '@/parts/PlaceField'
import { Shown } from '@/parts/state'
import { liveCodes, type LiveCode, type SlotToday, type TraceStep } from '../touchpoint/server'
import { useLiveCode, type LiveSay } from './words'
import css from './live-code.module.css'

const tones: Record<SlotToday['now'], Tone> = { serving: 'good', off: 'plain', leave: 'plain', inactive: 'bad', capped: 'warn' }

/** One step of a decision in words. */
export function said(t: LiveSay, step: TraceStep): string {
  const passed = step.passed
    ? (['off', 'leave', 'inactive', 'capped'] as const).filter((why) => (step.passed?.[why] ?? 0) > 0).map((why) => t(`p_${why}`, { n: step.passed?.[why] ?? 0 }))
    : []
  const by = step.by ? [t('by', { by: step.by === 'backup' ? t('by_backup') : t(step.by) })] : []
  const more = [...passed, ...by]
  const what = more.length ? t('because', { what: t(`w_${step.what}`), why: more.join(t('and')) }) : t(`w_${step.what}`)
  return step.rule === null ? what : t('colon', { rule: step.rule === 'backup' ? t('rule_backup') : step.rule, what })
}

export function PreviewCard({ code }: { code: LiveCode }) {
  const t = useLiveCode()
  const stages = useStageChoices()
  const w = usePlaceWords()
  const stores = useStoreChoices()
  const [at, setAt] = useState<number | null>(null)
  const [stage, setStage] = useState<string>()
  const [store, setStore] = useState<string>()
  const [where, setWhere] = useState(NOWHERE)
  const { place, fault } = readPlace(where)
  const query = { ...(at === null ? {} : { at }), ...(stage ? { stage } : {}), ...(store ? { store } : {}), ...(place ?? {}) }
  const preview = useQuery({
    queryKey: ['live-code', code.id, 'preview', code.version, query], queryFn: () => liveCodes.preview(code.id, query), placeholderData: keepPreviousData, staleTime: 0,
  })
  const near = code.plan.rules.some((rule) => rule.prefer.includes('nearest_store'))
  const today = useQuery({ queryKey: ['live-code', code.id, 'today'], queryFn: () => liveCodes.today(code.id) })
  const name = (id: string | null) => today.data?.slots.find((slot) => slot.slot_id === id)?.name ?? ''
  return (
    <Card title={t('preview')}>
      <div className="stack">
        <div className={css.try}>
          <Moment value={at} zone={code.zone} onChange={setAt} label={t('preview_when')} />
          <Select allowClear placeholder={t('stage')} value={stage} options={stages} onChange={setStage} aria-label={t('stage')} />
        </div>
        {near && (
          <div className="stack tight" data-testid="preview-place">
            <Select allowClear placeholder={t('preview_store')} value={store} options={stores} onChange={setStore} showSearch={{ optionFilterProp: 'label' }} aria-label={t('preview_store')} />
            <PlaceField value={where} onChange={setWhere} />
            {fault && <span className="small muted" role="status">{w(fault)}</span>}
          </div>
        )}
        <Shown of={preview} what={t('preview')} rows={2}>
          {(found) => (
            <div data-testid="live-preview">
              <p className="strong">{found.led === 'guide' ? t('guide', { name: name(found.slot_id) }) : found.led === 'address' ? t('to_address') : found.led === 'choose' ? t('to_choose', { n: found.stores.length }) : t('to_fallback')}</p>
              {found.led === 'choose' && <p className="small muted">{found.stores.map((id) => stores.find((each) => each.value === id)?.label ?? id).join(t('comma'))}</p>}
              {found.to && <p className={`mono small ${css.wrap}`}>{found.to}</p>}
              <ol className={css.why}>{found.trace.map((step, n) => <li key={n}>{said(t, step)}</li>)}</ol>
            </div>
          )}
        </Shown>
      </div>
    </Card>
  )
}

/** A moment on the clocks of the code's zone. */
export function Moment({ value, zone, onChange, label, disabled }: { value: number | null; zone: string; onChange: (at: number | null) => void; label: string; disabled?: boolean }) {
  const FORM = 'YYYY-MM-DD HH:mm'
  const shown: Dayjs | null = value === null ? null : dayjs(civilOf(value, zone).replace(' ', 'T'))
  return (
    <DatePicker showTime={{ format: 'HH:mm' }} format={FORM} placeholder={label} aria-label={label} value={shown} disabled={disabled ?? false} style={{ width: '100%' }}
      onChange={(at) => onChange(at ? instantOf(at.format(FORM), zone) : null)} />
  )
}

export function TodayCard({ code, writes }: { code: LiveCode; writes: boolean }) {
  const t = useLiveCode()
  const f = useFormat()
  const today = useQuery({ queryKey: ['live-code', code.id, 'today'], queryFn: () => liveCodes.today(code.id), refetchInterval: 15_000 })
  const turn = useAct(({ slot, on }: { slot: string; on: boolean }) => liveCodes.turn(code.id, slot, on), { refresh: ['live-code'] })
  return (
    <Card title={t('today')} note={t('today_note')}>
      <Shown of={today} what={t('today')} rows={4} empty={(data) => data.slots.length === 0 && <p className="muted">{t('nobody')}</p>}>
        {(data) => (
          <>
            <p className="small muted">{data.open.length ? t('open_now', { names: data.open.join(', ') }) : t('open_none')}</p>
            <ul className={css.today}>
              {data.slots.map((slot) => (
                <li key={slot.slot_id} data-testid="today-slot">
                  <div className="row between">
                    <span className="cut strong">{slot.name}</span>
                    <span className="row">
                      <StateChip tone={tones[slot.now]}>{t(`now_${slot.now}`)}</StateChip>
                      {writes && <Switch size="small" checked={slot.now !== 'off'} aria-label={t('on')} loading={turn.isPending && turn.variables?.slot === slot.slot_id} onChange={(on) => turn.mutate({ slot: slot.slot_id, on })} />}
                    </span>
                  </div>
                  <span className={css.bar} role="meter" aria-label={t('load')} aria-valuemin={0} aria-valuenow={slot.taken} aria-valuemax={slot.daily_cap ?? Math.max(1, slot.taken)}>
                    <span style={{ width: `${slot.daily_cap ? Math.min(100, (slot.taken / slot.daily_cap) * 100) : 0}%` }} data-full={slot.now === 'capped' || undefined} />
                  </span>
                  <span className="row between small muted">
                    <span>{t('taken')} {f.count(slot.taken)}{slot.daily_cap !== null && ` / ${f.count(slot.daily_cap)}`}</span>
                    <span>{t('held')} {f.count(slot.held)} · {t('added')} {f.count(slot.added)}</span>
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Card>
  )
}

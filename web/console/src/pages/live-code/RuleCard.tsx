/** One rule: when it is open, whom it prefers, and who serves. */
import { Button, Input, Segmented, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { ArrowDown, ArrowUp, Link2, Plus, Trash2, UserPlus, X } from 'lucide-react'
import { Card } from '@/parts/Page'
import { emptySlot, PREFER, type Rule, type Schedule, type Slot } from '../touchpoint/server'
import { Range, SlotRow } from './SlotRow'
import { useLiveCode } from './words'
import css from './live-code.module.css'

interface RuleCardProps {
  rule: Rule
  names: Map<string, string>
  set: (rule: Rule) => void
  remove: () => void
  move: ((by: -1 | 1) => void) | null
  first: boolean
  last: boolean
}

export function RuleCard({ rule, names, set, remove, move, first, last }: RuleCardProps) {
  const t = useLiveCode()
  const put = (change: Partial<Rule>) => set({ ...rule, ...change })
  const tools = (
    <>
      {move && <Button type="text" size="small" icon={<ArrowUp size={15} />} disabled={first} aria-label={t('up')} title={t('up')} onClick={() => move(-1)} />}
      {move && <Button type="text" size="small" icon={<ArrowDown size={15} />} disabled={last} aria-label={t('down')} title={t('down')} onClick={() => move(1)} />}
      <Button type="text" size="small" icon={<Trash2 size={15} />} aria-label={t('remove')} title={t('remove')} onClick={remove} />
    </>
  )
  const name = <Input className={css.ruleName} value={rule.name} maxLength={80} aria-label={t('rule_name')} onChange={(event) => put({ name: event.target.value })} data-testid="rule-name" />
  return (
    <Card title={name} extra={tools}>
      <div className={css.rule}>
        <When schedule={rule.schedule} set={(schedule) => put({ schedule })} />
        <div className={css.line}>
          <span className={css.lineName}>{t('prefer')}</span>
          <Select mode="multiple" className="grow" aria-label={t('prefer')} value={rule.prefer} placeholder={t('prefer_none')} options={PREFER.map((value) => ({ value, label: t(value) }))}
            onChange={(prefer) => put({ prefer })} data-testid="rule-prefer" />
        </div>
        {rule.prefer.includes('nearest_store') && <p className="small muted">{t('near_hint')}</p>}
        <div className={css.line}>
          <span className={css.lineName}>{t('spread')}</span>
          <Segmented value={rule.spread} aria-label={t('spread')} options={(['weighted_turn', 'least_loaded'] as const).map((value) => ({ value, label: t(value) }))} onChange={(spread) => put({ spread })} />
        </div>
        <Slots slots={rule.slots} names={names} set={(slots) => put({ slots })} />
      </div>
    </Card>
  )
}

export function Slots({ slots, names, set, spare }: { slots: Slot[]; names: Map<string, string>; set: (slots: Slot[]) => void; spare?: boolean }) {
  const t = useLiveCode()
  return (
    <>
      <ul className={css.slots}>
        {slots.map((slot, n) => (
          <SlotRow key={slot.id ?? `new-${n}`} slot={slot} names={names} spare={spare ?? false}
            set={(next) => set(slots.map((each, i) => (i === n ? next : each)))} remove={() => set(slots.filter((_, i) => i !== n))} />
        ))}
      </ul>
      <div className="row wrap">
        <Button size="small" icon={<UserPlus size={14} />} onClick={() => set([...slots, emptySlot()])} data-testid="slot-add">{t('slot_add')}</Button>
        <Button size="small" icon={<Link2 size={14} />} onClick={() => set([...slots, { ...emptySlot(), label: '', url: '' }])}>{t('address_add')}</Button>
      </div>
    </>
  )
}

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const

function When({ schedule, set }: { schedule: Schedule; set: (schedule: Schedule) => void }) {
  const t = useLiveCode()
  const put = (change: Partial<Schedule>) => set({ ...schedule, ...change })
  const toggle = (day: number) =>
    put({ weekdays: (schedule.weekdays.includes(day) ? schedule.weekdays.filter((each) => each !== day) : [...schedule.weekdays, day]).sort() })
  const windows = schedule.windows
  return (
    <>
      <div className={css.line}>
        <span className={css.lineName}>{t('weekdays')}</span>
        <span className={css.days} role="group" aria-label={t('weekdays')}>
          {DAYS.map((day) => (
            <button key={day} type="button" aria-pressed={schedule.weekdays.includes(day)} onClick={() => toggle(day)}>{t(`d${day}`)}</button>
          ))}
          {schedule.weekdays.length === 0 && <span className="muted small">{t('every_day')}</span>}
        </span>
      </div>
      <div className={css.line}>
        <span className={css.lineName}>{t('windows')}</span>
        <span className="row wrap">
          {windows.length === 0 && <span className="muted">{t('all_day')}</span>}
          {windows.map((window, n) => {
            const change = (next: Partial<typeof window>) => put({ windows: windows.map((each, i) => (i === n ? { ...each, ...next } : each)) })
            return (
              <span key={n} className={css.window}>
                <Time value={window.from} label={t('window_from')} set={(from) => change({ from })} />
                <span className="muted">{t('until')}{window.to <= window.from && ` ${t('next_day')}`}</span>
                <Time value={window.to} label={t('window_to')} set={(to) => change({ to })} />
                <Button type="text" size="small" icon={<X size={14} />} aria-label={t('remove')} onClick={() => put({ windows: windows.filter((_, i) => i !== n) })} />
              </span>
            )
          })}
          <Button size="small" type="text" icon={<Plus size={14} />} onClick={() => put({ windows: [...windows, { from: '09:00', to: '21:00' }] })} data-testid="window-add">{t('window_add')}</Button>
        </span>
      </div>
      <div className={css.line}>
        <span className={css.lineName}>{t('dates')}</span>
        <Range dates={schedule.dates} label={t('dates')} set={(dates) => put({ dates })} />
      </div>
      <div className={css.line}>
        <span className={css.lineName}>{t('except')}</span>
        <Range dates={schedule.except} label={t('except')} set={(except) => put({ except })} />
      </div>
    </>
  )
}

function Time({ value, label, set }: { value: string; label: string; set: (value: string) => void }) {
  const clock = value === '24:00' ? '00:00' : value
  return <TimePicker size="small" aria-label={label} format="HH:mm" minuteStep={5} allowClear={false} needConfirm={false} value={dayjs(`2026-01-01T${clock}`)} onChange={(at) => at && set(at.format('HH:mm'))} />
}

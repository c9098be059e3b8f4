/** One who serves, or one address: name, contact, share and limit in a line; leave and stages below. */
import { useState } from 'react'
import { Button, DatePicker, Input, InputNumber, Select, Switch } from 'antd'
import dayjs from 'dayjs'
import { ChevronDown, ChevronUp, Trash2 } from 'lucide-react'
import { useServingChoices, useStageChoices, useStoreChoices } from '@/parts/choices'
import type { Dates, Slot } from '../touchpoint/server'
import { useLiveCode } from './words'
import css from './live-code.module.css'

interface SlotRowProps { slot: Slot; names: Map<string, string>; set: (slot: Slot) => void; remove: () => void; spare?: boolean }

export function SlotRow({ slot, names, set, remove, spare }: SlotRowProps) {
  const t = useLiveCode()
  const [open, setOpen] = useState(false)
  const put = (change: Partial<Slot>) => set({ ...slot, ...change })
  const link = slot.staff_id === null && (slot.label !== null || slot.url !== null)
  return (
    <li className={css.slot} data-testid="live-slot">
      <div className={css.slotLine}>
        <label className={css.who}>
          <span className={css.name}>{link ? t('address') : t('member')}</span>
          {link ? <Input value={slot.label ?? ''} maxLength={80} onChange={(event) => put({ label: event.target.value })} /> : <Member slot={slot} names={names} put={put} />}
        </label>
        <label className={css.url}>
          <span className={css.name}>{link ? t('url_address') : t('url_staff')}</span>
          <Input value={slot.url ?? ''} placeholder="https://" onChange={(event) => put({ url: event.target.value.trim() || (link ? '' : null) })} data-testid="slot-url" />
        </label>
        <label className={css.small}>
          <span className={css.name}>{t('weight')}</span>
          <InputNumber min={1} max={100} precision={0} value={slot.weight} onChange={(weight) => put({ weight: weight ?? 1 })} />
        </label>
        <label className={css.small}>
          <span className={css.name}>{t('cap')}</span>
          <InputNumber min={1} max={100000} precision={0} value={slot.daily_cap} placeholder={t('no_cap')} onChange={(daily_cap) => put({ daily_cap })} data-testid="slot-cap" />
        </label>
        <label className={css.small}>
          <span className={css.name}>{t('on')}</span>
          <Switch checked={slot.on} onChange={(on) => put({ on })} />
        </label>
        <span className={css.tools}>
          <Button type="text" icon={open ? <ChevronUp size={16} /> : <ChevronDown size={16} />} aria-label={t('more')} title={t('more')} aria-expanded={open} onClick={() => setOpen(!open)} />
          <Button type="text" icon={<Trash2 size={16} />} aria-label={t('remove')} title={t('remove')} onClick={remove} />
        </span>
      </div>
      {open && <More slot={slot} put={put} spare={spare ?? false} />}
    </li>
  )
}

function Member({ slot, names, put }: { slot: Slot; names: Map<string, string>; put: (change: Partial<Slot>) => void }) {
  const t = useLiveCode()
  const staff = useServingChoices()
  const known = slot.staff_id && !staff.some((each) => each.value === slot.staff_id)
    ? [{ value: slot.staff_id, label: names.get(slot.staff_id) ?? slot.staff_id }, ...staff] : staff
  return (
    <Select aria-label={t('member')} value={slot.staff_id ?? undefined} options={known} placeholder={t('member_hint')} showSearch={{ optionFilterProp: 'label' }}
      onChange={(staff_id) => put({ staff_id })} data-testid="slot-staff" />
  )
}

function More({ slot, put, spare }: { slot: Slot; put: (change: Partial<Slot>) => void; spare: boolean }) {
  const t = useLiveCode()
  const stages = useStageChoices()
  const stores = useStoreChoices()
  return (
    <div className={css.more}>
      <label>
        <span className={css.name}>{t('store')}</span>
        <Select allowClear value={slot.store_id ?? undefined} options={stores} showSearch={{ optionFilterProp: 'label' }} onChange={(store) => put({ store_id: store ?? null })} />
      </label>
      <label>
        <span className={css.name}>{t('stages')}</span>
        <Select mode="multiple" value={slot.stages} options={stages} placeholder={t('stages_all')} onChange={(next) => put({ stages: next })} />
      </label>
      <label>
        <span className={css.name}>{t('leave')}</span>
        <Range dates={slot.leave} label={t('leave')} set={(leave) => put({ leave })} />
      </label>
      {!spare && (
        <label className={css.small}>
          <span className={css.name}>{t('spare')}</span>
          <Switch checked={slot.backup} onChange={(backup) => put({ backup })} />
        </label>
      )}
    </div>
  )
}

/** One range of days, or none. Further ranges that came from elsewhere stay. */
export function Range({ dates, label, set }: { dates: Dates[]; label: string; set: (dates: Dates[]) => void }) {
  const [first, ...rest] = dates
  const day = (text: string | null | undefined) => (text ? dayjs(text) : null)
  return (
    <DatePicker.RangePicker aria-label={label} allowEmpty={[true, true]} value={[day(first?.from), day(first?.to)]}
      onChange={(range) => {
        const [from, to] = [range?.[0]?.format('YYYY-MM-DD') ?? null, range?.[1]?.format('YYYY-MM-DD') ?? null]
        set(from || to ? [{ from, to }, ...rest] : rest)
      }} />
  )
}

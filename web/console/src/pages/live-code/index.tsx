/** The live code of a touchpoint: to whom its printed code leads, when, and what happens when nobody can. */
import { useEffect, useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { App, Button, Form, Input, InputNumber, Select } from 'antd'
import { Plus } from 'lucide-react'
import type { Touchpoint } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, PageFailed, PageLoading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { emptyRule, liveCodes, type Definition, type LiveCode, type Rule } from '../touchpoint/server'
import { Moment, PreviewCard, TodayCard } from './Beside'
import { RuleCard, Slots } from './RuleCard'
import { Trace } from './Trace'
import { useLiveCode } from './words'
import css from './live-code.module.css'

export default function LiveCodePage() {
  const { id = '' } = useParams()
  const touchpoint = useQuery({ queryKey: ['touchpoint', id], queryFn: () => api.touchpoints.one(id) })
  const found = useQuery({ queryKey: ['live-code', 'of', id], queryFn: () => liveCodes.of(id) })
  const first = found.data?.items[0]?.id
  const code = useQuery({ queryKey: ['live-code', first], queryFn: () => liveCodes.one(first ?? ''), enabled: Boolean(first) })
  const failed = [touchpoint, found, code].find((each) => each.isError)
  if (failed) return <PageFailed error={failed.error} retry={() => void failed.refetch()} />
  if (!touchpoint.data || !found.data || (first && !code.data)) return <PageLoading />
  return code.data ? <Editor touchpoint={touchpoint.data} code={code.data} /> : <SetUp touchpoint={touchpoint.data} />
}

const back = (touchpoint: Touchpoint) => ({ to: `/touchpoints/${touchpoint.id}`, label: touchpoint.name })

function SetUp({ touchpoint }: { touchpoint: Touchpoint }) {
  const t = useLiveCode()
  const { can } = useSession()
  const empty: Definition = { zone: null, from_at: null, to_at: null, hold_minutes: 30, fallback: touchpoint.landing, plan: { rules: [], backup: [] } }
  const create = useAct(() => liveCodes.create(touchpoint.id, empty), { done: t('made'), refresh: ['live-code', 'touchpoints'] })
  return (
    <Page title={t('title')} note={t('note')} back={back(touchpoint)}>
      <Card>
        <Empty title={t('set_up')} hint={t('note')}
          action={can('touchpoint.write') && <Button type="primary" loading={create.isPending} onClick={() => create.mutate(undefined)} data-testid="live-create">{t('create')}</Button>} />
      </Card>
    </Page>
  )
}

const tones: Record<LiveCode['state'], Tone> = { draft: 'plain', active: 'good', retired: 'bad' }
const definition = (code: LiveCode): Definition => ({
  zone: code.zone, from_at: code.from_at, to_at: code.to_at, hold_minutes: code.hold_minutes, fallback: code.fallback, plan: code.plan,
})

function Editor({ touchpoint, code }: { touchpoint: Touchpoint; code: LiveCode }) {
  const t = useLiveCode()
  const { can } = useSession()
  const writes = can('touchpoint.write') && code.state !== 'retired'
  const [draft, setDraft] = useState(() => definition(code))
  useEffect(() => setDraft(definition(code)), [code])
  const changed = useMemo(() => JSON.stringify(draft) !== JSON.stringify(definition(code)), [draft, code])
  const today = useQuery({ queryKey: ['live-code', code.id, 'today'], queryFn: () => liveCodes.today(code.id) })
  const names = useMemo(() => new Map((today.data?.slots ?? []).flatMap((slot) => (slot.staff_id ? [[slot.staff_id, slot.name] as const] : []))), [today.data])
  const put = (change: Partial<Definition>) => setDraft({ ...draft, ...change })
  const rules = (next: Rule[]) => put({ plan: { ...draft.plan, rules: next } })
  const { rules: all, backup } = draft.plan
  const move = (n: number, by: -1 | 1) => {
    const next = [...all]
    const [rule] = next.splice(n, 1)
    if (rule) next.splice(n + by, 0, rule)
    rules(next)
  }
  const heading = <><span>{touchpoint.name}</span><StateChip tone={tones[code.state]}>{t(`state_${code.state}`)}</StateChip><span className="muted small">{t('version', { n: code.version })}</span></>
  const note = code.state === 'draft' ? t('draft_note') : code.state === 'retired' ? t('retired_note') : t('note')
  return (
    <Page title={`${t('title')} · ${touchpoint.name}`} heading={heading} note={note} back={back(touchpoint)} actions={writes && <Actions code={code} draft={draft} changed={changed} />}>
      <div className="side">
        <div className="stack">
          <Card title={t('rules')} note={t('rules_note')} extra={writes && <Button size="small" icon={<Plus size={14} />} onClick={() => rules([...all, emptyRule(t('rule_n', { n: all.length + 1 }))])} data-testid="rule-add">{t('rule_add')}</Button>}>
            {all.length === 0 && <p className="muted">{t('nobody')}</p>}
          </Card>
          {all.map((rule, n) => (
            <RuleCard key={n} rule={rule} names={names} first={n === 0} last={n === all.length - 1} move={all.length > 1 ? (by) => move(n, by) : null}
              set={(next) => rules(all.map((each, i) => (i === n ? next : each)))} remove={() => rules(all.filter((_, i) => i !== n))} />
          ))}
          <Card title={t('backup')} note={t('backup_note')}>
            <Slots slots={backup} names={names} spare set={(next) => put({ plan: { ...draft.plan, backup: next } })} />
          </Card>
          <Trace id={code.id} />
        </div>
        <div className="stack">
          <PreviewCard code={code} />
          <Settings draft={draft} put={put} zone={draft.zone ?? code.zone} />
          <TodayCard code={code} writes={writes && !changed} />
        </div>
      </div>
    </Page>
  )
}

const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))

function Settings({ draft, put, zone }: { draft: Definition; put: (change: Partial<Definition>) => void; zone: string }) {
  const t = useLiveCode()
  const crossed = draft.from_at !== null && draft.to_at !== null && draft.to_at <= draft.from_at
  const known = zones.some((each) => each.value === zone) ? zones : [{ value: zone, label: zone }, ...zones]
  const wrong = Boolean(draft.fallback) && !/^(\/|https?:\/\/)/.test(draft.fallback ?? '')
  return (
    <Card title={t('settings')}>
      <Form layout="vertical" component="div">
        <Form.Item label={t('fallback')} extra={t('fallback_hint')} validateStatus={wrong ? 'error' : ''} help={wrong ? t('fallback_rule') : undefined}>
          <Input value={draft.fallback ?? ''} onChange={(event) => put({ fallback: event.target.value.trim() || null })} aria-label={t('fallback')} data-testid="live-fallback" />
        </Form.Item>
        <Form.Item label={t('zone')} extra={t('zone_hint')}>
          <Select showSearch value={zone} options={known} onChange={(next) => put({ zone: next })} aria-label={t('zone')} data-testid="live-zone" />
        </Form.Item>
        <Form.Item label={t('valid_from')}>
          <Moment value={draft.from_at} zone={zone} onChange={(from_at) => put({ from_at })} label={t('valid_any')} />
        </Form.Item>
        <Form.Item label={t('valid_to')} extra={t('valid_hint')} validateStatus={crossed ? 'error' : ''} help={crossed ? t('valid_crossed') : undefined}>
          <Moment value={draft.to_at} zone={zone} onChange={(to_at) => put({ to_at })} label={t('valid_any')} />
        </Form.Item>
        <Form.Item label={t('hold')} extra={t('hold_hint')} style={{ marginBottom: 0 }}>
          <InputNumber min={1} max={10080} precision={0} value={draft.hold_minutes} onChange={(minutes) => put({ hold_minutes: minutes ?? 30 })} aria-label={t('hold')} />
        </Form.Item>
      </Form>
    </Card>
  )
}

function Actions({ code, draft, changed }: { code: LiveCode; draft: Definition; changed: boolean }) {
  const t = useLiveCode()
  const f = useFormat()
  const { modal } = App.useApp()
  const clean: Definition = { ...draft, plan: { ...draft.plan, rules: draft.plan.rules.map((rule) => ({ ...rule, name: rule.name.trim() })) } }
  const save = useAct(() => liveCodes.save(code.id, code.version, clean), { done: (made) => t('saved', { n: f.count(made.version) }), refresh: ['live-code'] })
  const activate = useAct(() => liveCodes.activate(code.id), { done: t('activated'), refresh: ['live-code'] })
  const retire = useAct(() => liveCodes.retire(code.id), { done: t('retired'), refresh: ['live-code'] })
  const ask = () => modal.confirm({
    title: t('retire_title'), content: t('retire_body'), okText: t('retire'), okButtonProps: { danger: true }, onOk: () => retire.mutateAsync(undefined).catch(() => undefined),
  })
  return (
    <span className={css.unsaved}>
      {changed && <span className="muted small" role="status">{t('unsaved')}</span>}
      {code.state === 'active' && <Button onClick={ask}>{t('retire')}</Button>}
      {code.state === 'draft' && <Button disabled={changed} loading={activate.isPending} onClick={() => activate.mutate(undefined)} data-testid="live-activate">{t('activate')}</Button>}
      <Button type="primary" disabled={!changed} loading={save.isPending} onClick={() => save.mutate(undefined)} data-testid="live-save">{t('save')}</Button>
    </span>
  )
}

/** What is done to events before they are written. */
import { App, Button, Form, Input, Modal, Select } from 'antd'
import { Plus, Trash2 } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed, Loading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { intake, KINDS, type Kind, type NewRule, type Rule } from './server'
import { useEvents } from './words'

const SAYS = { block_event: 's_block', rename_event: 's_rename_event', rename_property: 's_rename_property', drop_property: 's_drop', mask_property: 's_mask' } as const

export function Rules({ add }: { add: () => void }) {
  const t = useEvents()
  const c = useCommon()
  const f = useFormat()
  const { modal } = App.useApp()
  const may = useSession().can('settings.write')
  const rules = useQuery({ queryKey: ['intake-rules'], queryFn: () => intake.rules() })
  const remove = useAct(intake.removeRule, { done: t('removed'), refresh: ['intake-rules'] })
  const ask = (rule: Rule) =>
    modal.confirm({
      title: t('remove_title'), content: t('remove_note'), okText: c('remove'), okButtonProps: { danger: true },
      onOk: () => remove.mutateAsync(rule.id).catch(() => undefined),
    })
  const say = (rule: Rule) => {
    const about = rule.kind.endsWith('_event') ? rule.event : rule.event ? t('of_event', { event: rule.event }) : t('any_event')
    return t(SAYS[rule.kind], { event: about, property: rule.property, target: rule.target ?? '' })
  }
  return (
    <Card title={t('rules')} note={t('rules_note')} id="intake-rules"
      extra={may && <Button icon={<Plus size={15} />} onClick={add} data-testid="add-rule">{t('add_rule')}</Button>}>
      {rules.isPending ? <Loading what={t('rules')} rows={2} />
        : rules.isError ? <Failed error={rules.error} what={t('rules')} retry={() => void rules.refetch()} />
        : rules.data.items.length === 0 ? <p className="muted">{t('rule_none')}</p>
        : (
          <ul className="stack tight" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
            {rules.data.items.map((rule) => (
              <li key={rule.id} className="row between" data-testid="intake-rule">
                <span className="prose">{say(rule)} <span className="small muted nowrap">{t('applied', { n: f.count(rule.applied) })}</span></span>
                {may && <Button type="text" size="small" icon={<Trash2 size={15} />} aria-label={`${c('remove')} ${say(rule)}`} onClick={() => ask(rule)} />}
              </li>
            ))}
          </ul>
        )}
    </Card>
  )
}

/** Asks for a rule; what is known already is filled in. */
export function AddRule({ given, close }: { given: Partial<NewRule>; close: () => void }) {
  const t = useEvents()
  const c = useCommon()
  const [form] = Form.useForm<NewRule>()
  const [kind, setKind] = useState<Kind>(given.kind ?? 'block_event')
  const add = useAct(intake.addRule, { done: t('rule_added'), refresh: ['intake-rules', 'catalogue'], then: close })
  const aboutEvent = kind.endsWith('_event')
  const needed = [{ required: true, whitespace: true, message: t('needed') }]
  const send = (values: NewRule) => {
    const text = (value?: string) => value?.trim() || undefined
    const [event, property, target] = [text(values.event), text(values.property), text(values.target)]
    add.mutate({ kind, ...(event && { event }), ...(property && { property }), ...(target && { target }) })
  }
  return (
    <Modal open title={t('add_rule')} onCancel={close} onOk={() => form.submit()} okText={c('create')} confirmLoading={add.isPending}>
      <Form<NewRule> form={form} layout="vertical" requiredMark={false} preserve={false} initialValues={{ ...given, kind }} onFinish={send}>
        <Form.Item name="kind" label={t('kind')}>
          <Select options={KINDS.map((value) => ({ value, label: t(`k_${value}`) }))} onChange={setKind} data-testid="rule-kind" />
        </Form.Item>
        <Form.Item name="event" label={t('event')} extra={aboutEvent ? t('event_hint_one') : t('event_hint')} rules={aboutEvent ? needed : []}>
          <Input maxLength={200} data-testid="rule-event" />
        </Form.Item>
        {!aboutEvent && <Form.Item name="property" label={t('property')} extra={t('property_hint')} rules={needed}><Input maxLength={200} data-testid="rule-property" /></Form.Item>}
        {kind.startsWith('rename') && <Form.Item name="target" label={t('target')} rules={needed}><Input maxLength={200} data-testid="rule-target" /></Form.Item>}
      </Form>
    </Modal>
  )
}

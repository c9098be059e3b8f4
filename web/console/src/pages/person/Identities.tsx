/** The accounts by which a person is known, with what speaks for each; binding and taking off. */
import { useState } from 'react'
import { App, Button, Form, Input, Modal, Select } from 'antd'
import { Plus } from 'lucide-react'
import type { Person } from 'api'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useSourceName } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useCommon } from '@/words/common'
import { bind, kinds, unbind, useBonds, type Bond } from './bonds'
import { useBondWords } from './bonds-words'
import { usePerson, type PersonWord } from './words'
import css from './person.module.css'

export function useKindName() {
  const t = usePerson()
  return (code: string) => {
    const said = t(`id_${code}` as PersonWord)
    return said === `id_${code}` ? code : said
  }
}

export function Identities({ person }: { person: Person }) {
  const t = usePerson()
  const b = useBondWords()
  const [adding, setAdding] = useState(false)
  const bonds = useBonds(person.id)
  const add = <Button size="small" icon={<Plus size={14} />} onClick={() => setAdding(true)} data-testid="bind-identity">{b('add')}</Button>
  return (
    <Card title={t('identities')} extra={add}>
      <Shown of={bonds} what={t('identities')} rows={3} empty={(data) => data.identities.length === 0 && <p className="muted">—</p>}>
        {(data) => <ul className={css.consents}>{data.identities.map((bond) => <Line key={bond.key} person={person.id} bond={bond} />)}</ul>}
      </Shown>
      {person.merged_ids.length > 0 && <p className="muted small" style={{ marginTop: 12 }}>{t('merged', { n: person.merged_ids.length })}</p>}
      <Add person={person.id} open={adding} close={() => setAdding(false)} />
    </Card>
  )
}

function Line({ person, bond }: { person: string; bond: Bond }) {
  const t = usePerson()
  const b = useBondWords()
  const f = useFormat()
  const kind = useKindName()
  const source = useSourceName()
  const { modal } = App.useApp()
  const off = useAct(() => unbind(person, bond.key), { done: (out) => b('off_done', { n: out.parted }), refresh: ['person', 'persons'] })
  const ask = () =>
    modal.confirm({
      title: b('off_title', { value: bond.value }), content: b('off_note'), okText: b('off'), okButtonProps: { danger: true },
      onOk: () => off.mutateAsync(undefined).catch(() => undefined),
    })
  return (
    <li>
      <span className="row between">
        <span className="muted small">{kind(bond.kind)}</span>
        {bond.inert
          ? <StateChip tone="warn" title={b('inert_note')}>{b('inert')}</StateChip>
          : <StateChip tone={bond.strong ? 'water' : 'plain'} title={t('strong_note')}>{bond.strong ? t('strong') : t('weak')}</StateChip>}
      </span>
      <span className="mono" style={{ overflowWrap: 'anywhere' }}>{bond.value}</span>
      <span className="row between">
        <span className="muted small">{b('evidence', { name: source(bond.evidence) })} · {b('since', { when: f.when(bond.bound_at) })}</span>
        <Button size="small" type="text" onClick={ask} data-testid="unbind-identity">{b('off')}</Button>
      </span>
    </li>
  )
}

function Add({ person, open, close }: { person: string; open: boolean; close: () => void }) {
  const b = useBondWords()
  const c = useCommon()
  const kind = useKindName()
  const [form] = Form.useForm<{ kind: string; value: string }>()
  const add = useAct((given: { kind: string; value: string }) => bind(person, given), { done: b('bound'), refresh: ['person', 'persons'], then: close })
  return (
    <Modal open={open} title={b('add')} okText={c('save')} onCancel={close} onOk={() => form.submit()} confirmLoading={add.isPending} destroyOnHidden>
      <Form form={form} layout="vertical" requiredMark={false} preserve={false} initialValues={{ kind: 'phone' }} onFinish={(given) => add.mutate({ ...given, value: given.value.trim() })}>
        <Form.Item name="kind" label={b('kind')}><Select options={kinds.map((value) => ({ value, label: kind(value) }))} /></Form.Item>
        <Form.Item name="value" label={b('value')} rules={[{ required: true, whitespace: true, message: b('value_needed') }]}><Input maxLength={255} autoFocus data-testid="identity-value" /></Form.Item>
      </Form>
    </Modal>
  )
}

import { useState } from 'react'
import { Button, Form, Input, Modal, Segmented, Select } from 'antd'
import type { Consent, ConsentStatus, Person } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useSaid } from '@/said'
import { useCommon } from '@/words/common'
import { usePerson, type PersonWord } from './words'
import css from './person.module.css'

const tones: Record<ConsentStatus, Tone> = { granted: 'good', denied: 'plain', withdrawn: 'bad' }

function useCode(): (prefix: 'purpose' | 'channel', code: string) => string {
  const t = usePerson()
  return (prefix, code) => {
    const word = `${prefix}_${code}`
    const said = t(word as PersonWord)
    return said === word ? code : said
  }
}

export function Consents({ person, writes }: { person: Person; writes: boolean }) {
  const t = usePerson()
  const [open, setOpen] = useState(false)
  const record = writes && <Button size="small" type="text" onClick={() => setOpen(true)}>{t('consent_record')}</Button>
  return (
    <Card title={t('consent')} extra={record}>
      {person.consents.length === 0 ? <p className="muted">{t('consent_empty')}</p> : (
        <ul className={css.consents} data-testid="consents">
          {person.consents.map((consent) => <Row key={`${consent.purpose}-${consent.channel}`} consent={consent} />)}
        </ul>
      )}
      <Record id={person.id} open={open} close={() => setOpen(false)} />
    </Card>
  )
}

function Row({ consent }: { consent: Consent }) {
  const t = usePerson()
  const f = useFormat()
  const code = useCode()
  const { say } = useSaid()
  return (
    <li>
      <span className="row between">
        <span>{code('channel', consent.channel)} · {code('purpose', consent.purpose)}</span>
        <StateChip tone={tones[consent.status]}>{t(consent.status)}</StateChip>
      </span>
      <span className="small muted">{[f.when(consent.at), consent.proof && say(consent.proof)].filter(Boolean).join(' · ')}</span>
    </li>
  )
}

interface Given { purpose: string; channel: string; status: ConsentStatus; proof: string }

function Record({ id, open, close }: { id: string; open: boolean; close: () => void }) {
  const t = usePerson()
  const c = useCommon()
  const code = useCode()
  const [form] = Form.useForm<Given>()
  const save = useAct((given: Given) => api.persons.consent(id, given), { refresh: ['person', 'timeline'], then: close })
  return (
    <Modal open={open} title={t('consent_record')} onCancel={close} onOk={() => form.submit()} okText={c('save')} confirmLoading={save.isPending} destroyOnHidden>
      <p className="muted" style={{ marginBottom: 16 }}>{t('consent_note')}</p>
      <Form<Given> form={form} layout="vertical" preserve={false} requiredMark={false} onFinish={(given) => save.mutate(given)}
        initialValues={{ purpose: 'marketing', channel: 'inbox', status: 'granted' }}>
        <Form.Item name="purpose" label={t('purpose')}>
          <Select options={['marketing', 'service', 'personalisation', 'measurement', 'sharing'].map((value) => ({ value, label: code('purpose', value) }))} />
        </Form.Item>
        <Form.Item name="channel" label={t('channel')}>
          <Select options={['inbox', 'email', 'sms', 'wecom', 'phone'].map((value) => ({ value, label: code('channel', value) }))} />
        </Form.Item>
        <Form.Item name="status" label={t('status')}>
          <Segmented options={(['granted', 'denied', 'withdrawn'] as const).map((value) => ({ value, label: t(value) }))} />
        </Form.Item>
        <Form.Item name="proof" label={t('proof')} rules={[{ required: true, whitespace: true, message: t('proof_needed') }]}>
          <Input placeholder={t('proof_hint')} maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

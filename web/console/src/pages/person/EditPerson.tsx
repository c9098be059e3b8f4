import { Drawer, Button, Form, Input, Select } from 'antd'
import type { Person } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useCommon } from '@/words/common'
import { usePersons } from '../persons/words'
import { PORTRAIT, usePortraitValue } from './Portrait'
import { usePerson } from './words'

interface Given { name?: string; phone?: string; email?: string; portrait: Record<string, string | undefined> }

export function EditPerson({ person, open, close }: { person: Person; open: boolean; close: () => void }) {
  const t = usePerson()
  const p = usePersons()
  const c = useCommon()
  const say = usePortraitValue()
  const [form] = Form.useForm<Given>()
  const save = useAct((body: Parameters<typeof api.persons.save>[1]) => api.persons.save(person.id, body), {
    refresh: ['person', 'persons', 'timeline'],
    then: close,
  })
  /** Only what was changed is sent: contact details may be shown masked and must not be written back so. */
  function send(given: Given) {
    const body: Parameters<typeof api.persons.save>[1] = {}
    for (const key of ['name', 'phone', 'email'] as const) {
      if (form.isFieldTouched(key) && given[key]?.trim() && given[key] !== person[key]) body[key] = given[key]?.trim() ?? ''
    }
    const portrait = Object.fromEntries(
      PORTRAIT.filter((key) => (given.portrait[key] || null) !== (person.portrait[key] || null)).map((key) => [key, given.portrait[key] || null]),
    )
    if (Object.keys(portrait).length) body.portrait = portrait
    if (Object.keys(body).length === 0) return close()
    save.mutate(body)
  }
  return (
    <Drawer open={open} onClose={close} title={t('edit')} size={480} destroyOnHidden
      footer={<div className="row"><Button type="primary" onClick={() => form.submit()} loading={save.isPending}>{t('save')}</Button><Button onClick={close}>{c('cancel')}</Button></div>}>
      <Form<Given> form={form} layout="vertical" onFinish={send} requiredMark={false}
        initialValues={{ name: person.name, phone: person.phone, email: person.email, portrait: person.portrait }}>
        <Form.Item name="name" label={p('name')}><Input maxLength={80} /></Form.Item>
        <Form.Item name="phone" label={p('phone')}><Input inputMode="tel" /></Form.Item>
        <Form.Item name="email" label={p('email')} rules={[{ type: 'email' }]}><Input inputMode="email" /></Form.Item>
        {PORTRAIT.map((key) => (
          <Form.Item key={key} name={['portrait', key]} label={t(`p_${key}`)}>
            {key === 'gender'
              ? <Select allowClear options={['female', 'male', 'other'].map((value) => ({ value, label: say('gender', value) }))} />
              : <Input maxLength={80} placeholder={key === 'birthday' ? 'YYYY-MM-DD' : ''} />}
          </Form.Item>
        ))}
      </Form>
    </Drawer>
  )
}

import { Drawer, Button, Form, Input, Select } from 'antd'
import type { Person } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { useCommon } from '@/words/common'
import { takesStaff, useAttributes, type Attribute } from '../attributes/ask'
import { useAttributeWords } from '../attributes/words'
import { usePersons } from '../persons/words'
import { PORTRAIT, useAttributeName, usePortraitValue } from './Portrait'
import { usePerson } from './words'

interface Given { name?: string; phone?: string; email?: string; portrait: Record<string, string | undefined> }

export function EditPerson({ person, open, close }: { person: Person; open: boolean; close: () => void }) {
  const t = usePerson()
  const p = usePersons()
  const c = useCommon()
  const { lang } = useFormat()
  const say = usePortraitValue()
  const { name } = useAttributeName()
  const a = useAttributeWords()
  const schema = useAttributes()
  const own = (schema.data?.items ?? []).filter((each) => !each.builtin && !each.archived)
  /** Why what staff write here would not count. */
  function held(key: string): string | undefined {
    const of = schema.data?.items.find((each) => each.key === key)
    const here = person.attributes.find((each) => each.key === key)
    if (!of || takesStaff(of, here)) return undefined
    return !of.sources.includes('operator') ? a('staff_not_taken') : a('staff_weaker', { who: here?.source ? a(`by_${here.source}`) : a('unknown_source') })
  }
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
    const before = valuesOf(person)
    const keys = [...PORTRAIT, ...own.map((each) => each.key)]
    const changed = keys.filter((key) => form.isFieldTouched(['portrait', key]) && (given.portrait[key]?.trim() || null) !== (before[key] || null))
    const portrait = Object.fromEntries(changed.map((key) => [key, given.portrait[key]?.trim() || null]))
    if (Object.keys(portrait).length) body.portrait = portrait
    if (Object.keys(body).length === 0) return close()
    save.mutate(body)
  }
  return (
    <Drawer open={open} onClose={close} title={t('edit')} size={480} destroyOnHidden
      footer={<div className="row"><Button type="primary" onClick={() => form.submit()} loading={save.isPending}>{t('save')}</Button><Button onClick={close}>{c('cancel')}</Button></div>}>
      <Form<Given> form={form} layout="vertical" onFinish={send} requiredMark={false}
        initialValues={{ name: person.name, phone: person.phone, email: person.email, portrait: valuesOf(person) }}>
        <Form.Item name="name" label={p('name')}><Input maxLength={80} /></Form.Item>
        <Form.Item name="phone" label={p('phone')}><Input inputMode="tel" /></Form.Item>
        <Form.Item name="email" label={p('email')} rules={[{ type: 'email' }]}><Input inputMode="email" /></Form.Item>
        {PORTRAIT.map((key) => (
          <Form.Item key={key} name={['portrait', key]} label={name(key)} extra={held(key)}>
            {key === 'gender'
              ? <Select allowClear disabled={Boolean(held(key))} options={['female', 'male', 'other'].map((value) => ({ value, label: say('gender', value) }))} />
              : <Input maxLength={80} disabled={Boolean(held(key))} placeholder={key === 'birthday' ? 'YYYY-MM-DD' : ''} />}
          </Form.Item>
        ))}
        {own.map((each) => <Form.Item key={each.key} name={['portrait', each.key]} label={each[lang]} extra={held(each.key)}>{fieldOf(each, [c('yes'), c('no')], Boolean(held(each.key)))}</Form.Item>)}
      </Form>
    </Drawer>
  )
}

/** What the form begins with: plain values as they are, sealed ones as they are shown; those must not be written back so. */
const valuesOf = (person: Person): Record<string, string> => Object.fromEntries(person.attributes.map(({ key, value }) => [key, value]))

/** A field for an attribute of the brand, by its kind. */
function fieldOf(each: Attribute, [yes, no]: [string, string], disabled: boolean) {
  if (each.kind === 'enum') return <Select allowClear disabled={disabled} options={each.options.map((value) => ({ value, label: value }))} />
  if (each.kind === 'bool') return <Select allowClear disabled={disabled} options={[{ value: 'true', label: yes }, { value: 'false', label: no }]} />
  if (each.kind === 'number') return <Input disabled={disabled} inputMode="decimal" maxLength={40} />
  return <Input disabled={disabled} maxLength={200} placeholder={each.kind === 'date' ? 'YYYY-MM-DD' : ''} />
}

import { Form, Input, Modal } from 'antd'
import { useNavigate } from 'react-router'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useCommon } from '@/words/common'
import { usePersons } from './words'

interface Given { name?: string; phone?: string; email?: string }

export function CreatePerson({ open, close }: { open: boolean; close: () => void }) {
  const t = usePersons()
  const c = useCommon()
  const navigate = useNavigate()
  const [form] = Form.useForm<Given>()
  const create = useAct(api.persons.create, {
    done: t('created'),
    refresh: ['persons'],
    then: (person) => {
      close()
      void navigate(`/persons/${person.id}`)
    },
  })
  const anyOne = () => ({
    validator: () => {
      const { name, phone, email } = form.getFieldsValue()
      return name?.trim() || phone?.trim() || email?.trim() ? Promise.resolve() : Promise.reject(new Error(t('one_needed')))
    },
  })
  function send(given: Given) {
    const filled = Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value?.trim() ? [[key, value.trim()]] : [])))
    create.mutate(filled)
  }
  return (
    <Modal open={open} title={t('create')} onCancel={close} onOk={() => form.submit()} okText={c('create')} confirmLoading={create.isPending} destroyOnHidden>
      <Form form={form} layout="vertical" onFinish={send} requiredMark={false} preserve={false}>
        <Form.Item name="name" label={t('name')}><Input autoFocus maxLength={80} /></Form.Item>
        <Form.Item name="phone" label={t('phone')}><Input inputMode="tel" maxLength={20} /></Form.Item>
        <Form.Item name="email" label={t('email')} dependencies={['name', 'phone']} rules={[{ type: 'email' }, anyOne]}><Input inputMode="email" /></Form.Item>
      </Form>
    </Modal>
  )
}

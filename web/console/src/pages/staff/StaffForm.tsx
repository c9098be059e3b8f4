import { Button, Drawer, Form, Input, Select } from 'antd'
import type { Role, Staff } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useStoreChoices, type Choice } from '@/parts/choices'
import { useShell } from '@/shell/words'
import { useCommon } from '@/words/common'
import { useStaff } from './words'

const ROLES: Role[] = ['owner', 'operator', 'store_manager', 'guide', 'read_only']
const withinStores = (role: Role | undefined) => role === 'store_manager' || role === 'guide'

interface Given { name: string; email: string; role: Role; store_ids?: string[]; password?: string }

function randomPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789'
  return Array.from(crypto.getRandomValues(new Uint32Array(12)), (n) => letters[n % letters.length]).join('')
}

export function StaffForm({ of, close }: { of: Staff | 'new' | null; close: () => void }) {
  const t = useStaff()
  const c = useCommon()
  const [form] = Form.useForm<Given>()
  const stores = useStoreChoices()
  const known = of === 'new' ? null : of
  const create = useAct(api.staff.create, { done: (made) => t('created_done', { name: made.name }), refresh: ['staff'], then: close })
  const save = useAct((body: Parameters<typeof api.staff.save>[1]) => api.staff.save(known?.id ?? '', body), { refresh: ['staff', 'me'], then: close })
  function send({ name, email, role, store_ids = [], password }: Given) {
    const within = withinStores(role) ? store_ids : []
    if (known) save.mutate({ name: name.trim(), role, store_ids: within, ...(password ? { password } : {}) })
    else create.mutate({ name: name.trim(), email: email.trim(), role, store_ids: within, password: password ?? '' })
  }
  return (
    <Drawer open={of !== null} onClose={close} title={known ? t('edit') : t('create')} size={440} destroyOnHidden
      footer={<div className="row"><Button type="primary" onClick={() => form.submit()} loading={create.isPending || save.isPending} data-testid="staff-save">{c('save')}</Button><Button onClick={close}>{c('cancel')}</Button></div>}>
      <Form<Given> form={form} layout="vertical" requiredMark={false} onFinish={send} data-testid="staff-form"
        initialValues={known ? { name: known.name, email: known.email, role: known.role, store_ids: known.stores.map((store) => store.id) } : { role: 'operator' }}>
        <Fields known={known} stores={stores} generate={() => form.setFieldValue('password', randomPassword())} />
      </Form>
    </Drawer>
  )
}

function Fields({ known, stores, generate }: { known: Staff | null; stores: Choice[]; generate: () => void }) {
  const t = useStaff()
  const s = useShell()
  const role = Form.useWatch<Role | undefined>('role')
  const long = { min: 8, message: t('password_short') }
  return (
    <>
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}><Input maxLength={60} /></Form.Item>
      <Form.Item name="email" label={t('email')} rules={[{ required: true, type: 'email', message: t('email_needed') }]}><Input disabled={known !== null} inputMode="email" autoComplete="off" /></Form.Item>
      <Form.Item name="role" label={t('role')}><Select options={ROLES.map((value) => ({ value, label: s(`role_${value}`) }))} /></Form.Item>
      {withinStores(role) && (
        <Form.Item name="store_ids" label={t('stores')} extra={t('stores_hint')} rules={[{ required: true, type: 'array', min: 1, message: t('stores_needed') }]}>
          <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={stores} />
        </Form.Item>
      )}
      <Form.Item name="password" label={known ? t('new_password') : t('password')} extra={known ? t('password_keep') : t('password_hint')}
        rules={known ? [long] : [{ required: true, message: t('password_short') }, long]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button onClick={generate}>{t('generate')}</Button>
    </>
  )
}

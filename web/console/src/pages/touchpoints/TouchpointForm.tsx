/** New or changed touchpoint: what kind, called what, in which store, leading where. */
import { Button, Drawer, Form, Input, Select } from 'antd'
import { useNavigate } from 'react-router'
import type { Touchpoint } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useKinds, useStaffChoices, useStoreChoices } from '@/parts/choices'
import { StateChip } from '@/parts/chips'
import { useCommon } from '@/words/common'
import { useTouchpoints } from './words'

interface Given { kind: string; name: string; store_id?: string; owner_id?: string; landing?: string }

export function TouchpointForm({ open, close, of }: { open: boolean; close: () => void; of?: Touchpoint }) {
  const t = useTouchpoints()
  const c = useCommon()
  const navigate = useNavigate()
  const staff = useStaffChoices()
  const [form] = Form.useForm<Given>()
  const refresh = ['touchpoints', 'touchpoint', 'measure', 'overview']
  const create = useAct(api.touchpoints.create, {
    done: t('created_done'),
    refresh,
    then: (made) => {
      close()
      void navigate(`/touchpoints/${made.id}`)
    },
  })
  const save = useAct((body: Parameters<typeof api.touchpoints.save>[1]) => api.touchpoints.save(of?.id ?? '', body), { refresh, then: close })

  function send({ kind, name, store_id, owner_id, landing }: Given) {
    const path = landing?.trim()
    if (of) save.mutate({ name: name.trim(), store_id: store_id ?? null, ...(staff.length ? { owner_id: owner_id ?? null } : {}), ...(path ? { landing: path } : {}) })
    else create.mutate({ kind, name: name.trim(), ...(store_id ? { store_id } : {}), ...(owner_id ? { owner_id } : {}), ...(path ? { landing: path } : {}) })
  }
  return (
    <Drawer open={open} onClose={close} title={of ? t('edit') : t('create')} size={480} destroyOnHidden
      footer={<div className="row"><Button type="primary" onClick={() => form.submit()} loading={create.isPending || save.isPending} data-testid="touchpoint-save">{of ? c('save') : t('create')}</Button><Button onClick={close}>{c('cancel')}</Button></div>}>
      <Form<Given> form={form} layout="vertical" requiredMark={false} onFinish={send} data-testid="touchpoint-form"
        initialValues={of ? { kind: of.kind, name: of.name, store_id: of.store?.id, owner_id: of.owner?.id, landing: of.landing } : { landing: '/m/' }}>
        {!of && <KindField />}
        <Form.Item name="name" label={c('name')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]} extra={t('name_hint')}>
          <Input maxLength={80} data-testid="touchpoint-name" />
        </Form.Item>
        <Form.Item name="store_id" label={t('store')}>
          <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={useStoreChoices()} placeholder={c('no_store')} />
        </Form.Item>
        {staff.length > 0 && (
          <Form.Item name="owner_id" label={t('owner')}>
            <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={staff} placeholder={c('none')} />
          </Form.Item>
        )}
        <Form.Item name="landing" label={t('landing')} extra={t('landing_hint')} rules={[{ pattern: /^(\/|https?:\/\/)/, message: t('landing_rule') }]}>
          <Input />
        </Form.Item>
      </Form>
    </Drawer>
  )
}

function KindField() {
  const t = useTouchpoints()
  const kinds = useKinds()
  const chosen = Form.useWatch<string | undefined>('kind')
  const kind = chosen ? kinds.find(chosen) : undefined
  return (
    <Form.Item name="kind" label={`${t('kind')} · ${t('more_kinds', { n: kinds.items.length })}`} rules={[{ required: true, message: t('kind_needed') }]}
      extra={kind && (
        <span className="row wrap" style={{ paddingTop: 8 }}>
          <StateChip tone="plain">{t(kind.line)}</StateChip>
          <StateChip tone="plain">{t(kind.nature)}</StateChip>
          <StateChip tone="plain">{t(kind.strength)}</StateChip>
        </span>
      )}>
      <Select showSearch={{ optionFilterProp: 'label' }} placeholder={t('kind_hint')} data-testid="touchpoint-kind"
        options={kinds.grouped.map((group) => ({ label: group.label, title: group.label, options: group.options }))} />
    </Form.Item>
  )
}

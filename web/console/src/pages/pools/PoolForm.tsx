import { App, Button, Form, Input, Modal, Radio, Select } from 'antd'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { pools, TOUCHED, useKinds, type Pool, type PoolList, type PoolRow } from '@/parts/pools'
import { useCommon } from '@/words/common'
import { useKindName } from '../person/Identities'
import { usePoolWords } from './words'

const BLANK: Pool = { code: '', zh: '', en: '', strength: 'strong', kinds: [] }

/** Makes or changes a pool. Kinds that another pool has are shown with it and cannot be taken. */
export function PoolForm({ of, list, close }: { of: PoolRow | 'new'; list: PoolList; close: () => void }) {
  const t = usePoolWords()
  const c = useCommon()
  const f = useFormat()
  const kind = useKindName()
  const kinds = useKinds()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Pool>()
  const known = of === 'new' ? null : of
  const add = useAct(pools.add, { done: t('created'), refresh: TOUCHED, then: close })
  const save = useAct((body: Omit<Pool, 'code'>) => pools.save(known?.code ?? '', body), { refresh: TOUCHED, then: close })
  const end = useAct(() => pools.end(known?.code ?? ''), { done: t('ended'), refresh: TOUCHED, then: close })
  const options = (kinds.data ?? known?.kinds ?? []).map((code) => {
    const holder = list.pools.find((pool) => pool.code !== known?.code && pool.kinds.includes(code))
    return { value: code, label: holder ? t('taken', { kind: kind(code), pool: holder[f.lang] }) : kind(code), disabled: holder !== undefined }
  })
  function send({ code, zh, en, strength, kinds }: Pool) {
    const body = { zh: zh.trim(), en: en.trim(), strength, kinds }
    if (known) save.mutate(body)
    else add.mutate({ ...body, code: code.trim() })
  }
  const ask = (pool: PoolRow) =>
    void modal.confirm({
      title: t('end_title', { name: pool[f.lang] }), content: t('end_note', { n: f.count(pool.persons) }), okText: t('end'), okButtonProps: { danger: true },
      onOk: () => end.mutateAsync(undefined).catch(() => undefined),
    })
  const footer = (
    <div className="row between">
      {known ? <Button danger onClick={() => ask(known)} data-testid="end-pool">{t('end')}</Button> : <span />}
      <span className="row"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" onClick={() => form.submit()} loading={add.isPending || save.isPending} data-testid="save-pool">{c('save')}</Button></span>
    </div>
  )
  const needed = [{ required: true, whitespace: true, message: t('needed') }]
  return (
    <Modal open title={t(known ? 'edit' : 'create')} onCancel={close} footer={footer}>
      <Form<Pool> form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={known ?? BLANK}>
        <div className="two fields">
          <Form.Item name="zh" label={t('zh')} rules={needed}><Input maxLength={40} autoFocus data-testid="pool-zh" /></Form.Item>
          <Form.Item name="en" label={t('en')} rules={needed}><Input maxLength={40} data-testid="pool-en" /></Form.Item>
        </div>
        {!known && (
          <Form.Item name="code" label={t('code')} extra={t('code_hint')} rules={[...needed, { pattern: /^\s*[a-z0-9_]*\s*$/, message: t('code_wrong') }]}><Input className="mono" maxLength={30} data-testid="pool-code" /></Form.Item>
        )}
        <Form.Item name="strength" label={t('strength')}>
          <Radio.Group>
            {(['strong', 'weak'] as const).map((value) => <Radio key={value} value={value}>{t(value)} <span className="small muted">{t(`${value}_note`)}</span></Radio>)}
          </Radio.Group>
        </Form.Item>
        <Form.Item name="kinds" label={t('kinds')} extra={t('kinds_hint')} rules={[{ required: true, type: 'array', min: 1, message: t('kinds_needed') }]} style={{ marginBottom: 0 }}>
          <Select mode="multiple" options={options} loading={kinds.isPending} showSearch={{ optionFilterProp: 'label' }} data-testid="pool-kinds" />
        </Form.Item>
      </Form>
    </Modal>
  )
}

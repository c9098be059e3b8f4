import { App, Button, Form, Input, Modal, Radio, Select, Switch } from 'antd'
import { useAct } from '@/parts/act'
import { useCommon } from '@/words/common'
import { COLOURS, tags, TOUCHED, type Group, type GroupBody } from './ask'
import { useTags } from './words'
import css from './tags.module.css'

export function GroupForm({ of, all, close }: { of: Group | 'new'; all: string[]; close: () => void }) {
  const t = useTags()
  const c = useCommon()
  const { modal } = App.useApp()
  const [form] = Form.useForm<GroupBody>()
  const known = of === 'new' ? null : of
  const save = useAct((body: GroupBody) => (known ? tags.saveGroup(known.id, body) : tags.createGroup(body)), { done: t('group_saved'), refresh: TOUCHED, then: close })
  const end = useAct((id: string) => tags.endGroup(id), { done: t('ended'), refresh: TOUCHED, then: close })
  const ask = (group: Group) =>
    modal.confirm({
      title: t('end_title', { name: group.name }), content: t('end_text', { n: group.tags.length }), okText: t('end_group'), okButtonProps: { danger: true },
      onOk: () => end.mutateAsync(group.id).catch(() => undefined),
    })
  const footer = (
    <div className="row between">
      {known ? <Button danger onClick={() => ask(known)} data-testid="end-tag-group">{t('end_group')}</Button> : <span />}
      <span className="row"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" onClick={() => form.submit()} loading={save.isPending} data-testid="save-tag-group">{c('save')}</Button></span>
    </div>
  )
  return (
    <Modal open title={known ? t('edit_group') : t('new_group')} onCancel={close} footer={footer}>
      <Form<GroupBody> form={form} layout="vertical" requiredMark={false} onFinish={(given) => save.mutate({ ...given, name: given.name.trim() })}
        initialValues={known ?? { name: '', colour: 'water', exclusive: false, tags: [] }}>
        <Form.Item name="name" label={t('group_name')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}><Input maxLength={30} autoFocus data-testid="tag-group-name" /></Form.Item>
        <Form.Item name="colour" label={t('colour')}>
          <Radio.Group options={COLOURS.map((value) => ({ value, label: <span className="row"><span className={`${css.swatch} ${css[value] ?? ''}`} aria-hidden />{t(value)}</span> }))} />
        </Form.Item>
        <Form.Item name="tags" label={t('group_tags')} extra={t('group_tags_hint')}>
          <Select mode="tags" tokenSeparators={[',', '，', '、']} options={all.map((value) => ({ value }))} maxCount={500} data-testid="tag-group-tags" />
        </Form.Item>
        <Form.Item name="exclusive" label={t('exclusive')} extra={t('exclusive_hint')} valuePropName="checked"><Switch /></Form.Item>
      </Form>
    </Modal>
  )
}

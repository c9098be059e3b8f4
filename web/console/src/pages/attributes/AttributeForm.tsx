import { Alert, App, Button, Form, Input, InputNumber, Modal, Radio, Select, Switch } from 'antd'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { useCommon } from '@/words/common'
import { attributes, KINDS, LEVELS, SOURCES, sameOrder, useCoverage, type Attribute, type Edited, type Made } from './ask'
import { SourcesField } from './SourcesField'
import { useAttributeWords } from './words'
import css from './attributes.module.css'

const BLANK = { key: '', zh: '', en: '', kind: 'text', options: [], pii: 'none', searchable: false, max_age_days: null, sources: [...SOURCES] } satisfies Made
const TOUCHED = ['attributes', 'person', 'segment-fields']

export function AttributeForm({ of, close }: { of: Attribute | 'new'; close: () => void }) {
  const t = useAttributeWords()
  const c = useCommon()
  const { lang } = useFormat()
  const { modal } = App.useApp()
  const [form] = Form.useForm<Made>()
  const known = of === 'new' ? null : of
  const kind = Form.useWatch('kind', form) ?? known?.kind
  const level = Form.useWatch('pii', form) ?? known?.pii
  const create = useAct(attributes.create, { done: t('created_done'), refresh: TOUCHED, then: close })
  const save = useAct((body: Edited) => attributes.save(known?.key ?? '', body), {
    done: (_, body) => (body.archived === undefined ? c('saved') : t(body.archived ? 'archived_done' : 'restored_done')), refresh: TOUCHED, then: close,
    refused: (error) => {
      const names = error.errors.filter((each) => each.field === 'segments').map((each) => each.detail)
      return names.length ? t('archive_used', { names: listed(names) }) : undefined
    },
  })
  const listed = (names: string[]) => names.map((name) => t('quoted', { name })).join(lang === 'zh' ? '、' : ', ')
  const users = useCoverage().data?.items.find((each) => each.key === known?.key)?.used_by ?? []
  function send(given: Made) {
    const names = { zh: given.zh.trim(), en: given.en.trim() }
    if (!known) return create.mutate({ ...BLANK, ...given, ...names, key: given.key.trim(), max_age_days: given.max_age_days || null, searchable: level !== 'none' && Boolean(given.searchable) })
    const sources = sameOrder(given.sources, known.sources) ? {} : { sources: given.sources }
    save.mutate({ ...names, ...sources, max_age_days: given.max_age_days ?? 0, ...(known.kind === 'enum' ? { options: given.options } : {}) })
  }
  const toggle = (row: Attribute) =>
    row.archived ? save.mutate({ archived: false })
      : users.length ? void modal.warning({ title: t('archive_title_used', { name: row[lang] }), content: t('archive_used', { names: listed(users.map((each) => each.name)) }), okText: t('got_it') })
      : void modal.confirm({
      title: t('archive_title', { name: row[lang] }), content: t('archive_note'), okText: t('archive'), okButtonProps: { danger: true },
      onOk: () => save.mutateAsync({ archived: true }).catch(() => undefined),
    })
  const footer = (
    <div className="row between">
      {known && !known.builtin ? <Button onClick={() => toggle(known)} data-testid="archive-attribute">{known.archived ? t('restore') : t('archive')}</Button> : <span />}
      <span className="row"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" onClick={() => form.submit()} loading={create.isPending || save.isPending} data-testid="save-attribute">{c('save')}</Button></span>
    </div>
  )
  const needed = [{ required: true, whitespace: true, message: t('needed') }]
  return (
    <Modal open title={known ? t('edit') : t('create')} onCancel={close} footer={footer}>
      <Form<Made> form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={known ?? BLANK}>
        <div className="two fields">
          <Form.Item name="zh" label={t('zh')} rules={needed}><Input maxLength={40} autoFocus data-testid="attribute-zh" /></Form.Item>
          <Form.Item name="en" label={t('en')} rules={needed}><Input maxLength={40} data-testid="attribute-en" /></Form.Item>
        </div>
        {known ? <Alert type="info" showIcon style={{ marginBottom: 16 }} title={<><span className="mono">{known.key}</span> · {t(`kind_${known.kind}`)} · {t(`pii_${known.pii}`)}</>} description={t('kind_fixed')} /> : (
          <>
            <Form.Item name="key" label={t('key')} extra={t('key_hint')} rules={[...needed, { pattern: /^\s*[a-z][a-z0-9_]*\s*$/, message: t('key_wrong') }]}><Input className="mono" maxLength={40} data-testid="attribute-key" /></Form.Item>
            <Form.Item name="kind" label={t('kind')}><Select options={KINDS.map((value) => ({ value, label: t(`kind_${value}`) }))} data-testid="attribute-kind" /></Form.Item>
          </>
        )}
        {kind === 'enum' && (
          <Form.Item name="options" label={t('options')} extra={t('options_hint')} rules={[{ required: true, type: 'array', min: 1, message: t('options_needed') }]}>
            <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', '、']} data-testid="attribute-options" />
          </Form.Item>
        )}
        {!known && (
          <Form.Item name="pii" label={t('level')}>
            <Radio.Group className={css.choices}>
              {LEVELS.map((value) => <Radio key={value} value={value}>{t(`pii_${value}`)}<span className="small muted" style={{ display: 'block' }}>{t(`pii_${value}_note`)}</span></Radio>)}
            </Radio.Group>
          </Form.Item>
        )}
        {!known && level !== 'none' && <Form.Item name="searchable" label={t('searchable')} valuePropName="checked"><Switch /></Form.Item>}
        <Form.Item name="max_age_days" label={t('age')} extra={t('age_hint')}><InputNumber min={1} max={36500} precision={0} style={{ width: 160 }} placeholder={t('never')} data-testid="attribute-age" /></Form.Item>
        <Form.Item name="sources" label={t('order')} extra={t('order_hint')}><SourcesField /></Form.Item>
      </Form>
    </Modal>
  )
}

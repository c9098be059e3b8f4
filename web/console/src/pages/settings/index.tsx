/** The rules of the brand. What a change of stages would do is shown before it is saved. */
import { useState } from 'react'
import { Alert, Button, Form, Input, Select } from 'antd'
import type { Brand, Settings } from 'api'
import { api, queries } from '@/server'
import { useAct } from '@/parts/act'
import { MoneyField } from '@/parts/MoneyField'
import { Card, Page } from '@/parts/Page'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { NumberField, PercentField } from './fields'
import { RhythmCard } from './RhythmCard'
import { StagePreview } from './StagePreview'
import { useSettings } from './words'
import css from './settings.module.css'

interface Given { name: string; timezone: string; settings: Settings }

const zones = Intl.supportedValuesOf('timeZone').map((value) => ({ value, label: value }))

export default function SettingsPage() {
  const { brand } = useSession()
  return <Rules key={JSON.stringify(brand)} brand={brand} />
}

function Rules({ brand }: { brand: Brand }) {
  const t = useSettings()
  const c = useCommon()
  const { can } = useSession()
  const [form] = Form.useForm<Given>()
  const [dirty, setDirty] = useState(false)
  const writes = can('settings.write')
  const save = useAct(api.brand.save, {
    done: t('saved'),
    then: () => {
      setDirty(false)
      void queries.invalidateQueries()
    },
  })
  const actions = writes && (
    <>
      {dirty && <Button onClick={() => { form.resetFields(); setDirty(false) }}>{t('reset')}</Button>}
      <Button type="primary" onClick={() => form.submit()} disabled={!dirty} loading={save.isPending} data-testid="settings-save">{c('save')}</Button>
    </>
  )
  return (
    <Page title={t('title')} actions={actions} narrow {...(dirty ? { note: t('unsaved') } : {})}>
      {!writes && <Alert type="info" showIcon title={t('read_only')} />}
      <Form<Given> form={form} layout="vertical" requiredMark={false} disabled={!writes} className="stack" data-testid="settings-form"
        initialValues={{ name: brand.name, timezone: brand.timezone, settings: brand.settings }}
        onValuesChange={() => setDirty(true)}
        onFinish={(given) => save.mutate({ name: given.name.trim(), timezone: given.timezone, settings: { ...brand.settings, ...given.settings } })}>
        <Card title={t('brand')}>
          <div className="two fields">
            <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}><Input maxLength={80} /></Form.Item>
            <Form.Item name="timezone" label={t('timezone')} extra={t('timezone_note')}><Select showSearch options={zones} /></Form.Item>
          </div>
        </Card>
        <Stages brand={brand} fixed={!writes} touch={() => setDirty(true)} />
        <Card title={t('orders')}>
          <div className="two fields">
            <NumberField name={['settings', 'order_ttl_minutes']} label={t('ttl')} extra={t('ttl_text')} unit={t('minutes')} min={1} max={10080} />
            <NumberField name={['settings', 'return_days']} label={t('return_days')} extra={t('return_text')} unit={t('days')} min={0} max={365} />
            <MoneyField name={['settings', 'freight_fen']} label={t('freight')} required />
            <MoneyField name={['settings', 'free_freight_fen']} label={t('free_freight')} extra={t('free_note')} required />
          </div>
        </Card>
        <div className="two">
          <Card title={t('grow')}><PercentField name={['settings', 'commission_bp']} label={t('commission')} extra={t('commission_text')} max={5000} /></Card>
          <Card title={t('reach')}><PercentField name={['settings', 'holdout_bp']} label={t('holdout')} extra={t('holdout_text')} max={5000} /></Card>
        </div>
      </Form>
    </Page>
  )
}

function Stages({ brand, fixed, touch }: { brand: Brand; fixed: boolean; touch: () => void }) {
  const t = useSettings()
  const form = Form.useFormInstance<Given>()
  const given = Form.useWatch<Settings | undefined>('settings')
  const silent = given?.silent_days ?? brand.settings.silent_days
  const churned = given?.churned_days ?? brand.settings.churned_days
  const changed = silent !== brand.settings.silent_days || churned !== brand.settings.churned_days
  const set = (silent_days: number, churned_days: number) => {
    form.setFieldValue(['settings', 'silent_days'], silent_days)
    form.setFieldValue(['settings', 'churned_days'], churned_days)
    touch()
  }
  return (
    <Card title={t('stages')} note={t('stages_note')} id="stage-settings">
      <div className="two fields">
        <NumberField name={['settings', 'silent_days']} label={t('silent_days')} extra={t('silent_text')} unit={t('days')} min={1} max={3650} />
        <NumberField name={['settings', 'churned_days']} label={t('churned_days')} extra={t('churned_text')} unit={t('days')} min={2} max={7300}
          above={{ name: ['settings', 'silent_days'], message: t('order_rule') }} />
      </div>
      <RhythmCard silent={silent} churned={churned} fixed={fixed} set={set}>
        {changed && silent < churned && <div className={css.preview}><StagePreview silent={silent} churned={churned} /></div>}
      </RhythmCard>
    </Card>
  )
}

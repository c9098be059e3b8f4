import { Form, Input, Segmented } from 'antd'
import { useCampaigns } from '../campaigns/words'

export function ContentFields() {
  const t = useCampaigns()
  return (
    <>
      <Form.Item name="name" label={t('name')} extra={t('name_hint')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}>
        <Input maxLength={80} data-testid="campaign-name" />
      </Form.Item>
      <Form.Item name="channel" label={t('channel')}>
        <Segmented options={(['inbox', 'email'] as const).map((value) => ({ value, label: t(`channel_${value}`) }))} />
      </Form.Item>
      <Form.Item name="subject" label={t('subject')} rules={[{ required: true, whitespace: true, message: t('subject_needed') }]}>
        <Input maxLength={120} showCount data-testid="campaign-subject" />
      </Form.Item>
      <Form.Item name="body" label={t('body')} extra={t('body_hint')} rules={[{ required: true, whitespace: true, message: t('body_needed') }]}>
        <Input.TextArea autoSize={{ minRows: 4, maxRows: 14 }} maxLength={4000} data-testid="campaign-body" />
      </Form.Item>
      <Form.Item name="link" label={t('link')} extra={t('link_hint')} rules={[{ pattern: /^(\/|https?:\/\/)/, message: t('link_rule') }]}>
        <Input data-testid="campaign-link-field" />
      </Form.Item>
    </>
  )
}

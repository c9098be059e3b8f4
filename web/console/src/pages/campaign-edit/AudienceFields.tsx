import { Checkbox, Form, Select } from 'antd'
import { useSegmentChoices, useStageChoices, useStoreChoices, useTagChoices, useTouchpointChoices, type Choice } from '@/parts/choices'
import { StageChip } from '@/parts/chips'
import { useCampaigns } from '../campaigns/words'

export function AudienceFields() {
  const t = useCampaigns()
  const stages = useStageChoices()
  return (
    <>
      <Many name="segments" label={t('a_segments')} options={useSegmentChoices()} />
      <Form.Item name={['audience', 'stages']} label={t('a_stages')}>
        <Checkbox.Group style={{ display: 'flex', flexWrap: 'wrap', gap: '8px 20px' }} data-testid="audience-stages"
          options={stages.map(({ value }) => ({ value, label: <StageChip stage={value} /> }))} />
      </Form.Item>
      <Many name="tags" label={t('a_tags')} options={useTagChoices()} />
      <Many name="touchpoints" label={t('a_touchpoints')} options={useTouchpointChoices()} />
      <Many name="stores" label={t('a_stores')} options={useStoreChoices()} />
    </>
  )
}

function Many({ name, label, options }: { name: string; label: string; options: Choice[] }) {
  const t = useCampaigns()
  return (
    <Form.Item name={['audience', name]} label={label}>
      <Select mode="multiple" allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t('a_any')} options={options} maxTagCount="responsive" data-testid={`audience-${name}`} />
    </Form.Item>
  )
}

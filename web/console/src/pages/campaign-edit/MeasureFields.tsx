import { Form, Slider } from 'antd'
import { useFormat } from '@/parts/format'
import { MoneyField } from '@/parts/MoneyField'
import { useCommon } from '@/words/common'
import { useCampaigns } from '../campaigns/words'

/** How many to keep out: the slider says how many people that is. */
export function MeasureFields({ selected }: { selected: number | null }) {
  const t = useCampaigns()
  const c = useCommon()
  const f = useFormat()
  const bp = Form.useWatch<number | undefined>('holdout_bp') ?? 0
  const people = selected === null ? '' : ` · ${c('persons', { n: f.count(Math.round((selected * bp) / 10_000)) })}`
  return (
    <>
      <Form.Item name="holdout_bp" label={`${t('holdout_share')} · ${f.percent(bp)}${people}`} extra={bp === 0 ? <span className="bad">{t('holdout_off')}</span> : t('holdout_note')}>
        <Slider min={0} max={5000} step={100} marks={{ 0: '0', 1000: '10%', 2000: '20%', 3000: '30%', 5000: '50%' }}
          tooltip={{ formatter: (value) => f.percent(value ?? 0) }} ariaLabelForHandle={t('holdout_share')} />
      </Form.Item>
      <MoneyField name="cost_per_message_fen" label={t('cost')} extra={t('cost_hint')} style={{ maxWidth: 240, marginBottom: 0 }} />
    </>
  )
}

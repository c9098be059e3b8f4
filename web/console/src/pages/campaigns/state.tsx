import type { Audience, CampaignState } from 'api'
import { StateChip, type Tone } from '@/parts/chips'
import { useSegmentChoices, useStoreChoices, useTouchpointChoices } from '@/parts/choices'
import { useFormat } from '@/parts/format'
import { useCampaigns } from './words'

const tones: Record<CampaignState, Tone> = { draft: 'plain', sending: 'warn', done: 'good', cancelled: 'plain' }

export function CampaignStateChip({ state }: { state: CampaignState }) {
  const t = useCampaigns()
  return <StateChip tone={tones[state]}>{t(`state_${state}`)}</StateChip>
}

/** An audience as a sentence: "沉默、流失；高端护肤". */
export function useAudienceText(): (audience: Audience) => string {
  const t = useCampaigns()
  const f = useFormat()
  const segments = useSegmentChoices()
  const stores = useStoreChoices()
  const touchpoints = useTouchpointChoices()
  const [or, and] = f.lang === 'zh' ? ['、', '；'] : [' or ', '; ']
  return (audience) => {
    const named = (choices: { value: string; label: string }[], ids: string[] = []) =>
      ids.map((id) => choices.find((choice) => choice.value === id)?.label ?? id).join(or)
    const parts = [
      named(segments, audience.segments), (audience.stages ?? []).map(f.stage).join(or), (audience.tags ?? []).join(or), named(touchpoints, audience.touchpoints), named(stores, audience.stores),
    ].filter(Boolean)
    return parts.length ? parts.join(and) : t('everyone')
  }
}

/** Write a campaign: who, what, how to measure; beside it, always, how many it will reach and why not the others. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Navigate, useNavigate, useParams, useSearchParams } from 'react-router'
import { Button, Form } from 'antd'
import type { Audience, Campaign, CampaignDraft, Stage } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { Card, Page } from '@/parts/Page'
import { PageFailed, PageLoading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useCampaigns } from '../campaigns/words'
import { Launch } from '../campaign/Launch'
import { AudienceFields } from './AudienceFields'
import { ContentFields } from './ContentFields'
import { ForecastCard, useForecast } from './Forecast'
import { MeasureFields } from './MeasureFields'
import { Preview } from './Preview'

export type Draft = Omit<CampaignDraft, 'audience'> & { audience: Audience; holdout_bp: number; cost_per_message_fen: number }

export default function CampaignEdit() {
  const { id } = useParams()
  const [search] = useSearchParams()
  const from = id ?? search.get('from')
  const { brand } = useSession()
  const known = useQuery({ queryKey: ['campaign', from], queryFn: () => api.campaigns.one(from ?? ''), enabled: from !== null && from !== undefined })
  if (!from) {
    const blank: Draft = { name: '', channel: 'inbox', subject: '', body: '', link: '/m/', audience: audienceOf(search), holdout_bp: brand.settings.holdout_bp, cost_per_message_fen: 0 }
    return <Editor draft={blank} />
  }
  if (known.isError) return <PageFailed error={known.error} retry={() => void known.refetch()} />
  if (!known.data) return <PageLoading />
  if (id && known.data.state !== 'draft') return <Navigate to={`/campaigns/${id}`} replace />
  return <Editor key={from} draft={draftOf(known.data)} {...(id ? { of: known.data } : {})} />
}

/** Another page may lead here with people already chosen: `?stage=silent&tag=…&segment=seg_…`. */
function audienceOf(search: URLSearchParams): Audience {
  const pick = (name: string) => search.getAll(name)
  return { segments: pick('segment'), stages: pick('stage') as Stage[], tags: pick('tag'), touchpoints: pick('touchpoint'), stores: pick('store') }
}

function draftOf(of: Campaign): Draft {
  const { name, channel, subject, body, link, audience, holdout_bp, cost_per_message_fen } = of
  return { name, channel, subject, body, link, audience, holdout_bp, cost_per_message_fen }
}

function Editor({ draft, of }: { draft: Draft; of?: Campaign }) {
  const t = useCampaigns()
  const c = useCommon()
  const navigate = useNavigate()
  const { can } = useSession()
  const [form] = Form.useForm<Draft>()
  const [launching, setLaunching] = useState<Campaign | null>(null)
  const now: Draft = { ...draft, ...(Form.useWatch([], form) as Partial<Draft> | undefined) }
  const forecast = useForecast(now)

  const save = useAct(
    (given: Draft) => {
      // An empty link takes a link away; an absent one would leave it.
      const body = { ...given, name: given.name.trim(), link: given.link?.trim() ?? '', cost_per_message_fen: given.cost_per_message_fen ?? 0 }
      return of ? api.campaigns.save(of.id, body) : api.campaigns.create(body)
    },
    { done: t('saved_draft'), refresh: ['campaigns', 'campaign'] },
  )
  async function keep(andLaunch: boolean) {
    const given = await form.validateFields().catch(() => null)
    if (!given) return
    const saved = await save.mutateAsync(given).catch(() => null)
    if (!saved) return
    if (andLaunch) setLaunching(saved)
    else void navigate(`/campaigns/${saved.id}`)
  }
  const title = of ? t('editing') : t('create')
  const actions = (
    <>
      <Button onClick={() => void navigate(of ? `/campaigns/${of.id}` : '/campaigns')}>{c('cancel')}</Button>
      <Button onClick={() => void keep(false)} loading={save.isPending} data-testid="save-draft">{t('save_draft')}</Button>
      {can('campaign.launch') && (
        <Button type="primary" onClick={() => void keep(true)} disabled={forecast.data?.reachable === 0} data-testid="launch">{t('next_launch')}</Button>
      )}
    </>
  )
  return (
    <Page title={title} back={{ to: '/campaigns', label: t('back') }} actions={actions}>
      <div className="side">
        <Form<Draft> form={form} layout="vertical" requiredMark={false} initialValues={draft} className="stack" data-testid="campaign-form">
          <Card title={t('step_who')} note={t('a_note')}><AudienceFields /></Card>
          <Card title={t('step_what')}><ContentFields /></Card>
          <Card title={t('step_measure')}><MeasureFields selected={forecast.data?.selected ?? null} /></Card>
        </Form>
        <div className="stack" style={{ position: 'sticky', top: 16 }}>
          <ForecastCard forecast={forecast} costPerMessage={now.cost_per_message_fen ?? 0} />
          <Preview draft={now} />
        </div>
      </div>
      {launching && <Launch campaign={launching} close={() => {
        setLaunching(null)
        void navigate(`/campaigns/${launching.id}`)
      }} />}
    </Page>
  )
}

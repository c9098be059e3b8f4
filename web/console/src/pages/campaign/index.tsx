/** One campaign: while it sends, how far it is; afterwards, what it caused. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from 'react-router'
import { App, Button, Progress } from 'antd'
import type { Campaign } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { Facts, StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { PageFailed, PageLoading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { CampaignStateChip, useAudienceText } from '../campaigns/state'
import { useCampaigns } from '../campaigns/words'
import { ForecastCard, useForecast } from '../campaign-edit/Forecast'
import { Preview } from '../campaign-edit/Preview'
import { Launch } from './Launch'
import { Messages } from './Messages'
import { Results } from './Results'
import { SandboxMails } from './SandboxMails'

export default function CampaignPage() {
  const { id = '' } = useParams()
  const campaign = useQuery({
    queryKey: ['campaign', id],
    queryFn: () => api.campaigns.one(id),
    refetchInterval: ({ state }) => (state.data?.state === 'sending' ? 1000 : false),
  })
  if (campaign.data) return <Detail campaign={campaign.data} />
  if (campaign.isError) return <PageFailed error={campaign.error} retry={() => void campaign.refetch()} />
  return <PageLoading />
}

function Detail({ campaign }: { campaign: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  const { brand, can } = useSession()
  const draft = campaign.state === 'draft'
  const heading = (
    <>
      <span data-testid="campaign-title">{campaign.name}</span>
      <CampaignStateChip state={campaign.state} />
      {campaign.historical && <StateChip tone="plain" title={t('historical_note')}>{t('historical')}</StateChip>}
    </>
  )
  const note = [t(`channel_${campaign.channel}`), campaign.started_at === null ? t('draft_hint') : f.when(campaign.started_at)].join(' · ')
  return (
    <Page title={campaign.name} heading={heading} note={note} back={{ to: '/campaigns', label: t('back') }} actions={<Actions campaign={campaign} />}>
      {campaign.state === 'sending' && <Sending campaign={campaign} />}
      <div className="side">
        <div className="stack">
          {draft ? <DraftForecast campaign={campaign} /> : <Counts campaign={campaign} />}
          {!draft && <Results campaign={campaign} />}
          {!draft && <Messages campaign={campaign} />}
          {!draft && campaign.channel === 'email' && brand.sandbox && can('campaign.write') && !campaign.historical && <SandboxMails campaign={campaign} />}
        </div>
        <div className="stack">
          {campaign.body && <Preview draft={campaign} />}
          <Setup campaign={campaign} />
        </div>
      </div>
    </Page>
  )
}

function Actions({ campaign }: { campaign: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  const { can } = useSession()
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const [launching, setLaunching] = useState(false)
  const stop = useAct(() => api.campaigns.cancel(campaign.id), { done: t('stopped'), refresh: ['campaign', 'campaigns'] })
  const { waiting } = campaign.counts
  const confirmStop = () =>
    modal.confirm({
      title: t('stop_title', { name: campaign.name }),
      content: t('stop_note', { n: f.count(waiting) }),
      okText: t('stop'), cancelText: t('keep_sending'), okButtonProps: { danger: true },
      onOk: () => stop.mutateAsync(undefined).catch(() => undefined),
    })
  if (campaign.state === 'sending') return can('campaign.launch') && <Button danger onClick={confirmStop} data-testid="stop">{t('stop')}</Button>
  if (campaign.state !== 'draft') {
    return can('campaign.write') && <Button onClick={() => void navigate(`/campaigns/new?from=${campaign.id}`)}>{t('duplicate')}</Button>
  }
  return (
    <>
      {can('campaign.write') && <Link to={`/campaigns/${campaign.id}/edit`}><Button>{t('edit')}</Button></Link>}
      {can('campaign.launch') && <Button type="primary" onClick={() => setLaunching(true)} data-testid="launch">{t('launch')}</Button>}
      {launching && <Launch campaign={campaign} close={() => setLaunching(false)} />}
    </>
  )
}

function Sending({ campaign: { counts } }: { campaign: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  const done = counts.treated - counts.waiting
  const percent = counts.treated ? Math.min(100, Math.round((done / counts.treated) * 100)) : 0
  return (
    <Card title={t('state_sending')} note={t('sending_now')} id="sending">
      <Progress percent={percent} status="active" aria-label={t('state_sending')} />
      <p className="muted num" aria-live="polite">{t('progress', { done: f.count(done), total: f.count(counts.treated) })}</p>
    </Card>
  )
}

function DraftForecast({ campaign }: { campaign: Campaign }) {
  const forecast = useForecast(campaign)
  return <ForecastCard forecast={forecast} costPerMessage={campaign.cost_per_message_fen} />
}

function Counts({ campaign: { counts, historical } }: { campaign: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  const of = (n: number) => t('of_sent', { share: f.share(n, counts.sent) })
  const skipped = counts.skipped + counts.failed + counts.unknown
  // Of a past campaign only who got it is known.
  const live = [
    { name: t('n_holdout'), value: f.count(counts.holdout), to: '?arm=holdout', testid: 'count-holdout' },
    { name: t('n_skipped'), value: f.count(skipped), to: counts.failed > counts.skipped ? '?state=failed' : '?state=skipped', testid: 'count-skipped' },
    { name: t('n_read'), value: f.count(counts.read), note: of(counts.read), testid: 'count-read' },
    { name: t('n_clicked'), value: f.count(counts.clicked), note: of(counts.clicked), testid: 'count-clicked' },
  ]
  return (
    <Card>
      <Facts
        items={[
          { name: t('n_selected'), value: f.count(counts.selected), testid: 'count-selected' },
          { name: t('n_sent'), value: f.count(counts.sent), to: '?state=sent', testid: 'count-sent' },
          ...(historical ? [] : live),
        ]}
      />
    </Card>
  )
}

function Setup({ campaign }: { campaign: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  const audience = useAudienceText()
  return (
    <Card title={t('setup')}>
      <Pairs
        items={[
          [t('audience'), campaign.historical ? t('past_audience') : audience(campaign.audience)],
          [t('holdout'), f.percent(campaign.holdout_bp)],
          [t('cost'), f.money(campaign.cost_per_message_fen)],
          [t('link'), campaign.link && <a href={campaign.link} target="_blank" rel="noreferrer">{campaign.link}</a>],
          [t('created'), f.when(campaign.created_at)],
        ]}
      />
    </Card>
  )
}

import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { Button } from 'antd'
import { Plus } from 'lucide-react'
import type { Campaign } from 'api'
import { api } from '@/server'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { CampaignStateChip, useAudienceText } from './state'
import { useCampaigns } from './words'

function useColumns(): Column<Campaign>[] {
  const t = useCampaigns()
  const f = useFormat()
  const audience = useAudienceText()
  return useMemo(() => {
    // Of past campaigns nobody knows who read them.
    const rate = (row: Campaign, n: number) => (row.historical ? '—' : f.share(n, row.counts.sent))
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return [
      {
        key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => (
          <span className="row">
            <Link to={`/campaigns/${row.id}`} className="strong cut" style={{ maxWidth: 280 }} title={row.name} data-testid="campaign-link">{row.name}</Link>
            {row.historical && <StateChip tone="plain" title={t('historical_note')}>{t('historical')}</StateChip>}
          </span>
        ),
      },
      { key: 'state', title: t('state'), csv: (row) => t(`state_${row.state}`), render: (row) => <CampaignStateChip state={row.state} /> },
      { key: 'channel', title: t('channel'), csv: (row) => t(`channel_${row.channel}`), render: (row) => t(`channel_${row.channel}`) },
      { key: 'audience', title: t('audience'), csv: (row) => audience(row.audience), render: (row) => row.historical ? '—' : <span className="cut" style={{ display: 'block', maxWidth: 180 }} title={audience(row.audience)}>{audience(row.audience)}</span> },
      { key: 'sent', title: t('sent'), end: true, csv: (row) => row.counts.sent, render: (row) => f.count(row.counts.sent) },
      { key: 'read', title: t('read'), end: true, csv: (row) => row.counts.read, render: (row) => rate(row, row.counts.read) },
      { key: 'clicked', title: t('clicked'), end: true, csv: (row) => row.counts.clicked, render: (row) => rate(row, row.counts.clicked) },
      { key: 'holdout', title: t('holdout'), end: true, hidden: true, csv: (row) => row.counts.holdout, render: (row) => (row.holdout_bp === 0 ? '—' : f.percent(row.holdout_bp)) },
      { key: 'started', title: t('started'), csv: (row) => iso(row.started_at), render: (row) => (row.started_at === null ? '—' : <span className="nowrap">{f.when(row.started_at)}</span>) },
      { key: 'created', title: t('created'), hidden: true, csv: (row) => iso(row.created_at), render: (row) => f.when(row.created_at) },
    ]
  }, [t, f, audience])
}

function CampaignCard({ row }: { row: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  return (
    <div className="stack tight">
      <div className="row between"><Link to={`/campaigns/${row.id}`} className="strong cut" data-testid="campaign-link">{row.name}</Link><CampaignStateChip state={row.state} /></div>
      <div className="row between small muted">
        <span>{t(`channel_${row.channel}`)} · {row.started_at === null ? t('draft_hint') : f.when(row.started_at)}</span>
        <span>{t('sent')} {f.compact(row.counts.sent)}</span>
      </div>
    </div>
  )
}

export default function Campaigns() {
  const t = useCampaigns()
  const navigate = useNavigate()
  const { can } = useSession()
  const filters = useFilters(['state'])
  const list = useList<Campaign>(['campaigns', filters.values], (page) => api.campaigns.list({ ...filters.values, ...page }), {
    while: (row) => row.state === 'sending',
  })
  const columns = useColumns()
  const choice = useColumnChoice('campaigns', columns)
  const specs = useMemo<FilterSpec[]>(
    () => [{ name: 'state', label: t('state'), options: (['draft', 'sending', 'done', 'cancelled'] as const).map((value) => ({ value, label: t(`state_${value}`) })) }],
    [t],
  )
  const create = can('campaign.write') && (
    <Link to="/campaigns/new"><Button type="primary" icon={<Plus size={15} />} data-testid="new-campaign">{t('create')}</Button></Link>
  )
  return (
    <Page title={t('title')} actions={create}>
      <Card flush>
        <ListBar topic="campaigns" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable
          topic="campaigns"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/campaigns/${row.id}`)}
          card={(row) => <CampaignCard row={row} />}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)}
          clear={filters.clear}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={create} />}
        />
      </Card>
    </Page>
  )
}

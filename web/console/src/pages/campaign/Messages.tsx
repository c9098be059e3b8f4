import { useMemo } from 'react'
import { Link } from 'react-router'
import type { Campaign, Message, MessageState } from 'api'
import { api } from '@/server'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useCommon } from '@/words/common'
import { useCampaigns, useReason } from '../campaigns/words'

const tones: Record<MessageState, Tone> = { intent: 'warn', sent: 'good', failed: 'bad', skipped: 'plain', held_out: 'plain', unknown: 'warn' }
const wordOf = (state: MessageState) => (state === 'sent' ? 'm_sentstate' : `m_${state}`) as 'm_sentstate' | `m_${Exclude<MessageState, 'sent'>}`

export function Messages({ campaign }: { campaign: Campaign }) {
  const t = useCampaigns()
  const c = useCommon()
  const f = useFormat()
  const reason = useReason()
  const filters = useFilters(['state', 'arm'])
  const list = useList<Message>(['campaign', campaign.id, 'messages', filters.values, campaign.counts.sent],
    (page) => api.campaigns.messages(campaign.id, { ...filters.values, ...page }))
  const columns = useMemo<Column<Message>[]>(() => {
    const moment = (at: number | null) => (at === null ? '—' : <span className="nowrap">{f.when(at)}</span>)
    const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
    return [
      { key: 'person', title: t('m_person'), csv: (row) => row.person.name, render: (row) => <Link to={`/persons/${row.person.id}`}>{row.person.name ?? c('unnamed')}</Link> },
      { key: 'state', title: t('m_state'), csv: (row) => t(wordOf(row.state)), render: (row) => <StateChip tone={tones[row.state]}>{t(wordOf(row.state))}</StateChip> },
      { key: 'reason', title: t('m_reason'), csv: (row) => row.reason, render: (row) => (row.reason ? reason(row.reason) : '—') },
      { key: 'sent', title: t('m_sent'), csv: (row) => iso(row.sent_at), render: (row) => moment(row.sent_at) },
      { key: 'read', title: t('m_read'), csv: (row) => iso(row.read_at), render: (row) => moment(row.read_at) },
      { key: 'clicked', title: t('m_clicked'), csv: (row) => iso(row.clicked_at), render: (row) => moment(row.clicked_at) },
    ]
  }, [t, c, f, reason])
  const choice = useColumnChoice('messages', columns)
  const specs: FilterSpec[] = [
    { name: 'state', label: t('m_state'), options: (['intent', 'sent', 'failed', 'skipped', 'unknown', 'held_out'] as const).map((value) => ({ value, label: t(wordOf(value)) })) },
    { name: 'arm', label: t('m_arm'), options: (['treated', 'holdout'] as const).map((value) => ({ value, label: t(`arm_${value}`) })) },
  ]
  return (
    <Card title={t('messages')} flush>
      <ListBar topic="messages" filters={filters} specs={specs} columns={columns} choice={choice} rows={list.rows} />
      <ListTable
        topic="messages"
        what={t('messages')}
        list={list}
        columns={choice.visible}
        id={(row) => row.id}
        card={(row) => (
          <div className="row between">
            <Link to={`/persons/${row.person.id}`} className="cut">{row.person.name ?? c('unnamed')}</Link>
            <span className="row"><span className="small muted">{row.reason ? reason(row.reason) : row.sent_at ? f.when(row.sent_at) : ''}</span><StateChip tone={tones[row.state]}>{t(wordOf(row.state))}</StateChip></span>
          </div>
        )}
        filtered={filters.active.length > 0}
        clear={filters.clear}
        empty={<Empty title={t('m_empty')} />}
      />
    </Card>
  )
}

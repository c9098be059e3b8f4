import { useMemo, useState } from 'react'
import { App, Button } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { Opener } from '@/parts/list/Opener'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty, useExplain } from '@/parts/state'
import { useCommon } from '@/words/common'
import { intake, type Quarantined, type Which } from '../events/server'
import { Detail } from './Detail'
import { useSaid } from '@/said'
import { useQuarantine, type QuarantineWord } from './words'

const REASONS = ['schema_invalid', 'time_implausible', 'too_large', 'conflict', 'forbidden', 'corrupt'] as const
const SOURCES = ['segment', 'sensors', 'posthog', 'mall'] as const
const STATES = ['open', 'replayed', 'dismissed', 'all'] as const
const TONES = { open: 'warn', replayed: 'good', dismissed: 'plain' } as const

function useColumns(open: (row: Quarantined) => void): Column<Quarantined>[] {
  const t = useQuarantine()
  const f = useFormat()
  const { say } = useSaid()
  return useMemo(
    () => [
      { key: 'reason', title: t('reason'), csv: (row) => row.reason, render: (row) => <span className="nowrap"><Opener open={() => open(row)}>{t(`r_${row.reason}` as QuarantineWord)}</Opener></span> },
      { key: 'detail', title: t('detail'), csv: (row) => say(row.detail), render: (row) => <span className="cut" style={{ display: 'block', maxWidth: 420 }} title={say(row.detail)}>{say(row.detail)}</span> },
      { key: 'source', title: t('source'), csv: (row) => row.source, render: (row) => <span className="nowrap">{t(`source_${row.source}` as QuarantineWord)}</span> },
      { key: 'state', title: t('state'), csv: (row) => row.state, render: (row) => <StateChip tone={TONES[row.state]}>{t(`s_${row.state}`)}</StateChip> },
      { key: 'times', title: t('times'), end: true, csv: (row) => row.times, render: (row) => f.count(row.times) },
      { key: 'received', title: t('received'), csv: (row) => new Date(row.received_at).toISOString(), render: (row) => <span className="nowrap">{f.when(row.received_at)}</span> },
    ],
    [t, f, say, open],
  )
}

export default function Quarantine() {
  const t = useQuarantine()
  const f = useFormat()
  const { say } = useSaid()
  const filters = useFilters(['reason', 'source', 'state'])
  const [open, setOpen] = useState<Quarantined | null>(null)
  const list = useList<Quarantined>(['quarantine', filters.values], (page) => intake.quarantine({ ...page, ...filters.values }))
  const columns = useColumns(setOpen)
  const choice = useColumnChoice('quarantine', columns)
  const { reason, source } = filters.values
  const specs = [
    { name: 'reason', label: t('reason'), options: REASONS.map((value) => ({ value, label: t(`r_${value}`) })) },
    { name: 'source', label: t('source'), options: SOURCES.map((value) => ({ value, label: t(`source_${value}`) })) },
    { name: 'state', label: t('state'), options: STATES.map((value) => ({ value, label: t(`s_${value}`) })) },
  ]
  return (
    <Page title={t('title')} note={t('note')} actions={<All which={{ ...(reason && { reason }), ...(source && { source }) }} />}>
      <Card flush>
        <ListBar topic="quarantine" filters={filters} specs={specs} columns={columns} choice={choice} rows={list.rows} />
        <ListTable topic="quarantine" what={t('what')} list={list} columns={choice.visible} id={(row) => row.id} open={setOpen}
          filtered={filters.active.length > 0} clear={filters.clear}
          card={(row) => (
            <div className="stack tight">
              <div className="row between"><Opener open={() => setOpen(row)}>{t(`r_${row.reason}` as QuarantineWord)}</Opener><StateChip tone={TONES[row.state]}>{t(`s_${row.state}`)}</StateChip></div>
              <span className="small cut">{say(row.detail)}</span>
              <span className="small muted">{t(`source_${row.source}` as QuarantineWord)} · {f.when(row.received_at)}</span>
            </div>
          )}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} />} />
      </Card>
      {open && <Detail of={open} close={() => setOpen(null)} />}
    </Page>
  )
}

/** What is done with all open messages of the filter. */
function All({ which }: { which: Which }) {
  const t = useQuarantine()
  const f = useFormat()
  const c = useCommon()
  const explain = useExplain()
  const { modal } = App.useApp()
  const counts = useQuery({ queryKey: ['quarantine-counts'], queryFn: () => intake.counts() })
  const meant = (counts.data?.items ?? []).filter((one) => one.state === 'open' && (!which.reason || one.reason === which.reason) && (!which.source || one.source === which.source))
  const n = meant.reduce((sum, one) => sum + one.count, 0)
  const refresh = ['quarantine', 'quarantine-counts']
  const replay = useAct(intake.replayAll, { done: (out) => t('many_done', { replayed: f.count(out.replayed), refused: f.count(out.refused) }), refresh })
  const dismiss = useAct(intake.dismissAll, { done: (out) => t('many_dismissed', { n: f.count(out.dismissed) }), refresh })
  if (counts.isError && !counts.data) return <Button onClick={() => void counts.refetch()} loading={counts.isFetching} title={explain(counts.error)}>{c('failed_title', { what: t('count') })} · {c('retry')}</Button>
  if (n === 0) return null
  const ask = (title: string, content: string, danger: boolean, act: () => Promise<unknown>) =>
    modal.confirm({ title, content, okButtonProps: { danger }, onOk: () => act().catch(() => undefined) })
  return (
    <>
      <Button onClick={() => ask(t('ask_dismiss'), t('ask_dismiss_note', { n: f.count(n) }), true, () => dismiss.mutateAsync(which))}>{t('dismiss_all')}</Button>
      <Button type="primary" data-testid="replay-all" onClick={() => ask(t('ask_all'), t('ask_all_note', { n: f.count(n) }), false, () => replay.mutateAsync(which))}>{t('replay_all')}</Button>
    </>
  )
}

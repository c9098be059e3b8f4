import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { Button } from 'antd'
import { civilDay } from 'kit'
import { StateChip } from '@/parts/chips'
import { useEventName, useSourceName } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { Opener } from '@/parts/list/Opener'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { Detail } from './Detail'
import { AddRule, Rules } from './Rules'
import { intake, type NewRule, type SeenEvent } from './server'
import { Sparkline } from './Sparkline'
import { useEvents } from './words'

const SOURCES = ['ours', 'segment', 'sensors', 'posthog'] as const

function useColumns(today: string, open: (row: SeenEvent) => void): Column<SeenEvent>[] {
  const t = useEvents()
  const f = useFormat()
  const name = useEventName()
  const source = useSourceName()
  return useMemo(
    () => [
      { key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => (
        <span className="stack tight"><span><Opener open={() => open(row)} title={row.name}>{name(row.name)}</Opener></span>{name(row.name) !== row.name && <span className="mono small muted">{row.name}</span>}</span>
      ) },
      { key: 'source', title: t('source'), csv: (row) => row.source, render: (row) => (row.ours ? t('ours') : source(row.source)) },
      { key: 'trend', title: t('trend'), csv: (row) => row.days.map((one) => one.taken).join(' '), render: (row) => <Sparkline days={row.days} today={today} label={t('volume')} /> },
      { key: 'recent', title: t('recent'), end: true, csv: (row) => row.recent, render: (row) => f.count(row.recent) },
      { key: 'total', title: t('total'), end: true, csv: (row) => row.total, render: (row) => f.count(row.total) },
      { key: 'blocked', title: t('blocked'), end: true, csv: (row) => row.blocked, render: (row) => (row.blocked === 0 ? '—' : <span className="bad">{f.count(row.blocked)}</span>) },
      { key: 'properties', title: t('properties'), end: true, csv: (row) => row.properties, render: (row) => (
        <span className="row" style={{ justifyContent: 'end' }}>{row.personal && <StateChip tone="warn">{t('personal')}</StateChip>}{f.count(row.properties)}</span>
      ) },
      { key: 'last', title: t('last'), csv: (row) => (row.last_at === null ? '' : new Date(row.last_at).toISOString()), render: (row) => <span className="nowrap">{row.last_at === null ? '—' : f.when(row.last_at)}</span> },
    ],
    [t, f, name, source, today, open],
  )
}

export default function Events() {
  const t = useEvents()
  const f = useFormat()
  const name = useEventName()
  const source = useSourceName()
  const today = civilDay(Date.now(), f.timezone)
  const filters = useFilters(['source'])
  const [open, setOpen] = useState<SeenEvent | null>(null)
  const [rule, setRule] = useState<Partial<NewRule> | null>(null)
  const list = useList<SeenEvent>(['catalogue', filters.values], (page) => intake.events({ ...page, ...filters.values }))
  const columns = useColumns(today, setOpen)
  const choice = useColumnChoice('catalogue', columns)
  const specs = [{ name: 'source', label: t('source'), options: SOURCES.map((value) => ({ value, label: t(`source_${value}`) })) }]
  return (
    <Page title={t('title')} note={t('note')}>
      <Card flush>
        <ListBar topic="catalogue" filters={filters} specs={specs} searchHint={t('search_hint')} columns={columns} choice={choice} rows={list.rows} />
        <ListTable topic="catalogue" what={t('what')} list={list} columns={choice.visible} id={(row) => row.name} open={setOpen}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)} clear={filters.clear}
          card={(row) => (
            <div className="stack tight">
              <div className="row between"><span className="cut"><Opener open={() => setOpen(row)}>{name(row.name)}</Opener></span><span className="num">{f.count(row.recent)}</span></div>
              <div className="row between small muted"><span>{row.ours ? t('ours') : source(row.source)} · {t('properties')} {f.count(row.properties)}</span><Sparkline days={row.days} today={today} label={t('volume')} /></div>
            </div>
          )}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} action={<Link to="/keys"><Button>{t('to_keys')}</Button></Link>} />} />
      </Card>
      <Rules add={() => setRule({})} />
      {open && <Detail event={open} today={today} close={() => setOpen(null)} rule={setRule} />}
      {rule && <AddRule given={rule} close={() => setRule(null)} />}
    </Page>
  )
}

import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { Drawer } from 'antd'
import type { Event } from 'api'
import { api } from '@/server'
import { EventDetail, useEventName, useSourceName } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { Opener } from '@/parts/list/Opener'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { Empty } from '@/parts/state'
import { useAudit } from './words'

export default function Audit() {
  const t = useAudit()
  const f = useFormat()
  const name = useEventName()
  const source = useSourceName()
  const filters = useFilters([])
  const [open, setOpen] = useState<Event | null>(null)
  const list = useList<Event>(['audit'], (page) => api.audit.list(page))
  const columns = useMemo<Column<Event>[]>(
    () => [
      { key: 'when', title: t('when'), csv: (row) => new Date(row.at).toISOString(), render: (row) => <span className="nowrap">{f.when(row.at)}</span> },
      { key: 'who', title: t('who'), csv: (row) => row.actor_name ?? row.actor, render: (row) => row.actor_name ?? row.actor ?? t('system') },
      { key: 'did', title: t('did'), csv: (row) => row.name, render: (row) => <Opener open={() => setOpen(row)} title={row.name}>{name(row.name)}</Opener> },
      { key: 'detail', title: t('detail'), csv: (row) => JSON.stringify(row.props), render: (row) => (
        <span className="prose">{row.person_id && <><Link to={`/persons/${row.person_id}`}>{row.person_name ?? row.person_id}</Link> </>}<span className="muted"><EventDetail event={row} /></span></span>
      ) },
    ],
    [t, f, name],
  )
  const choice = useColumnChoice('audit', columns)
  return (
    <Page title={t('title')} note={t('note')}>
      <Card flush>
        <ListBar topic="audit" filters={filters} columns={columns} choice={choice} rows={list.rows} />
        <ListTable topic="audit" what={t('what')} list={list} columns={choice.visible} id={(row) => row.id} open={setOpen} empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
          card={(row) => (
            <div className="stack tight">
              <div className="row between"><Opener open={() => setOpen(row)}>{name(row.name)}</Opener><span className="small muted">{f.when(row.at)}</span></div>
              <span className="small muted">{row.actor_name ?? row.actor ?? t('system')} <EventDetail event={row} /></span>
            </div>
          )} />
      </Card>
      <Drawer open={open !== null} onClose={() => setOpen(null)} title={open ? name(open.name) : ''} size={480}>
        {open && (
          <div className="stack">
            <Pairs items={[[t('who'), open.actor_name ?? open.actor ?? t('system')], [t('when'), f.dateTime(open.at)], [t('did'), <span key="name" className="mono">{open.name}</span>], [t('source'), source(open.source)]]} />
            <p className="muted">{t('props')}</p>
            <pre className="mono" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>{JSON.stringify(open.props, null, 2)}</pre>
          </div>
        )}
      </Drawer>
    </Page>
  )
}

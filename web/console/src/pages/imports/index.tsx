import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Import } from 'api'
import { bytes } from 'kit'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { ImportStateChip } from './state'
import { Upload } from './Upload'
import { useImports } from './words'

function useColumns(): Column<Import>[] {
  const t = useImports()
  const f = useFormat()
  return useMemo(
    () => [
      { key: 'file', title: t('file'), csv: (row) => row.name, render: (row) => <Link to={`/imports/${row.id}`} className="strong" data-testid="import-link">{row.name}</Link> },
      { key: 'kind', title: t('kind'), csv: (row) => t(`kind_${row.kind}`), render: (row) => t(`kind_${row.kind}`) },
      { key: 'state', title: t('state'), csv: (row) => t(`state_${row.state}`), render: (row) => <ImportStateChip of={row} /> },
      { key: 'rows', title: t('rows'), end: true, csv: (row) => row.rows_total, render: (row) => (row.rows_total === null ? '—' : f.count(row.rows_total)) },
      { key: 'ok', title: t('ok'), end: true, csv: (row) => row.rows_ok, render: (row) => f.count(row.rows_ok) },
      { key: 'bad', title: t('bad'), end: true, csv: (row) => row.rows_bad, render: (row) => <span className={row.rows_bad ? 'bad' : ''}>{f.count(row.rows_bad)}</span> },
      { key: 'size', title: t('size'), end: true, csv: (row) => row.bytes, render: (row) => bytes(row.bytes) },
      { key: 'time', title: t('time'), csv: (row) => new Date(row.created_at).toISOString(), render: (row) => <span className="nowrap">{f.when(row.created_at)}</span> },
    ],
    [t, f],
  )
}

const working = (row: Import) => row.state === 'running' || row.state === 'checking'

export default function Imports() {
  const t = useImports()
  const f = useFormat()
  const navigate = useNavigate()
  const { can } = useSession()
  const list = useList<Import>(['imports'], (page) => api.imports.list(page), { while: working })
  const columns = useColumns()
  const choice = useColumnChoice('imports', columns)
  return (
    <Page title={t('title')} note={t('note')}>
      <Upload />
      <Card title={t('history')} flush>
        <ListTable
          topic="imports"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/imports/${row.id}`)}
          card={(row) => (
            <div className="stack tight">
              <div className="row between"><Link to={`/imports/${row.id}`} className="strong cut" data-testid="import-link">{row.name}</Link><ImportStateChip of={row} /></div>
              <div className="row between small muted"><span>{t(`kind_${row.kind}`)} · {t('ok')} {f.count(row.rows_ok)}</span><span>{f.when(row.created_at)}</span></div>
            </div>
          )}
          empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
        />
      </Card>
      {can('import.run') && <p className="muted small">{t('quarantine_note')} <Link to="/quarantine">{t('quarantine')}</Link></p>}
    </Page>
  )
}

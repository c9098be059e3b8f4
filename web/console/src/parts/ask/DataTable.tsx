/** The numbers of an answer as a table, and the whole of it as a file from the server. */
import { useState, type ReactNode } from 'react'
import { App, Button, Dropdown } from 'antd'
import { Download } from 'lucide-react'
import { download, toCsv, type Cell } from '@/parts/csv'
import { Card } from '@/parts/Page'
import { useFailure } from '@/parts/act'
import { useExplain } from '@/parts/state'
import { askFile, type FileFormat } from './ask'
import type { Kind, Questions } from './types'
import { useAsk } from './words'
import css from './ask.module.css'

interface DataTableProps<K extends Kind> {
  kind: K
  question: Questions[K]
  title?: string
  head: ReactNode[]
  /** The first cell names the row. */
  rows: { key: string; cells: ReactNode[]; strong?: boolean }[]
  /** How many columns from the left are text. */
  texts?: number
  more?: MoreFile[]
}

/** A file of what the page shows and the server's file of the answer does not hold. */
export interface MoreFile { name: string; label: string; head: string[]; rows: Cell[][] }

/** A table is read from its top; the rest is drawn when it is asked for. */
const AT_FIRST = 100

export function DataTable<K extends Kind>({ kind, question, title, head, rows, texts = 1, more }: DataTableProps<K>) {
  const t = useAsk()
  const [all, setAll] = useState(false)
  const shown = all ? rows : rows.slice(0, AT_FIRST)
  return (
    <Card title={title ?? t('table')} extra={<DownloadButton kind={kind} question={question} {...(more ? { more } : {})} />} id="data">
      <div className={head.length <= 3 ? `${css.table} ${css.few}` : css.table} tabIndex={0} role="region" aria-label={title ?? t('table')}>
        <table className="plain-table">
          <thead>
            <tr>{head.map((name, n) => <th key={n} scope="col" className={n < texts ? '' : 'end'}>{name}</th>)}</tr>
          </thead>
          <tbody>
            {shown.map(({ key, cells, strong }) => (
              <tr key={key} className={strong ? 'strong' : ''}>{cells.map((cell, n) => <td key={n} className={n >= texts ? 'end' : typeof cell === 'string' ? css.text : ''}>{cell}</td>)}</tr>
            ))}
          </tbody>
        </table>
        {rows.length > shown.length && <Button type="link" onClick={() => setAll(true)}>{t('all_rows', { n: rows.length })}</Button>}
      </div>
    </Card>
  )
}

export function DownloadButton<K extends Kind>({ kind, question, more = [] }: { kind: K; question: Questions[K]; more?: MoreFile[] }) {
  const t = useAsk()
  const explain = useExplain()
  const failed = useFailure()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  async function fetchFile(format: FileFormat) {
    setBusy(true)
    try {
      const name = `${kind}.${format}`
      const url = URL.createObjectURL(await askFile(kind, question, format))
      Object.assign(document.createElement('a'), { href: url, download: name }).click()
      setTimeout(() => URL.revokeObjectURL(url), 1000)
      void message.success(t('downloaded', { name }))
    } catch (error) {
      void failed(() => explain(error))
    } finally {
      setBusy(false)
    }
  }
  const items = [{ key: 'csv', label: t('download_csv') }, { key: 'parquet', label: t('download_parquet') }, ...more.map(({ name, label }) => ({ key: name, label }))]
  function give(key: string) {
    const file = more.find((each) => each.name === key)
    if (!file) return void fetchFile(key as FileFormat)
    download(`${file.name}.csv`, toCsv(file.head, file.rows))
    void message.success(t('downloaded', { name: `${file.name}.csv` }))
  }
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => give(key) }}>
      <Button size="small" type="text" icon={<Download size={16} />} loading={busy} data-testid="download">{t('download')}</Button>
    </Dropdown>
  )
}

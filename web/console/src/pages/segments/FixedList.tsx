/** A segment of named people: pasted, or read from a column of a file. */
import { useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { Alert, App, Button, Drawer, Form, Input, Select } from 'antd'
import { FileUp } from 'lucide-react'
import { useAct } from '@/parts/act'
import { download, toCsv } from '@/parts/csv'
import { useFormat } from '@/parts/format'
import { segments, type StaticMade } from '@/parts/rule/ask'
import { useCommon } from '@/words/common'
import { columnKeys, decode, keysOf, likelyColumn, readCsv, type Sheet } from './keys-of'
import { useSegments } from './words'

const MOST_BYTES = 20 * 1024 * 1024
const MOST_KEYS = 50_000

export function FixedList({ open, close }: { open: boolean; close: () => void }) {
  const t = useSegments()
  return (
    <Drawer open={open} onClose={close} title={t('s_title')} size={480} destroyOnHidden>
      <Make close={close} />
    </Drawer>
  )
}

/** Our own ids apart from everybody else's. */
function sorted(all: string[]): { persons?: string[]; keys?: string[] } {
  const own = (key: string) => key.startsWith('per_')
  const [persons, keys] = [all.filter(own), all.filter((key) => !own(key))]
  return { ...(persons.length ? { persons } : {}), ...(keys.length ? { keys } : {}) }
}

function Make({ close }: { close: () => void }) {
  const t = useSegments()
  const c = useCommon()
  const f = useFormat()
  const { message } = App.useApp()
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const [file, setFile] = useState<{ name: string; sheet: Sheet; column: number } | null>(null)
  const [tried, setTried] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const read = useMemo(() => (file ? columnKeys(file.sheet, file.column) : keysOf(text)), [file, text])
  const make = useAct(() => segments.createStatic({ name: name.trim(), ...sorted(read.keys) }), { done: null, refresh: ['segments'] })
  async function take(chosen: File | undefined) {
    if (!chosen) return
    if (!/\.(csv|txt|tsv)$/i.test(chosen.name) || chosen.size > MOST_BYTES) return void message.error(t('s_bad_file'))
    const sheet = readCsv(decode(await chosen.arrayBuffer()))
    setFile({ name: chosen.name, sheet, column: likelyColumn(sheet) })
    if (!name) setName(chosen.name.replace(/\.\w+$/, ''))
  }
  if (make.data) return <Made of={make.data} close={close} />
  const over = read.keys.length > MOST_KEYS
  function submit() {
    setTried(true)
    if (name.trim() && read.keys.length && !over) make.mutate(undefined)
  }
  return (
    <Form layout="vertical" onFinish={submit}>
      <p className="muted" style={{ marginBottom: 16 }}>{t('s_note')}</p>
      <Form.Item label={t('s_name')} htmlFor="static-name" {...(tried && !name.trim() ? { validateStatus: 'error' as const, help: t('s_name_needed') } : {})}>
        <Input id="static-name" value={name} onChange={(event) => setName(event.target.value)} maxLength={80} data-testid="static-name" />
      </Form.Item>
      {file ? (
        <Form.Item label={`${file.name} · ${t('s_column')}`} htmlFor="static-column">
          <span className="row">
            <Select id="static-column" className="grow" value={file.column} onChange={(column) => setFile({ ...file, column })} options={file.sheet.head.map((label, value) => ({ value, label: label || `${value + 1}` }))} />
            <Button onClick={() => setFile(null)}>{c('remove')}</Button>
          </span>
        </Form.Item>
      ) : (
        <Form.Item label={t('s_paste')} htmlFor="static-keys">
          <Input.TextArea id="static-keys" rows={10} value={text} onChange={(event) => setText(event.target.value)} placeholder={'13800138000\nname@example.com'} data-testid="static-keys" />
        </Form.Item>
      )}
      <div className="row wrap between" style={{ marginBottom: 20 }}>
        <span className={over || (tried && !read.keys.length) ? 'bad' : 'muted'} role="status" data-testid="static-read">
          {over ? t('s_too_many', { n: f.count(MOST_KEYS) }) : read.keys.length ? t('s_read', { n: f.count(read.keys.length) }) : t('s_none')}
          {read.repeated > 0 && <span className="muted">；{t('s_repeated', { n: f.count(read.repeated) })}</span>}
        </span>
        {!file && <Button icon={<FileUp size={15} />} onClick={() => input.current?.click()}>{t('s_file')}</Button>}
        <input ref={input} type="file" accept=".csv,.txt,.tsv,text/csv" hidden data-testid="static-file" aria-label={t('s_file')}
          onChange={(event) => { void take(event.target.files?.[0]); event.target.value = '' }} />
      </div>
      <Button type="primary" htmlType="submit" block loading={make.isPending} data-testid="static-make">{t('s_make')}</Button>
    </Form>
  )
}

function Made({ of, close }: { of: StaticMade; close: () => void }) {
  const t = useSegments()
  const f = useFormat()
  const navigate = useNavigate()
  return (
    <div className="stack" data-testid="static-made">
      <Alert type="success" showIcon title={t('s_made', { found: f.count(of.found) })} />
      {of.missing_count > 0 && (
        <Alert type="warning" showIcon title={t('s_missing', { n: f.count(of.missing_count) })} description={<span className="mono" style={{ overflowWrap: 'anywhere' }}>{of.missing.slice(0, 8).join('  ')}{of.missing_count > 8 && ' …'}</span>}
          action={<Button size="small" onClick={() => download('missing.csv', toCsv(['key'], of.missing.map((key) => [key])))}>{of.missing_count > of.missing.length ? t('s_missing_first', { n: f.count(of.missing.length) }) : t('s_missing_get')}</Button>} />
      )}
      <Button type="primary" onClick={() => { close(); void navigate(`/segments/${of.id}`) }}>{t('s_see')}</Button>
    </div>
  )
}

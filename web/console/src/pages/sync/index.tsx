/** Sync with another customer system: who wins, field by field, and what the last runs did. */
import { useEffect, useMemo, useState } from 'react'
import { AutoComplete, Button, Input, Select, Table } from 'antd'
import { Download } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import type { List } from 'api'
import { client } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import type { Column } from '@/parts/list/columns'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { useSaid } from '@/said'
import { usePerson, type PersonWord } from '../person/words'
import { useSyncWords } from './words'

const policies = ['fill_empty', 'theirs', 'ours', 'newest'] as const
interface Rule { field: string; from: string; policy: (typeof policies)[number] }
interface System { code: string; fields: Rule[] }
interface Run { id: string; system: string; at: number; items: number; created: number; changed: number; same: number; refused: number; sample: string }

/** The server writes no more rows than this into the file. */
const MOST_IN_FILE = 50_000

const portrait = ['gender', 'birthday', 'age_band', 'income_band', 'region', 'education', 'household_size', 'household_comp', 'home_ownership', 'marital_status', 'kids_count', 'occupation']
const blank = (): Rule[] => ['name', 'phone', 'email', ...portrait].map((field) => ({ field, from: field, policy: 'fill_empty' }))

export default function Sync() {
  const t = useSyncWords()
  const f = useFormat()
  const list = useList<Run>(['sync-runs'], (page) => client.call<List<Run>>('GET', '/api/v1/sync/runs', { query: { ...page } }))
  const columns = useColumns()
  const file = <Button icon={<Download size={15} />} href="/api/v1/persons.csv" data-testid="export-persons">{t('file')}</Button>
  return (
    <Page title={t('title')} note={t('note')} actions={<span className="row wrap"><span className="muted small">{t('file_note', { n: f.count(MOST_IN_FILE) })}</span>{file}</span>}>
      <Rules />
      <Card flush title={t('runs')}>
        <ListTable topic="sync" what={t('what')} list={list} columns={columns} id={(row) => row.id} empty={<Empty title={t('empty')} hint={t('empty_hint')} />}
          card={(row) => <div className="stack tight"><span className="strong">{row.system}</span><span className="small muted">{(['created', 'changed', 'same', 'refused'] as const).map((key) => `${t(key)} ${f.count(row[key])}`).join(' · ')}</span></div>} />
      </Card>
    </Page>
  )
}

function useColumns(): Column<Run>[] {
  const t = useSyncWords()
  const f = useFormat()
  const { say } = useSaid()
  return useMemo(() => {
    const number = (key: 'items' | 'created' | 'changed' | 'same' | 'refused'): Column<Run> => ({ key, title: t(key), end: true, csv: (row) => row[key], render: (row) => f.count(row[key]) })
    const why = (row: Run) => (JSON.parse(row.sample) as { external_id: string; error: string }[]).map((bad) => `${bad.external_id}${f.lang === 'zh' ? '：' : ': '}${say(bad.error)}`).join(f.lang === 'zh' ? '；' : '; ')
    return [
      { key: 'at', title: t('at'), csv: (row) => new Date(row.at).toISOString(), render: (row) => f.when(row.at) },
      { key: 'system', title: t('system'), csv: (row) => row.system, render: (row) => row.system },
      number('items'), number('created'), number('changed'), number('same'), number('refused'),
      { key: 'why', title: t('why'), csv: why, render: (row) => <span className="small muted">{why(row)}</span> },
    ]
  }, [t, f, say])
}

function Rules() {
  const t = useSyncWords()
  const systems = useQuery({ queryKey: ['sync-systems'], queryFn: () => client.call<List<System>>('GET', '/api/v1/sync/systems') })
  return (
    <Card title={t('rules')} note={t('system_hint')}>
      <Shown of={systems} what={t('rules')} rows={8}>{(data) => <RuleForm systems={data.items} />}</Shown>
    </Card>
  )
}

/** Shown once the rules that are there are known: what is saved replaces them. */
function RuleForm({ systems }: { systems: System[] }) {
  const t = useSyncWords()
  const p = usePerson()
  const [code, setCode] = useState(systems[0]?.code ?? 'crm')
  const [rules, setRules] = useState<Rule[]>(() => systems[0]?.fields ?? blank())
  const known = systems.find((system) => system.code === code)
  useEffect(() => setRules(known?.fields ?? blank()), [known])
  const save = useAct(() => client.call<void>('PUT', `/api/v1/sync/systems/${code}`, { body: { fields: rules } }), { done: t('saved'), refresh: ['sync-systems'] })
  const change = (field: string, to: Partial<Rule>) => setRules((all) => all.map((rule) => (rule.field === field ? { ...rule, ...to } : rule)))
  const name = (field: string) => (field === 'name' || field === 'phone' || field === 'email' ? t(`f_${field}`) : p(`p_${field}` as PersonWord))
  return (
    <div className="stack">
      <label className="row wrap">
        <span className="muted">{t('system')}</span>
        <AutoComplete aria-label={t('system')} style={{ width: 180 }} value={code} onChange={setCode} placeholder={t('system_new')} data-testid="sync-system"
          options={systems.map((system) => ({ value: system.code }))} />
      </label>
      <Table<Rule> size="small" rowKey="field" pagination={false} dataSource={rules} scroll={{ x: 480 }}
        columns={[
          { title: t('field'), render: (_, rule) => name(rule.field) },
          { title: t('from'), render: (_, rule) => <Input size="small" aria-label={`${t('from')} ${name(rule.field)}`} maxLength={100} value={rule.from} onChange={(e) => change(rule.field, { from: e.target.value })} /> },
          { title: t('policy'), render: (_, rule) => <Select size="small" aria-label={`${t('policy')} ${name(rule.field)}`} style={{ minWidth: 140 }} value={rule.policy} onChange={(policy) => change(rule.field, { policy })} options={policies.map((value) => ({ value, label: t(value) }))} /> },
        ]} />
      <div className="row">
        <Button type="primary" loading={save.isPending} disabled={!/^[a-z0-9_]{1,30}$/.test(code)} onClick={() => save.mutate(undefined)} data-testid="sync-save">{t('save')}</Button>
      </div>
    </div>
  )
}

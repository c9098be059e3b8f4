import { useMemo, useState } from 'react'
import { App, Button, Form, Input, Modal, Segmented } from 'antd'
import { Copy, Plus } from 'lucide-react'
import type { Key, KeyMade } from 'api'
import { api } from '@/server'
import { useAct, useCopy } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import type { Column } from '@/parts/list/columns'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useCommon } from '@/words/common'
import { useKeyWords } from './words'
import css from './keys.module.css'

export default function Keys() {
  const t = useKeyWords()
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<KeyMade | null>(null)
  const list = useList<Key>(['keys'], () => api.keys.list())
  const columns = useColumns()
  const create = <Button type="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)} data-testid="new-key">{t('create')}</Button>
  return (
    <Page title={t('title')} note={t('note')} actions={create}>
      <Card flush>
        <ListTable topic="keys" what={t('what')} list={list} columns={columns} id={(row) => row.id} empty={<Empty title={t('empty')} hint={t('empty_hint')} action={create} />}
          card={(row) => (
            <div className="row between">
              <span className="stack tight"><span className="strong">{row.name}</span><span className="small muted">{t(`scope_${row.scope}`)} · <span className="mono">{row.prefix}…</span></span></span>
              <Revoke row={row} />
            </div>
          )} />
      </Card>
      <HowTo />
      <Create open={creating} close={() => setCreating(false)} done={setMade} />
      {made && <Secret made={made} close={() => setMade(null)} />}
    </Page>
  )
}

function useColumns(): Column<Key>[] {
  const t = useKeyWords()
  const f = useFormat()
  return useMemo(
    () => [
      { key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => <span className="strong">{row.name}</span> },
      { key: 'scope', title: t('scope'), csv: (row) => row.scope, render: (row) => t(`scope_${row.scope}`) },
      { key: 'prefix', title: t('prefix'), csv: (row) => row.prefix, render: (row) => <span className="mono">{row.prefix}…</span> },
      { key: 'created', title: t('created'), csv: (row) => new Date(row.created_at).toISOString(), render: (row) => f.when(row.created_at) },
      { key: 'last_used', title: t('last_used'), csv: (row) => row.last_used_at, render: (row) => (row.last_used_at === null ? <span className="faint">{t('never')}</span> : f.when(row.last_used_at)) },
      { key: 'status', title: t('status'), end: true, csv: (row) => (row.revoked_at === null ? t('active') : t('revoked')), render: (row) => <Revoke row={row} /> },
    ],
    [t, f],
  )
}

function Revoke({ row }: { row: Key }) {
  const t = useKeyWords()
  const { modal } = App.useApp()
  const revoke = useAct(() => api.keys.revoke(row.id), { done: t('revoked_done'), refresh: ['keys'] })
  if (row.revoked_at !== null) return <StateChip tone="plain">{t('revoked')}</StateChip>
  const ask = () =>
    modal.confirm({
      title: t('revoke_title', { name: row.name }), content: t('revoke_note'), okText: t('revoke'), okButtonProps: { danger: true },
      onOk: () => revoke.mutateAsync(undefined).catch(() => undefined),
    })
  return <Button size="small" onClick={ask} data-testid="revoke-key">{t('revoke')}</Button>
}

interface Given { name: string; scope: Key['scope'] }

function Create({ open, close, done }: { open: boolean; close: () => void; done: (made: KeyMade) => void }) {
  const t = useKeyWords()
  const c = useCommon()
  const [form] = Form.useForm<Given>()
  const create = useAct(api.keys.create, {
    done: null,
    refresh: ['keys'],
    then: (made) => {
      close()
      done(made)
    },
  })
  return (
    <Modal open={open} title={t('create')} onCancel={close} onOk={() => form.submit()} okText={c('create')} confirmLoading={create.isPending} destroyOnHidden>
      <Form<Given> form={form} layout="vertical" requiredMark={false} preserve={false} initialValues={{ scope: 'ingest' }} onFinish={({ name, scope }) => create.mutate({ name: name.trim(), scope })}>
        <Form.Item name="name" label={t('name')} extra={t('name_hint')} rules={[{ required: true, whitespace: true, message: t('name_needed') }]}><Input maxLength={60} autoFocus data-testid="key-name" /></Form.Item>
        <Form.Item name="scope" label={t('scope')}><Segmented options={(['ingest', 'admin'] as const).map((value) => ({ value, label: t(`scope_${value}`) }))} /></Form.Item>
      </Form>
    </Modal>
  )
}

function Secret({ made, close }: { made: KeyMade; close: () => void }) {
  const t = useKeyWords()
  const copy = useCopy()
  return (
    <Modal open title={t('secret_title')} closable={false} mask={{ closable: false }} keyboard={false}
      footer={<Button type="primary" onClick={close}>{t('secret_done')}</Button>}>
      <p className="muted">{t('secret_note')}</p>
      <div className={css.secret}>
        <code data-testid="key-secret">{made.secret}</code>
        <Button icon={<Copy size={15} />} onClick={() => copy(made.secret)}>{t('copy')}</Button>
      </div>
    </Modal>
  )
}

function HowTo() {
  const t = useKeyWords()
  const example = `curl ${window.location.origin}/v1/track \\
  -u "WRITE_KEY:" -H "content-type: application/json" \\
  -d '{"event":"product.viewed","anonymousId":"d-1","properties":{"path":"/p/1"}}'`
  return (
    <Card title={t('how')} note={t('how_note')}>
      <pre className={css.code} tabIndex={0}>{example}</pre>
    </Card>
  )
}

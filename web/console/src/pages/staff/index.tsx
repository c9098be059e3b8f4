import { useMemo, useState } from 'react'
import { App, Button, Tabs } from 'antd'
import { Plus } from 'lucide-react'
import type { Staff } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import type { Column } from '@/parts/list/columns'
import { ListTable } from '@/parts/list/ListTable'
import { useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useShell } from '@/shell/words'
import { useCommon } from '@/words/common'
import { Roles } from './Roles'
import { StaffForm } from './StaffForm'
import { useStaff } from './words'

export default function StaffPage() {
  const t = useStaff()
  const { can } = useSession()
  const [editing, setEditing] = useState<Staff | 'new' | null>(null)
  const writes = can('staff.write')
  const create = writes && <Button type="primary" icon={<Plus size={15} />} onClick={() => setEditing('new')} data-testid="new-staff">{t('create')}</Button>
  return (
    <Page title={t('title')} actions={create}>
      <Tabs
        items={[
          { key: 'staff', label: t('everyone'), children: <Everyone edit={setEditing} writes={writes} /> },
          { key: 'roles', label: t('roles'), children: <Roles /> },
        ]}
      />
      <StaffForm of={editing} close={() => setEditing(null)} />
    </Page>
  )
}

function Everyone({ edit, writes }: { edit: (staff: Staff) => void; writes: boolean }) {
  const t = useStaff()
  const s = useShell()
  const list = useList<Staff>(['staff'], () => api.staff.list())
  const columns = useColumns(edit, writes)
  return (
    <Card flush>
      <ListTable topic="staff" what={t('what')} list={list} columns={columns} id={(row) => row.id} {...(writes ? { open: edit } : {})} empty={<Empty title={t('empty')} />}
        card={(row) => (
          <div className="stack tight">
            <div className="row between"><span className="strong">{row.name}</span><span>{s(`role_${row.role}`)}</span></div>
            <span className="small muted">{row.email}{!row.active && ` · ${t('inactive')}`}</span>
          </div>
        )} />
    </Card>
  )
}

function useColumns(edit: (staff: Staff) => void, writes: boolean): Column<Staff>[] {
  const t = useStaff()
  const s = useShell()
  const f = useFormat()
  const { me } = useSession()
  return useMemo(
    () => [
      { key: 'name', title: t('name'), csv: (row) => row.name, render: (row) => <span className="strong">{row.name}{row.id === me.staff.id && <span className="faint"> · {t('you')}</span>}</span> },
      { key: 'email', title: t('email'), csv: (row) => row.email, render: (row) => row.email },
      { key: 'role', title: t('role'), csv: (row) => s(`role_${row.role}`), render: (row) => s(`role_${row.role}`) },
      { key: 'stores', title: t('stores'), csv: (row) => row.stores.map((store) => store.name).join(' '), render: (row) => (row.stores.length ? row.stores.map((store) => store.name).join(f.lang === 'zh' ? '、' : ', ') : t('all_stores')) },
      { key: 'status', title: t('status'), csv: (row) => (row.active ? t('active') : t('inactive')), render: (row) => <StateChip tone={row.active ? 'good' : 'plain'}>{row.active ? t('active') : t('inactive')}</StateChip> },
      { key: 'last_seen', title: t('last_seen'), csv: (row) => (row.last_seen_at === null ? null : new Date(row.last_seen_at).toISOString()), render: (row) => (row.last_seen_at === null ? <span className="faint">{t('never')}</span> : f.when(row.last_seen_at)) },
      ...(writes ? [{ key: 'act', title: '', end: true, csv: () => null, render: (row: Staff) => <RowActs row={row} edit={edit} mine={row.id === me.staff.id} /> }] : []),
    ],
    [t, s, f, me, edit, writes],
  )
}

function RowActs({ row, edit, mine }: { row: Staff; edit: (staff: Staff) => void; mine: boolean }) {
  const t = useStaff()
  const c = useCommon()
  const { modal } = App.useApp()
  const turn = useAct(() => api.staff.save(row.id, { active: !row.active }), { refresh: ['staff'] })
  const ask = () =>
    modal.confirm({
      title: t('deactivate_title', { name: row.name }), content: t('deactivate_note'), okText: t('deactivate'), okButtonProps: { danger: true },
      onOk: () => turn.mutateAsync(undefined).catch(() => undefined),
    })
  return (
    <span className="row" style={{ justifyContent: 'flex-end' }}>
      <Button size="small" onClick={() => edit(row)}>{c('edit')}</Button>
      {!mine && <Button size="small" onClick={() => (row.active ? ask() : turn.mutate(undefined))}>{row.active ? t('deactivate') : t('activate')}</Button>}
    </span>
  )
}

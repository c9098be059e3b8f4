/** Every tag with who says it, in groups: rename and merge, move, take off, allow again. */
import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Dropdown, type MenuProps } from 'antd'
import { Ellipsis, Plus } from 'lucide-react'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { segments, type SegmentRow } from '@/parts/rule/ask'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { tags, TOUCHED, useGroups, type Group, type Tag } from './ask'
import { GroupForm } from './GroupForm'
import { Groups } from './Groups'
import { Rename } from './Rename'
import { useTags } from './words'
import css from './tags.module.css'

const NONE = 'none'

export default function Tags() {
  const t = useTags()
  const { can } = useSession()
  const writes = can('campaign.write')
  const filters = useFilters(['group'])
  const groups = useGroups()
  const [renaming, setRenaming] = useState<Tag | null>(null)
  const [grouping, setGrouping] = useState<Group | 'new' | null>(null)
  const all = useList<Tag>(['tags', 'all'], tags.list)
  const { q = '', group } = filters.values
  const rows = useMemo(() => all.rows.filter((row) => row.tag.toLowerCase().includes(q.trim().toLowerCase()) && (!group || (row.group_id ?? NONE) === group)), [all.rows, q, group])
  const known = groups.data?.items ?? []
  const specs = useMemo<FilterSpec[]>(
    () => [{ name: 'group', label: t('group'), options: [...known.map(({ id, name }) => ({ value: id, label: name })), { value: NONE, label: t('no_group') }] }],
    [t, known],
  )
  const columns = useColumns(known, writes, setRenaming)
  const choice = useColumnChoice('tags', columns)
  const create = writes && <Button type="primary" icon={<Plus size={15} />} onClick={() => setGrouping('new')} data-testid="new-tag-group">{t('new_group')}</Button>
  return (
    <Page title={t('title')} note={t('note')} actions={create}>
      <div className={`side ${css.page}`}>
        <Card flush>
          <ListBar topic="tags" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={rows} />
          <ListTable topic="tags" what={t('what')} list={{ ...all, rows, total: rows.length }} columns={choice.visible} id={(row) => row.tag}
            card={(row) => <TagCard row={row} groups={known} acts={writes && <Acts row={row} groups={known} rename={setRenaming} />} />}
            filtered={Boolean(q || group)} clear={filters.clear} empty={<Empty title={t('empty')} hint={t('empty_hint')} />} />
        </Card>
        <Groups query={groups} chosen={group} choose={(id) => filters.set({ group: id })} {...(writes ? { edit: setGrouping } : {})} />
      </div>
      {renaming && <Rename of={renaming} all={all.rows} close={() => setRenaming(null)} />}
      {grouping && <GroupForm of={grouping} all={all.rows.map((row) => row.tag)} close={() => setGrouping(null)} />}
    </Page>
  )
}

const toneOf = (row: Tag, groups: Group[]) => groups.find((each) => each.id === row.group_id)?.colour ?? 'plain'

/** Segments by the tag that they keep. */
function useKeepers(): Map<string, SegmentRow> {
  const { can } = useSession()
  const rows = useQuery({ queryKey: ['segments', 'keepers'], queryFn: () => segments.list({ limit: 200 }), enabled: can('measure.read'), staleTime: 60_000 })
  return useMemo(() => new Map((rows.data?.items ?? []).flatMap((each) => (each.tag ? [[each.tag, each] as const] : []))), [rows.data])
}

function useColumns(groups: Group[], writes: boolean, rename: (row: Tag) => void): Column<Tag>[] {
  const t = useTags()
  const f = useFormat()
  const keepers = useKeepers()
  return useMemo(() => {
    const head = (word: 'manual' | 'imported' | 'rules' | 'removed') => t(word)
    const number = (key: 'manual' | 'imported' | 'removed'): Column<Tag> => ({
      key, title: head(key), end: true, csv: (row) => row[key],
      render: (row) => (row[key] === 0 ? <span className="faint">—</span> : <span title={t(`${key}_note`)}>{f.count(row[key])}</span>),
    })
    return [
      { key: 'tag', title: t('tag'), csv: (row) => row.tag, render: (row) => <StateChip tone={toneOf(row, groups)}>{row.tag}</StateChip> },
      { key: 'group', title: t('group'), csv: (row) => groups.find((each) => each.id === row.group_id)?.name, render: (row) => groups.find((each) => each.id === row.group_id)?.name ?? <span className="faint">—</span> },
      { key: 'persons', title: t('persons'), end: true, csv: (row) => row.persons, render: (row) => <People row={row} /> },
      number('manual'), number('imported'),
      {
        key: 'rules', title: t('rules'), end: true, csv: (row) => row.rules, render: (row) => {
          const keeper = keepers.get(row.tag)
          if (!keeper) return row.rules === 0 ? <span className="faint">—</span> : <span title={t('rules_note')}>{f.count(row.rules)}</span>
          return <span>{f.count(row.rules)}<span className={`small muted cut prose ${css.keeper}`}>{t('kept_by')} <Link to={`/segments/${keeper.id}`}>{keeper.name}</Link></span></span>
        },
      },
      number('removed'),
      ...(writes ? [{ key: 'act', title: '', end: true, csv: () => null, render: (row: Tag) => <Acts row={row} groups={groups} rename={rename} /> }] : []),
    ]
  }, [t, f, groups, writes, rename, keepers])
}

function People({ row }: { row: Tag }) {
  const t = useTags()
  const f = useFormat()
  if (row.persons === 0) return <span className="faint">0</span>
  return <Link to={`/persons?tag=${encodeURIComponent(row.tag)}`} title={t('see_people', { n: f.count(row.persons) })} data-testid="tag-people">{f.count(row.persons)}</Link>
}

function TagCard({ row, groups, acts }: { row: Tag; groups: Group[]; acts: React.ReactNode }) {
  const t = useTags()
  const f = useFormat()
  const ways = (['manual', 'imported', 'rules', 'removed'] as const).filter((way) => row[way] > 0).map((way) => `${t(way)} ${f.count(row[way])}`)
  return (
    <div className="row between">
      <span className="stack tight">
        <span className="row wrap"><StateChip tone={toneOf(row, groups)}>{row.tag}</StateChip><span className="small muted">{groups.find((each) => each.id === row.group_id)?.name}</span></span>
        <span className="small muted">{ways.join(' · ') || '—'}</span>
      </span>
      <span className="row nowrap"><People row={row} />{acts}</span>
    </div>
  )
}

function Acts({ row, groups, rename }: { row: Tag; groups: Group[]; rename: (row: Tag) => void }) {
  const t = useTags()
  const f = useFormat()
  const navigate = useNavigate()
  const { modal } = App.useApp()
  const name = (id: string | null) => groups.find((each) => each.id === id)?.name ?? ''
  const move = useAct((group_id: string | null) => tags.move({ tag: row.tag, group_id }), { done: (_, to) => (to ? t('moved', { group: name(to) }) : t('moved_out')), refresh: TOUCHED })
  const allow = useAct(() => tags.allow(row.tag), { done: ({ persons }) => t('allowed', { n: f.count(persons) }), refresh: TOUCHED })
  const remove = useAct(() => tags.remove(row.tag), { done: ({ persons }) => t('removed_done', { n: f.count(persons) }), refresh: TOUCHED })
  const others = groups.filter((each) => each.id !== row.group_id)
  const items: NonNullable<MenuProps['items']> = [
    { key: 'rename', label: t('rename') },
    {
      key: 'move', label: t('move'), disabled: groups.length === 0,
      children: [...others.map(({ id, name: label }) => ({ key: `to:${id}`, label })), ...(row.group_id ? [{ key: 'to:', label: t('no_group') }] : [])],
    },
    { key: 'segment', label: t('to_segment') },
    ...(row.removed > 0 ? [{ key: 'allow', label: t('allow', { n: f.count(row.removed) }) }] : []),
    { type: 'divider' },
    { key: 'remove', label: t('remove'), danger: true },
  ]
  function pick(key: string) {
    if (key === 'rename') return rename(row)
    if (key === 'segment') return void navigate(`/segments/new?tag=${encodeURIComponent(row.tag)}`)
    if (key.startsWith('to:')) return move.mutate(key.slice(3) || null)
    const [act, word] = key === 'allow' ? [allow, 'allow'] as const : [remove, 'remove'] as const
    void modal.confirm({
      title: t(`${word}_title`, { tag: row.tag }), content: t(`${word}_text`, { n: f.count(key === 'allow' ? row.removed : row.persons) }),
      okText: key === 'allow' ? t('allow_yes') : t('remove'), okButtonProps: { danger: key !== 'allow' },
      onOk: () => act.mutateAsync(undefined).catch(() => undefined),
    })
  }
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key, domEvent }) => { domEvent.stopPropagation(); pick(key) } }}>
      <Button type="text" size="small" icon={<Ellipsis size={16} />} aria-label={t('acts', { tag: row.tag })} data-testid="tag-acts" />
    </Dropdown>
  )
}

/** The schema of attributes: built-in ones and the brand's own, how private each is, whose word counts, and who has a value. */
import { useMemo, useState } from 'react'
import { Alert, Button } from 'antd'
import { Plus } from 'lucide-react'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useColumnChoice, type Column } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { Opener } from '@/parts/list/Opener'
import { useFilters, useList } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { attributes, LEVELS, sameOrder, SOURCES, useCoverage, type Attribute, type Coverage, type Level } from './ask'
import { AttributeForm } from './AttributeForm'
import { Detail } from './Detail'
import { useAttributeWords } from './words'
import css from './attributes.module.css'

const TONES: Record<Level, Tone> = { none: 'plain', personal: 'warn', sensitive: 'bad' }

export default function Attributes() {
  const t = useAttributeWords()
  const { can } = useSession()
  const writes = can('settings.write')
  const [editing, setEditing] = useState<Attribute | 'new' | null>(null)
  const [seen, setSeen] = useState<string | null>(null)
  const filters = useFilters(['level', 'origin'])
  const { q = '', level, origin } = filters.values
  const all = useList<Attribute>(['attributes', 'all'], attributes.list)
  const rows = useMemo(() => {
    const wanted = q.trim().toLowerCase()
    const fits = (row: Attribute) => [row.zh, row.en, row.key].some((text) => text.toLowerCase().includes(wanted))
    return all.rows.filter((row) => fits(row) && (!level || row.pii === level) && (!origin || stateOf(row) === origin))
  }, [all.rows, q, level, origin])
  const looked = all.rows.find((row) => row.key === seen)
  const columns = useColumns(writes, setEditing, setSeen)
  const choice = useColumnChoice('attributes', columns)
  const specs = useMemo<FilterSpec[]>(
    () => [
      { name: 'level', label: t('level'), options: LEVELS.map((value) => ({ value, label: t(`pii_${value}`) })) },
      { name: 'origin', label: t('origin'), options: (['builtin', 'own', 'archived'] as const).map((value) => ({ value, label: t(value) })) },
    ],
    [t],
  )
  const create = writes && <Button type="primary" icon={<Plus size={15} />} onClick={() => setEditing('new')} data-testid="new-attribute">{t('create')}</Button>
  return (
    <Page title={t('title')} note={t('note')} actions={create}>
      {!writes && <Alert type="info" showIcon title={t('need_owner')} />}
      <div className="side">
        <Card flush>
          <ListBar topic="attributes" filters={filters} specs={specs} searchHint={t('search')} columns={columns} choice={choice} rows={rows} />
          <ListTable topic="attributes" what={t('what')} list={{ ...all, rows, total: rows.length }} columns={choice.visible} id={(row) => row.key} open={(row) => setSeen(row.key)}
            card={(row) => <AttributeCard row={row} open={setSeen} />} filtered={Boolean(q || level || origin)} clear={filters.clear} empty={<Empty title={t('empty')} hint={t('empty_hint')} />} />
        </Card>
        <div className="stack">
          <Whose />
          <Levels />
        </div>
      </div>
      {looked && <Detail of={looked} edit={writes ? () => setEditing(looked) : null} close={() => setSeen(null)} />}
      {editing && <AttributeForm of={editing} close={() => setEditing(null)} />}
    </Page>
  )
}

const stateOf = (row: Attribute) => (row.archived ? 'archived' : row.builtin ? 'builtin' : 'own')

function useNames() {
  const { lang } = useFormat()
  return (row: Attribute) => (lang === 'zh' ? row.zh : row.en)
}

function useKind() {
  const t = useAttributeWords()
  return (row: Attribute) => (row.kind === 'enum' ? t('n_options', { n: row.options.length, count: row.options.length }) : t(`kind_${row.kind}`))
}

function useColumns(writes: boolean, edit: (row: Attribute) => void, see: (key: string) => void): Column<Attribute>[] {
  const t = useAttributeWords()
  const c = useCommon()
  const { lang } = useFormat()
  const covered = useCoverage().data
  return useMemo(
    () => [
      { key: 'name', title: t('name'), csv: (row) => row[lang], render: (row) => <span className="row"><Name row={row} open={see} />{!sameOrder(row.sources, SOURCES) && <StateChip tone="water" title={row.sources.map((each) => t(`by_${each}`)).join(' > ')}>{t('own_order')}</StateChip>}{row.archived && <StateChip tone="plain">{t('archived')}</StateChip>}</span> },
      { key: 'key', title: t('key'), csv: (row) => row.key, render: (row) => <span className="mono">{row.key}</span> },
      { key: 'kind', title: t('kind'), csv: (row) => row.kind, render: (row) => <Kind row={row} /> },
      { key: 'level', title: t('level'), csv: (row) => row.pii, render: (row) => <LevelChip row={row} /> },
      { key: 'fresh', title: t('fresh'), end: true, csv: (row) => row.max_age_days, render: (row) => (row.max_age_days === null ? <span className="muted">{t('never')}</span> : t('n_days', { n: row.max_age_days, count: row.max_age_days })) },
      ...(covered ? [{
        key: 'coverage', title: t('coverage'), csv: (row: Attribute) => (coverOf(covered.items, row)?.share_bp ?? 0) / 100,
        render: (row: Attribute) => <Cover of={coverOf(covered.items, row)} />,
      }] : []),
      { key: 'order', title: t('order'), hidden: true, csv: (row) => row.sources.map((each) => t(`by_${each}`)).join(' > '), render: (row) => row.sources.map((each) => t(`by_${each}`)).join(' > ') },
      { key: 'origin', title: t('origin'), csv: (row) => t(row.builtin ? 'builtin' : 'own'), render: (row) => <span className={row.builtin ? 'muted' : ''}>{t(row.builtin ? 'builtin' : 'own')}</span> },
      { key: 'options', title: t('options'), hidden: true, csv: (row) => row.options.join(' '), render: (row) => row.options.join(' · ') || '—' },
      ...(writes ? [{ key: 'act', title: '', end: true, csv: () => null, render: (row: Attribute) => <Button size="small" onClick={() => edit(row)}>{c('edit')}</Button> }] : []),
    ],
    [t, c, lang, writes, edit, see, covered],
  )
}

const coverOf = (all: Coverage[], row: Attribute) => all.find((each) => each.key === row.key)

/** The share of the pool that has a value, as a bar and a number. */
function Cover({ of }: { of: Coverage | undefined }) {
  const t = useAttributeWords()
  const f = useFormat()
  if (!of) return <span className="faint">—</span>
  return (
    <span className={css.cover} title={t('people', { n: f.count(of.persons), count: of.persons })} data-testid="attribute-coverage">
      <span className={css.track} aria-hidden><span className={css.fill} style={{ width: `${of.share_bp / 100}%` }} /></span>
      <span>{f.percent(of.share_bp)}</span>
    </span>
  )
}

function Name({ row, open }: { row: Attribute; open: (key: string) => void }) {
  const name = useNames()(row)
  return <Opener open={() => open(row.key)}>{row.archived ? <span className="muted">{name}</span> : name}</Opener>
}

function Kind({ row }: { row: Attribute }) {
  return <span title={row.options.join(' · ')}>{useKind()(row)}</span>
}

function LevelChip({ row }: { row: Attribute }) {
  const t = useAttributeWords()
  return (
    <span className="row nowrap">
      <StateChip tone={TONES[row.pii]} title={t(`pii_${row.pii}_note`)}>{t(`pii_${row.pii}`)}</StateChip>
      {row.searchable && <span className="small muted">{t('searchable_chip')}</span>}
    </span>
  )
}

function AttributeCard({ row, open }: { row: Attribute; open: (key: string) => void }) {
  const t = useAttributeWords()
  const kind = useKind()
  const covered = useCoverage().data
  const facts = [kind(row), row.max_age_days !== null && t('n_days', { n: row.max_age_days, count: row.max_age_days }), t(row.archived ? 'archived' : row.builtin ? 'builtin' : 'own')]
  return (
    <div className="stack tight">
      <div className="row between"><Name row={row} open={open} /><LevelChip row={row} /></div>
      <div className="row between small muted"><span className="mono cut">{row.key}</span><span className="nowrap">{facts.filter(Boolean).join(' · ')}</span></div>
      {covered && <div className="row between small muted"><span>{t('coverage')}</span><Cover of={coverOf(covered.items, row)} /></div>}
    </div>
  )
}

/** Sources in the order in which they count. */
function Whose() {
  const t = useAttributeWords()
  return (
    <Card title={t('who')} note={t('who_note')} id="attribute-sources">
      <ol className={css.order}>
        {SOURCES.map((source) => <li key={source}><span className="strong">{t(`by_${source}`)}</span><span className="small muted">{t(`by_${source}_note`)}</span></li>)}
      </ol>
    </Card>
  )
}

function Levels() {
  const t = useAttributeWords()
  return (
    <Card title={t('level')}>
      <ul className={css.levels}>
        {LEVELS.map((level) => <li key={level}><StateChip tone={TONES[level]}>{t(`pii_${level}`)}</StateChip><span className="small muted">{t(`pii_${level}_note`)}</span></li>)}
      </ul>
    </Card>
  )
}

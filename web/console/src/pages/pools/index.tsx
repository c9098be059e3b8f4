/** Traffic pools: how many people each reaches, how they overlap, and whether rules may join people of two. */
import { useState } from 'react'
import { Alert, Button, Select } from 'antd'
import { Pencil, Plus } from 'lucide-react'
import { Link, useNavigate } from 'react-router'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { Facts, StateChip, TagChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { usePools, type PoolList, type PoolRow } from '@/parts/pools'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useKindName } from '../person/Identities'
import { Picture } from '../segments/Picture'
import { Choose } from './Choose'
import { PoolForm } from './PoolForm'
import { segmentOf } from './rule'
import { usePoolWords } from './words'
import css from './pools.module.css'

export default function PoolsPage() {
  const t = usePoolWords()
  const { can } = useSession()
  const writes = can('settings.write')
  const [editing, setEditing] = useState<PoolRow | 'new' | null>(null)
  const all = usePools()
  const create = writes && all.data && <Button type="primary" icon={<Plus size={15} />} onClick={() => setEditing('new')} data-testid="new-pool">{t('create')}</Button>
  return (
    <Page title={t('title')} note={t('note')} actions={create}>
      {!writes && <Alert type="info" showIcon title={t('read_only')} />}
      <Shown of={all} what={t('what')} rows={8}>
        {(list) => (
          <>
            <div className="side">
              <div className="stack">
                <Summary list={list} />
                <Pools list={list} {...(writes ? { edit: setEditing } : {})} />
                <Overlaps key={list.pools.map((pool) => pool.code).join()} list={list} />
              </div>
              <Choose list={list} writes={writes} />
            </div>
            {editing && <PoolForm of={editing} list={list} close={() => setEditing(null)} />}
          </>
        )}
      </Shown>
    </Page>
  )
}

/** In basis points. */
const share = (part: number, whole: number) => (whole > 0 ? Math.round((part / whole) * 10_000) : 0)

function Summary({ list }: { list: PoolList }) {
  const t = usePoolWords()
  const f = useFormat()
  const codes = list.pools.map((pool) => pool.code)
  const several = list.cells.filter((cell) => cell.in.filter(Boolean).length > 1).reduce((sum, cell) => sum + cell.count, 0)
  const nowhere = list.persons - list.reached
  return (
    <Card id="pool-summary">
      <Facts
        items={[
          { name: t('all'), value: f.count(list.persons), to: '/persons' },
          { name: t('reached'), value: f.count(list.reached), note: f.percent(share(list.reached, list.persons)), testid: 'pool-reached' },
          { name: t('several_in'), value: f.count(several), note: f.percent(share(several, list.persons)) },
          { name: t('nowhere'), value: f.count(nowhere), note: f.percent(share(nowhere, list.persons)), ...(codes.length ? { to: segmentOf([], codes) } : {}) },
        ]}
      />
    </Card>
  )
}

function Pools({ list, edit }: { list: PoolList; edit?: (pool: PoolRow) => void }) {
  const t = usePoolWords()
  const f = useFormat()
  const kind = useKindName()
  const sheet: Sheet = {
    head: [t('title'), t('code'), t('strength'), t('kinds'), t('persons'), t('only'), t('shared')],
    rows: list.pools.map((pool) => [pool[f.lang], pool.code, t(pool.strength), pool.kinds.map(kind).join(f.lang === 'zh' ? '、' : ', '), pool.persons, pool.only, pool.shared]),
    show: (value, column) => (column > 3 ? f.count(Number(value)) : undefined),
  }
  return (
    <ChartCard id="pool-list" title={t('by_pool')} sheet={sheet}>
      {list.pools.length === 0
        ? <Empty title={t('empty')} hint={t('empty_hint')} />
        : <div className={css.grid}>{list.pools.map((pool) => <One key={pool.code} pool={pool} all={list.persons} {...(edit ? { edit } : {})} />)}</div>}
    </ChartCard>
  )
}

function One({ pool, all, edit }: { pool: PoolRow; all: number; edit?: (pool: PoolRow) => void }) {
  const t = usePoolWords()
  const c = useCommon()
  const f = useFormat()
  const kind = useKindName()
  const part = share(pool.persons, all)
  const name = pool[f.lang]
  return (
    <article className={css.pool} data-testid={`pool-${pool.code}`}>
      <div className="row between">
        <h3 className="strong grow">{name}</h3>
        <span className="row nowrap">
          <StateChip tone={pool.strength === 'strong' ? 'water' : 'plain'} title={t(`${pool.strength}_note`)}>{t(pool.strength)}</StateChip>
          {edit && <Button type="text" size="small" icon={<Pencil size={14} aria-hidden />} aria-label={`${c('edit')} ${name}`} onClick={() => edit(pool)} data-testid="edit-pool" />}
        </span>
      </div>
      <Link className={css.size} to={segmentOf([pool.code])} title={t('see', { n: f.count(pool.persons) })} data-testid="pool-persons">{f.count(pool.persons)}</Link>
      <div className={css.track} aria-hidden><span className={css.fill} style={{ width: `${part / 100}%` }} /></div>
      <p className="small muted">{t('share', { share: f.percent(part) })}</p>
      <p className="row between small"><span className="muted">{t('only')}</span><span className="num">{f.count(pool.only)}</span></p>
      <p className="row between small"><span className="muted">{t('shared')}</span><span className="num">{f.count(pool.shared)}</span></p>
      <div className={css.kinds} aria-label={t('kinds')} role="group">{pool.kinds.map((code) => <TagChip key={code}>{kind(code)}</TagChip>)}</div>
    </article>
  )
}

/** The picture has room for four. */
const MOST = 4

/** The biggest pools; empty ones only where there would be no picture without them. */
function telling(pools: PoolRow[]): string[] {
  const sorted = [...pools].sort((a, b) => b.persons - a.persons)
  const filled = sorted.filter((pool) => pool.persons > 0)
  return (filled.length > 1 ? filled : sorted).slice(0, MOST).map((pool) => pool.code)
}

function Overlaps({ list }: { list: PoolList }) {
  const t = usePoolWords()
  const f = useFormat()
  const navigate = useNavigate()
  const [picked, setPicked] = useState(() => telling(list.pools))
  if (list.pools.length < 2) return <Card title={t('overlap')}><p className="muted">{t('overlap_few')}</p></Card>
  const at = list.pools.map((pool, index) => ({ pool, index })).filter(({ pool }) => picked.includes(pool.code))
  const tools = list.pools.length > 2 && (
    <Select mode="multiple" size="small" value={picked} onChange={setPicked} maxCount={MOST} maxTagCount={1} style={{ width: 220 }} aria-label={t('overlap_pick')} placeholder={t('overlap_pick')}
      options={list.pools.map((pool) => ({ value: pool.code, label: pool[f.lang] }))} data-testid="overlap-pools" />
  )
  if (at.length < 2) return <Card title={t('overlap')} extra={tools}><p className="muted">{t('overlap_need')}</p></Card>
  // Cells tell of all pools; of the picked ones several cells are one row.
  const cells = list.cells.map((cell) => ({ in: at.map(({ index }) => cell.in[index] ?? false), count: cell.count }))
  const sums = new Map<string, { in: boolean[]; count: number }>()
  for (const cell of cells) {
    const key = cell.in.join()
    sums.set(key, { in: cell.in, count: (sums.get(key)?.count ?? 0) + cell.count })
  }
  const open = (key: string) => {
    const of = (wanted: string) => at.filter((_, place) => key[place] === wanted).map(({ pool }) => pool.code)
    void navigate(segmentOf(of('1'), of('0')))
  }
  return (
    <Picture id="pool-overlap" names={at.map(({ pool }) => pool[f.lang])} of={{ sizes: at.map(({ pool }) => pool.persons), cells: [...sums.values()] }}
      title={t('overlap')} note={t('overlap_note')} empty={t('overlap_empty')} press={open} tools={tools} />
  )
}

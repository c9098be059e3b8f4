/** Five by five: up is recent, right is often. Each cell leads to its people. */
import { Fragment, useState } from 'react'
import { Link } from 'react-router'
import { Segmented } from 'antd'
import { inkOn, mix } from 'kit'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { useTheme } from '@/shell/theme'
import type { Cell, Table, Version } from './scores'
import { useRfm } from './words'
import css from './rfm.module.css'

const SCORES = [1, 2, 3, 4, 5]
const MEASURES = ['persons', 'mean', 'revenue'] as const
type Measure = (typeof MEASURES)[number]
const value = (cell: Cell, by: Measure) => (by === 'persons' ? cell.persons : by === 'mean' ? cell.mean_fen : cell.revenue_fen)

/** What a score means in days or orders; null when equal cuts leave it to nobody. */
export function useMeaning({ cuts }: Version) {
  const t = useRfm()
  const r = (score: number) => {
    const [low, high] = [cuts.r[4 - score], cuts.r[5 - score]]
    if (score === 5) return t('r_best', { to: high ?? 0 })
    if (score === 1) return t('r_worst', { from: low ?? 0 })
    return low === high ? '—' : t('r_mid', { from: (low ?? 0) + 1, to: high ?? 0 })
  }
  const f = (score: number) => {
    const [low, high] = [cuts.f[score - 2], cuts.f[score - 1]]
    if (score === 1) return t('f_first', { to: high ?? 0 })
    if (score === 5) return t('f_last', { from: low ?? 0 })
    if (low === high) return '—'
    return (low ?? 0) + 1 === high ? t('f_one', { to: high }) : t('f_mid', { from: (low ?? 0) + 1, to: high ?? 0 })
  }
  return { r, f }
}

export function Grid({ table, version }: { table: Table; version: Version }) {
  const t = useRfm()
  const f = useFormat()
  const { mode } = useTheme()
  const [by, setBy] = useState<Measure>('persons')
  const meaning = useMeaning(version)
  const most = Math.max(1, ...table.cells.map((cell) => value(cell, by)))
  const water = (cell: Cell) => {
    const depth = cell.persons === 0 ? 0 : Math.sqrt(Math.max(0, value(cell, by)) / most)
    const background = mode === 'light' ? mix('#EEF6F6', '#0B5A63', depth) : mix('#14252C', '#7FCCD1', depth)
    return { background, color: inkOn(background) }
  }
  const sheet: Sheet = {
    head: ['R', 'F', t('persons'), t('mean'), t('revenue'), ...SCORES.map((m) => `M${m}`)],
    rows: [...table.cells].reverse().map((cell) => [cell.r, cell.f, cell.persons, cell.mean_fen / 100, cell.revenue_fen / 100, ...cell.by_m]),
    show: (is, column) => (column === 3 || column === 4 ? f.money(Math.round(Number(is) * 100)) : f.count(Number(is))),
  }
  const choice = <Segmented<Measure> size="small" value={by} onChange={setBy} options={MEASURES.map((each) => ({ value: each, label: t(`by_${each}`) }))} />
  return (
    <ChartCard id="rfm-grid" title={t('grid')} note={t('grid_note')} sheet={sheet} extra={choice}>
      <div className={css.grid} data-testid="rfm-cells">
        {[...SCORES].reverse().map((r) => (
          <Fragment key={r}>
            <span className={css.axis}><strong>R{r}</strong><span>{meaning.r(r)}</span></span>
            {SCORES.map((freq) => {
              const cell = table.cells.find((each) => each.r === r && each.f === freq)
              if (!cell || cell.persons === 0) return <span key={freq} className={`${css.cell} ${css.none}`} aria-label={t('none_here')}>·</span>
              return (
                <Link key={freq} to={`/persons?rfm=r${r}f${freq}`} className={css.cell} style={water(cell)} data-testid={`rfm-r${r}f${freq}`}
                  aria-label={t('cell_says', { r, f: freq, n: f.count(cell.persons) })}>
                  <strong>{by === 'persons' ? f.count(cell.persons) : f.moneyShort(value(cell, by))}</strong>
                  <small>{by === 'persons' ? f.share(cell.persons, table.buyers) : f.count(cell.persons)}</small>
                </Link>
              )
            })}
          </Fragment>
        ))}
        <span />
        {SCORES.map((freq) => <span key={freq} className={`${css.axis} ${css.across}`}><strong>F{freq}</strong><span>{meaning.f(freq)}</span></span>)}
      </div>
    </ChartCard>
  )
}

/** How up to four sets of people overlap: a row for each combination, which sets it is in, how many people. */
import type { ReactNode } from 'react'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import type { Overlap } from '@/parts/rule/ask'
import { combinations, keyOf } from './algebra'
import { useSegments } from './words'
import css from './segments.module.css'

/** On a phone a column has room for a letter only. */
const letter = (index: number) => 'ABCD'[index]

export interface PictureProps {
  id?: string
  names: string[]
  of: Overlap
  title: string
  note: string
  /** What to say when nobody is in any of them. */
  empty: string
  /** Rows that are picked; without it a row is a button that leads somewhere. */
  picked?: string[]
  press: (key: string) => void
  tools?: ReactNode
}

export function Picture({ id = 'overlap', names, of, title, note, empty, picked, press, tools }: PictureProps) {
  const t = useSegments()
  const f = useFormat()
  const counts = new Map(of.cells.map((cell) => [keyOf(cell.in), cell.count]))
  const rows = combinations(names.length).map((key) => ({ key, count: counts.get(key) ?? 0 }))
  const most = Math.max(1, ...rows.map((row) => row.count))
  const said = (key: string) => names.map((name, index) => `${key[index] === '1' ? t('c_in') : t('c_not_in')} ${name}`).join(f.lang === 'zh' ? '，' : ', ')
  const sheet: Sheet = {
    head: [t('c_cell'), t('size')],
    rows: rows.map((row) => [said(row.key), row.count]),
    show: (value, column) => (column ? f.count(Number(value)) : undefined),
  }
  return (
    <ChartCard id={id} title={title} note={note} sheet={sheet} extra={tools}>
      {rows.every((row) => row.count === 0) && <p className="muted">{empty}</p>}
      <ol className={css.legend}>{names.map((name, index) => <li key={index}><span className="strong">{letter(index)}</span> {name}</li>)}</ol>
      <div className="scroll-x" tabIndex={0} role="group" aria-label={title}>
        <table className={css.upset}>
          <thead>
            <tr>
              {names.map((name, index) => <th key={index} scope="col" title={name}><span className={css.letter}>{letter(index)}</span><span className={css.full}>{name}</span><span className="num strong">{f.compact(of.sizes[index] ?? 0)}</span></th>)}
              <th scope="col"><span style={{ textAlign: 'left', paddingLeft: 8 }}>{t('size')}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, count }) => (
              <tr key={key}>
                {names.map((_, index) => <td key={index} className={css.dot}><i data-in={key[index] === '1'} /></td>)}
                <td>
                  <button type="button" className={css.cell} {...(picked ? { 'aria-pressed': picked.includes(key) } : {})} aria-label={`${said(key)}: ${f.count(count)}`} data-testid={`part-${key}`}
                    onClick={() => press(key)}>
                    <span className={css.track}><span className={css.fill} style={{ width: `${(count / most) * 100}%` }} /></span>
                    <span className="num strong">{f.count(count)}</span>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartCard>
  )
}

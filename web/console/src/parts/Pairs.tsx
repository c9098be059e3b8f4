/** Names and values, one under the other. What is not known is a dash. */
import type { ReactNode } from 'react'
import css from './pairs.module.css'

export function Pairs({ items }: { items: [name: string, value: ReactNode][] }) {
  return (
    <dl className={css.pairs}>
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null || value === undefined || value === false || value === '' ? <span className="faint">—</span> : value}</dd>
        </div>
      ))}
    </dl>
  )
}

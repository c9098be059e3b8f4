/** Small marks that mean the same everywhere: a stage, a state, a change. */
import type { CSSProperties, ReactNode } from 'react'
import { Link } from 'react-router'
import { stageColour, stageMeaning } from 'kit'
import { useTheme } from '@/shell/theme'
import { useFormat } from './format'
import css from './chips.module.css'

export function StageChip({ stage }: { stage: string }) {
  const f = useFormat()
  const { mode } = useTheme()
  return (
    <span className={css.stage} title={stageMeaning(stage, f.lang)}>
      <span className={css.dot} style={{ background: stageColour(stage, mode) }} aria-hidden />
      {f.stage(stage)}
    </span>
  )
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'water'

export function StateChip({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string }) {
  return <span className={`${css.state} ${css[tone]}`} title={title}>{children}</span>
}

export function TagChip({ children }: { children: ReactNode }) {
  return <span className={css.tag}>{children}</span>
}

/** A figure with its name; a link when it opens what is behind it. */
export function Facts({ items }: { items: { name: string; value: ReactNode; note?: ReactNode; testid?: string; to?: string }[] }) {
  return (
    <dl className={css.facts} style={{ '--columns': items.length <= 5 ? items.length : items.length === 6 ? 3 : 4 } as CSSProperties}>
      {items.map((item) => (
        <div key={item.name}>
          <dt>{item.name}</dt>
          <dd className="num" data-testid={item.testid}>{item.to ? <Link to={item.to} className={css.factLink}>{item.value}</Link> : item.value}</dd>
          {item.note && <dd className={css.factNote}>{item.note}</dd>}
        </div>
      ))}
    </dl>
  )
}

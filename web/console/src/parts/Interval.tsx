/** An estimate with its interval on a common scale; zero is marked, because the question is whether it lies inside. */
import css from './interval.module.css'

export interface Scale { from: number; to: number }

export function scaleOf(values: (number | null)[]): Scale {
  const known = values.filter((value): value is number => value !== null)
  const from = Math.min(0, ...known)
  const to = Math.max(0, ...known)
  const air = (to - from || 1) * 0.04
  return { from: from - air, to: to + air }
}

interface IntervalProps { low: number | null; middle: number; high: number | null; scale: Scale; show: (value: number) => string }

export function Interval({ low, middle, high, scale, show }: IntervalProps) {
  const at = (value: number) => ((value - scale.from) / (scale.to - scale.from)) * 100
  const from = low ?? middle
  const to = high ?? middle
  const tone = from > 0 ? css.good : to < 0 ? css.bad : css.open
  return (
    <span className={`${css.line} ${tone}`} role="img" aria-label={`${show(from)} – ${show(to)}`} title={`${show(from)} – ${show(to)}`}>
      <span className={css.zero} style={{ left: `${at(0)}%` }} />
      <span className={css.bar} style={{ left: `${at(from)}%`, width: `${at(to) - at(from)}%` }} />
      <span className={css.dot} style={{ left: `${at(middle)}%` }} />
    </span>
  )
}

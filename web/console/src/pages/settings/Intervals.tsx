/** How soon people buy again, as a curve, with the two thresholds as lines that can be dragged or moved by keys. */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { useFormat } from '@/parts/format'
import { useWidth } from '@/parts/use-width'
import { within, type Rhythm } from './rhythm'
import { useSettings } from './words'
import css from './settings.module.css'

const HEIGHT = 180
const TOP = 44
const BELOW = 22
const TICKS = [1, 2, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650]

interface IntervalsProps { rhythm: Rhythm; silent: number; churned: number; fixed: boolean; move: (which: 'silent' | 'churned', days: number) => void }

export function Intervals({ rhythm, silent, churned, fixed, move }: IntervalsProps) {
  const t = useSettings()
  const f = useFormat()
  const [watch, width] = useWidth(640)
  // The scale stays as it is while a line is dragged.
  const scale = useRef(0)
  scale.current = Math.max(scale.current, 120, 1.6 * churned)
  const most = scale.current
  const x = (days: number) => (Math.log(Math.max(1, days)) / Math.log(most)) * width
  const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP)
  let sum = 0
  const steps = rhythm.distribution.filter((each) => each.days <= most).map((each) => {
    const before = sum
    sum += each.share
    return `L${x(each.days)} ${y(before)}L${x(each.days)} ${y(sum)}`
  })
  const line = `M0 ${y(0)}${steps.join('')}L${width} ${y(sum)}`
  return (
    <div ref={watch} className={css.intervals} style={{ height: HEIGHT + BELOW }} data-testid="interval-chart">
      <svg width={width} height={HEIGHT + BELOW} role="img" aria-label={t('curve_says', { median: rhythm.median ?? 0, n: f.count(rhythm.intervals) })}>
        {[0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share}><line x1={0} x2={width} y1={y(share)} y2={y(share)} className={css.rule} /><text x={0} y={y(share) - 3} className={css.tick}>{share * 100}%</text></g>
        ))}
        <path d={`${line}L${width} ${HEIGHT}L0 ${HEIGHT}Z`} className={css.area} />
        <path d={line} className={css.curve} />
        {TICKS.filter((day) => day < most * 0.97).map((day) => <text key={day} x={x(day)} y={HEIGHT + 16} className={css.tick} textAnchor={day === 1 ? 'start' : 'middle'}>{t('n_days', { n: day })}</text>)}
      </svg>
      {(['silent', 'churned'] as const).map((which) => (
        <Line key={which} which={which} days={which === 'silent' ? silent : churned} fixed={fixed} left={x(which === 'silent' ? silent : churned)} width={width} most={most}
          low={which === 'silent' ? 1 : silent + 1} high={which === 'silent' ? churned - 1 : 7300} move={(days) => move(which, days)}
          note={t('before_line', { share: f.percent(Math.round(within(rhythm, which === 'silent' ? silent : churned) * 10_000)) })} />
      ))}
    </div>
  )
}

interface LineProps {
  which: 'silent' | 'churned'
  days: number
  fixed: boolean
  left: number
  width: number
  most: number
  low: number
  high: number
  note: string
  move: (days: number) => void
}

function Line({ which, days, fixed, left, width, most, low, high, note, move }: LineProps) {
  const t = useSettings()
  const keep = (wanted: number) => move(Math.min(high, Math.max(low, Math.round(wanted))))
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    keep(Math.exp((Math.min(width, Math.max(0, event.clientX - box.left)) / width) * Math.log(most)))
  }
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 }[event.key]
    if (by === undefined || fixed) return
    event.preventDefault()
    keep(days + by)
  }
  const label = `${t(`${which}_days`)} ${t('n_days', { n: days })}`
  return (
    <div className={`${css.line} ${css[which]}`} style={{ left }} role="slider" tabIndex={fixed ? -1 : 0} aria-label={t(`${which}_days`)} aria-valuemin={low} aria-valuemax={high}
      aria-valuenow={days} aria-valuetext={`${label}, ${note}`} aria-disabled={fixed} data-testid={`line-${which}`} onKeyDown={keys}
      onPointerDown={(event) => !fixed && event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag}>
      <span className={left > width - 150 ? `${css.tag} ${css.leftward}` : css.tag}><strong>{label}</strong><small>{note}</small></span>
    </div>
  )
}

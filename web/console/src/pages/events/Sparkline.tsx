/** A volume by day in a table's row; the days that are missing are zero. */
import type { DayVolume } from './server'

const WIDTH = 96
const HEIGHT = 24
const DAYS = 30

/** The last 30 civil days up to the newest that is known anywhere, oldest first. */
export function filled(days: DayVolume[], today: string): DayVolume[] {
  const by = new Map(days.map((one) => [one.day, one]))
  return Array.from({ length: DAYS }, (_, n) => {
    const day = new Date(Date.parse(`${today}T00:00:00Z`) - (DAYS - 1 - n) * 86_400_000).toISOString().slice(0, 10)
    return by.get(day) ?? { day, taken: 0, blocked: 0 }
  })
}

export function Sparkline({ days, today, label }: { days: DayVolume[]; today: string; label: string }) {
  const all = filled(days, today)
  const most = Math.max(1, ...all.map((one) => one.taken))
  const step = WIDTH / DAYS
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} style={{ color: 'var(--water-text)', display: 'block' }}>
      {all.map((one, n) => {
        const tall = one.taken === 0 ? 1 : Math.max(2, (one.taken / most) * HEIGHT)
        return <rect key={one.day} x={n * step} y={HEIGHT - tall} width={step - 1} height={tall} fill="currentColor" opacity={one.taken === 0 ? 0.25 : 1} />
      })}
    </svg>
  )
}

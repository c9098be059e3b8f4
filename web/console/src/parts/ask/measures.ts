/** Measures as choices, and lengths of time in the unit in which they are read. */
import type { TrendMeasure } from './types'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The unit in which a length of time is read, and how many of them with at most one decimal. */
export function lengthOf(ms: number): { n: number; unit: 'second' | 'minute' | 'hour' | 'day' } {
  const round = (value: number) => (value >= 10 ? Math.round(value) : Number(value.toFixed(1)))
  if (ms < 59.5 * SECOND) return { n: Math.round(ms / SECOND), unit: 'second' }
  if (ms < 59.5 * MINUTE) return { n: round(ms / MINUTE), unit: 'minute' }
  if (ms < 47.5 * HOUR) return { n: round(ms / HOUR), unit: 'hour' }
  return { n: round(ms / DAY), unit: 'day' }
}

/** A measure as the value of a choice, and back: "sum:value". */
export const measureKey = (measure: TrendMeasure): string =>
  typeof measure === 'string' ? measure : Object.entries(measure).map(([fold, key]) => `${fold}:${key}`).join()

export function measureOf(key: string): TrendMeasure {
  const [fold, ...name] = key.split(':')
  return name.length ? ({ [fold!]: name.join(':') } as TrendMeasure) : (key as TrendMeasure)
}

/** Whether a measure is money: of the amount of an event, and not how many different amounts. */
export const isMoney = (measure: TrendMeasure) =>
  typeof measure === 'object' && !('distinct' in measure) && Object.values(measure)[0] === 'value'

/** "1, 2，5" → [1, 2, 5]; null when they are no growing numbers, or not `exactly` that many. */
export function parseCuts(text: string, exactly?: number): number[] | null {
  const parts = text.split(/[,，、\s]+/).filter(Boolean)
  const cuts = parts.map(Number)
  if (cuts.length === 0 || (exactly !== undefined && cuts.length !== exactly)) return null
  return cuts.every((cut, n) => Number.isFinite(cut) && (n === 0 || cut > (cuts[n - 1] ?? cut))) ? cuts : null
}

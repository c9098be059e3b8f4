/** A question as an address, and back. Only what differs from the question the page opens with is written. */
import type { EventTest } from '@/parts/rule/types'

type Known = (value: unknown) => boolean
const isObject: Known = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isEvent: Known = (value) => isObject(value) && typeof (value as EventTest).name === 'string' && Array.isArray((value as EventTest).where)
const orNull = (known: Known): Known => (value) => value === null || known(value)
const listOf = (known: Known): Known => (value) => Array.isArray(value) && value.every(known)
const cuts = orNull(listOf((value) => typeof value === 'number'))

/** Parts of questions whose first value does not tell of what kind they are. */
const parts: Record<string, Known> = {
  segment: orNull((value) => typeof value === 'string'), rule: orNull(isObject), by: orNull(isObject), start: orNull(isEvent), steps: listOf(isEvent),
  measure: (value) => typeof value === 'string' || isObject(value), cuts, r: cuts, f: cuts, m: cuts,
}
function fits(key: string, value: unknown, start: unknown): boolean {
  const known = parts[key]
  if (known) return known(value)
  return isEvent(start) ? isEvent(value) : isObject(start) ? isObject(value) : typeof value === typeof start
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The question in an address. What is not of the right kind is as if it were not there. */
export function fromSearch<Q extends object>(first: Q, search: URLSearchParams): Q {
  const found: Record<string, unknown> = {}
  for (const [key, start] of Object.entries(first)) {
    const text = search.get(key)
    if (text === null) continue
    const value = parse(text)
    if (fits(key, value, start)) found[key] = value
  }
  return { ...first, ...found }
}

export function toSearch<Q extends object>(first: Q, question: Q): URLSearchParams {
  const search = new URLSearchParams()
  for (const [key, start] of Object.entries(first)) {
    const value = (question as Record<string, unknown>)[key]
    const text = JSON.stringify(value)
    if (text === JSON.stringify(start)) continue
    search.set(key, typeof value === 'string' && parse(value) === value ? value : text)
  }
  return search
}

/** Who is in some pools and not in others, as a condition that can be carried in an address. */
import type { Rule } from '@/parts/rule/types'

const IN = 'pools'
const OUT = 'not_pools'

/** The page that makes a segment, beginning with everybody in all of `within` and none of `without`. */
export function segmentOf(within: string[], without: string[] = []): string {
  const search = new URLSearchParams()
  if (within.length) search.set(IN, within.join())
  if (without.length) search.set(OUT, without.join())
  return `/segments/new?${search.toString()}`
}

/** What such an address asks for; null when it says nothing of pools. */
export function poolRule(search: URLSearchParams): Rule | null {
  const codes = (key: string) => (search.get(key) ?? '').split(',').filter(Boolean)
  const within: Rule[] = codes(IN).map((code) => ({ pool: { any: [code] } }))
  const without = codes(OUT)
  const rules = without.length ? [...within, { not: { pool: { any: without } } } satisfies Rule] : within
  const [only] = rules
  return only && rules.length === 1 ? only : rules.length ? { all: rules } : null
}

/** Who is counted at a step of a touchpoint's funnel, as a condition that can be carried in an address. */
import type { Rule } from '@/parts/rule/types'
import type { Step } from './server'

/** The page that makes a segment, beginning with everybody at this step. */
export const segmentOf = (touchpoint: string, step: Step['step']): string => `/segments/new?${new URLSearchParams({ touchpoint, step }).toString()}`

/** What such an address asks for; null when it says nothing of a touchpoint. */
export function stepRule(search: URLSearchParams): Rule | null {
  const [id, step] = [search.get('touchpoint'), search.get('step')]
  if (!id || !step) return null
  const brought: Rule = { touchpoint: { any: [id] } }
  const did = (name: string, where: { key: string; test: { is: string[] } }[]): Rule => ({ event: { event: { name, where }, measure: 'count', min: 1, max: null, window: 'ever' } })
  const ordered = (min: number): Rule => ({ attr: { key: 'orders', test: { between: { min, max: null } } } })
  switch (step) {
    // Everybody who ever came by it, whoever brought them first.
    case 'visited': return did('touchpoint.visited', [{ key: 'touchpoint', test: { is: [id] } }])
    case 'followed': return { all: [brought, did('live_code.friend_added', [])] }
    case 'joined': return { all: [brought, { attr: { key: 'joined_at', test: 'present' } }] }
    case 'first_order': return { all: [brought, ordered(1)] }
    case 'repurchase': return { all: [brought, ordered(2)] }
    default: return null
  }
}

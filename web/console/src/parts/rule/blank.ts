/** Conditions as they begin. `attr:gender` and `event:order.paid` name what they are about. */
import type { Rule, EventTest } from './types'
import { firstTest } from './TestEditor'
import type { Fields } from './use-fields'

export const KINDS = ['tag', 'stage', 'rfm', 'consent', 'identity', 'pool', 'touchpoint', 'store', 'guide', 'bound', 'segment'] as const
export const BEHAVIOUR = ['event', 'not_event', 'first_event', 'last_event', 'sequence', 'not_followed'] as const

export function blank(code: string, fields: Fields): Rule {
  const [kind, ...rest] = code.split(':')
  const name = rest.join(':')
  const event = (): EventTest => ({ name, where: [] })
  const lately = { last: { n: 30, unit: 'day' } } as const
  switch (kind) {
    case 'attr': return { attr: { key: name, test: firstTest(fields.attribute(name).kind) } }
    case 'tag': return { tag: { any: [] } }
    case 'stage': return { stage: { any: [], days: null } }
    case 'rfm': return { rfm: { r: null, f: null, m: null } }
    case 'consent': return { consent: { purpose: fields.consents[0]?.purpose ?? 'marketing', channel: fields.consents[0]?.channel ?? 'inbox', status: 'granted' } }
    case 'identity': return { identity: { kind: fields.identities[0] ?? 'phone' } }
    case 'pool': return { pool: { any: [] } }
    case 'touchpoint': return { touchpoint: { any: [] } }
    case 'store': return { store: { any: [] } }
    case 'guide': return { guide: { any: [] } }
    case 'bound': return { bound: { kind: 'guide' } }
    case 'segment': return { segment: { id: '' } }
    case 'event': return { event: { event: event(), measure: 'count', min: 1, max: null, window: lately } }
    case 'not_event': return { event: { event: event(), measure: 'count', min: null, max: 0, window: lately } }
    case 'first_event': return { first_event: { event: event(), then: [], window: lately } }
    case 'last_event': return { last_event: { event: event(), then: [], window: lately } }
    case 'sequence': return { sequence: { steps: [event(), { name: '', where: [] }], within: { n: 3, unit: 'day' }, without: null, window: lately } }
    case 'not_followed': return { not_followed: { first: event(), then: { name: '', where: [] }, within: { n: 1, unit: 'day' }, window: lately } }
    default: return { any: [] }
  }
}

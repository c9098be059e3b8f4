/** Walking and changing the tree; what is not filled in yet is told apart from what can be asked. */
import { kindOf, part, type EventTest, type GroupKind, type Limits, type PropTest, type Rule, type Test, type Window } from './types'

/** The children of a group, or null for a condition. */
export function childrenOf(rule: Rule): Rule[] | null {
  return part(rule, 'all') ?? part(rule, 'any') ?? part(rule, 'at_least')?.of ?? null
}

export const isGroup = (rule: Rule): boolean => childrenOf(rule) !== null

export function groupOf(kind: GroupKind, children: Rule[], k = 2): Rule {
  if (kind === 'at_least') return { at_least: { k: Math.min(Math.max(1, k), Math.max(1, children.length)), of: children } }
  return kind === 'all' ? { all: children } : { any: children }
}

/** The same group with other children; at least k of them stays possible. */
export function withChildren(rule: Rule, children: Rule[]): Rule {
  return groupOf(kindOf(rule) as GroupKind, children, part(rule, 'at_least')?.k)
}

/** `not` is a mark on a node: the node without its marks, and whether it is turned around. */
export function unmarked(rule: Rule): { negated: boolean; inner: Rule } {
  let negated = false
  let inner = rule
  for (let below = part(inner, 'not'); below; below = part(inner, 'not')) {
    negated = !negated
    inner = below
  }
  return { negated, inner }
}

export const marked = (inner: Rule, negated: boolean): Rule => (negated ? { not: inner } : inner)

const empty = (limits: Limits | null | undefined) => (limits?.min ?? null) === null && (limits?.max ?? null) === null
const crossed = ({ min, max }: Limits) => min !== null && min !== undefined && max !== null && max !== undefined && min > max

export function isWholeTest(test: Test): boolean {
  if (typeof test === 'string') return true
  if ('is' in test) return test.is.length > 0
  if ('is_not' in test) return test.is_not.length > 0
  if ('contains' in test) return test.contains.trim() !== ''
  if ('between' in test) return !empty(test.between) && !crossed(test.between)
  if ('days_ago' in test) return !empty(test.days_ago) && !crossed(test.days_ago)
  return test.anniversary.to > test.anniversary.from
}

const isWholeProp = ({ key, test }: PropTest) => key !== '' && isWholeTest(test)
export const isWholeEvent = ({ name, where }: EventTest): boolean => name !== '' && where.every(isWholeProp)

const DAY = /^\d{4}-\d{2}-\d{2}$/
export function isWholeWindow(window: Window): boolean {
  if (window === 'ever' || 'this' in window) return true
  if ('last' in window) return window.last.n > 0
  if ('days' in window) return window.days > 0
  const { from, to } = window.between
  return DAY.test(from) && DAY.test(to) && from < to
}

function isWholeLeaf(rule: Rule): boolean {
  if ('attr' in rule) return rule.attr.key !== '' && isWholeTest(rule.attr.test)
  if ('tag' in rule) return rule.tag.any.length > 0
  if ('stage' in rule) return rule.stage.any.length > 0
  if ('rfm' in rule) return [rule.rfm.r, rule.rfm.f, rule.rfm.m].some((scores) => scores && scores.length > 0)
  if ('consent' in rule) return rule.consent.purpose !== '' && rule.consent.channel !== ''
  if ('identity' in rule) return rule.identity.kind !== ''
  if ('pool' in rule) return rule.pool.any.length > 0
  if ('touchpoint' in rule) return rule.touchpoint.any.length > 0
  if ('store' in rule) return rule.store.any.length > 0
  if ('guide' in rule) return rule.guide.any.length > 0
  if ('bound' in rule) return true
  if ('segment' in rule) return rule.segment.id !== ''
  if ('event' in rule) {
    const { event, measure, window, min, max } = rule.event
    const named = typeof measure === 'string' || Object.values(measure).every((key) => key !== '')
    return isWholeEvent(event) && named && !empty({ min: min ?? null, max: max ?? null }) && !crossed({ min: min ?? null, max: max ?? null }) && isWholeWindow(window)
  }
  const edge = part(rule, 'first_event') ?? part(rule, 'last_event')
  if (edge) return isWholeEvent(edge.event) && edge.then.every(isWholeProp) && isWholeWindow(edge.window)
  if ('sequence' in rule) {
    const { steps, without, within, window } = rule.sequence
    return steps.length >= 2 && steps.every(isWholeEvent) && (without === null || isWholeEvent(without)) && (within === null || within.n > 0) && isWholeWindow(window)
  }
  if ('not_followed' in rule) {
    const { first, then, within, window } = rule.not_followed
    return isWholeEvent(first) && isWholeEvent(then) && within.n > 0 && isWholeWindow(window)
  }
  return false
}

/**
 * The rule without the conditions that are not filled in yet, so that a count can be shown while one is being written.
 * Null when nothing is left.
 */
export function whole(rule: Rule): Rule | null {
  const below = part(rule, 'not')
  if (below) {
    const kept = whole(below)
    return kept && (kept === below ? rule : { not: kept })
  }
  const children = childrenOf(rule)
  if (!children) return isWholeLeaf(rule) ? rule : null
  const kept = children.map(whole).filter((each) => each !== null)
  if (kept.length === 0) return null
  return kept.length === children.length && kept.every((each, index) => each === children[index]) ? rule : withChildren(rule, kept)
}

/** How many conditions there are, and how many of them are not filled in. */
export function tally(rule: Rule): { leaves: number; open: number } {
  const { inner } = unmarked(rule)
  const children = childrenOf(inner)
  if (!children) return { leaves: 1, open: isWholeLeaf(inner) ? 0 : 1 }
  return children.map(tally).reduce((sum, each) => ({ leaves: sum.leaves + each.leaves, open: sum.open + each.open }), { leaves: 0, open: 0 })
}

/** The node at a path of child numbers ("0.2.1"; "" is the root), seen through `not`. */
export function at(rule: Rule, path: string): Rule | null {
  let node: Rule | null = rule
  for (const step of steps(path)) node = node && (childrenOf(unmarked(node).inner)?.[step] ?? null)
  return node
}

/** The tree with the node at a path replaced; null takes it away. What is not on the path stays the very same object. */
export function put(rule: Rule, path: string, next: Rule | null): Rule | null {
  const [step, ...rest] = steps(path)
  if (step === undefined) return next
  const { negated, inner } = unmarked(rule)
  const children = childrenOf(inner) ?? []
  const child = children[step]
  if (!child) return rule
  const changed = put(child, rest.join('.'), next)
  const after = changed ? children.map((each, index) => (index === step ? changed : each)) : children.filter((_, index) => index !== step)
  return marked(withChildren(inner, after), negated)
}

/** A child moved one place up or down among its siblings. */
export function move(rule: Rule, path: string, by: -1 | 1): { rule: Rule; path: string } | null {
  const all = steps(path)
  const from = all.pop()
  const parentPath = all.join('.')
  const parent = at(rule, parentPath)
  if (from === undefined || !parent) return null
  const { negated, inner } = unmarked(parent)
  const children = [...(childrenOf(inner) ?? [])]
  const to = from + by
  const [moving, other] = [children[from], children[to]]
  if (!moving || !other) return null
  children[from] = other
  children[to] = moving
  const moved = put(rule, parentPath, marked(withChildren(inner, children), negated))
  return moved && { rule: moved, path: [...all, to].join('.') }
}

const steps = (path: string): number[] => (path === '' ? [] : path.split('.').map(Number))

/** A group at the top, whatever was given: the editor always shows one. */
export const asGroup = (rule: Rule | null): Rule => (rule === null ? { all: [] } : isGroup(rule) ? rule : { all: [rule] })

/** The ids of the segments that a rule reads. */
export function readsSegments(rule: Rule): string[] {
  const { inner } = unmarked(rule)
  const id = part(inner, 'segment')?.id
  return id ? [id] : [...new Set((childrenOf(inner) ?? []).flatMap(readsSegments))]
}

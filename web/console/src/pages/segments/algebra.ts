/** Union, intersection, difference and any other choice of parts, as a rule over segments. */
import type { Rule } from '@/parts/rule/types'

export type Operation = 'union' | 'intersect' | 'minus' | 'custom'

/** Every combination of n segments but "in none", written as "101"; those in fewer segments first. */
export function combinations(n: number): string[] {
  const all = Array.from({ length: 2 ** n - 1 }, (_, index) => (index + 1).toString(2).padStart(n, '0').split('').reverse().join(''))
  const ones = (key: string) => key.replaceAll('0', '').length
  return all.sort((a, b) => ones(a) - ones(b) || b.localeCompare(a))
}

export const keyOf = (cell: boolean[]): string => cell.map((each) => (each ? '1' : '0')).join('')

/** The parts that an operation picks. */
export function partsOf(operation: Exclude<Operation, 'custom'>, n: number): string[] {
  if (operation === 'union') return combinations(n)
  return [operation === 'intersect' ? '1'.repeat(n) : `1${'0'.repeat(n - 1)}`]
}

export function operationOf(parts: string[], n: number): Operation {
  const same = (operation: Exclude<Operation, 'custom'>) => {
    const wanted = partsOf(operation, n)
    return wanted.length === parts.length && wanted.every((part) => parts.includes(part))
  }
  return (['union', 'intersect', 'minus'] as const).find(same) ?? 'custom'
}

const segment = (id: string): Rule => ({ segment: { id } })

function partRule(ids: string[], part: string): Rule {
  return { all: ids.map((id, index) => (part[index] === '1' ? segment(id) : { not: segment(id) })) }
}

/** The rule of the chosen parts, in the shortest form that says it; null when nothing is chosen. */
export function algebraRule(ids: string[], parts: string[]): Rule | null {
  if (parts.length === 0 || ids.length < 2) return null
  switch (operationOf(parts, ids.length)) {
    case 'union': return { any: ids.map(segment) }
    case 'intersect': return { all: ids.map(segment) }
    case 'minus': return { all: [segment(ids[0] ?? ''), { not: { any: ids.slice(1).map(segment) } }] }
    default: {
      const rules = combinations(ids.length).filter((part) => parts.includes(part)).map((part) => partRule(ids, part))
      return rules.length === 1 ? rules[0] ?? null : { any: rules }
    }
  }
}

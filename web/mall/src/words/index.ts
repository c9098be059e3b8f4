import { useCell } from '../cell'
import { language, seenNames } from '../kept'
import { onItems, Problem } from '../api'
import { en } from './en'
import { zh, type Words } from './zh'

export type { Words }

export const words = (): Words => (language.get() === 'en' ? en : zh)

export function useWords(): Words {
  return useCell(language) === 'en' ? en : zh
}

/** The stable code of a refusal, said to a customer. */
export function sayProblem(problem: Problem, t: Words = words()): string {
  const known = t.problem[problem.code]
  if (known) return known
  if (problem.status >= 500) return t.problem.busy!
  if (problem.status === 404) return t.problem.not_found!
  if (problem.status === 429) return t.problem.too_many_requests!
  return problem.errors[0]?.detail || problem.message || t.problem.failed!
}

/** English names that went by, the last few hundred; a line of a cart or of an order comes without. */
const englishOf = new Map<string, string>(seenNames.get())
onItems((items) => {
  const before = englishOf.size
  for (const item of items) if (item.name_en) englishOf.set(item.id, item.name_en)
  if (englishOf.size !== before) seenNames.set([...englishOf].slice(-500))
})

/** A product's name in the language that is on. */
export function named(of: { name: string; name_en?: string | null; product_id?: string | null }): string {
  if (language.get() !== 'en') return of.name
  return of.name_en || englishOf.get(of.product_id ?? '') || of.name
}

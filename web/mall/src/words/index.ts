import { useCell } from '../cell'
import { language } from '../kept'
import { Problem } from '../api'
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
  if (problem.status === 429) return t.problem.too_many!
  return problem.errors[0]?.detail || problem.message || t.problem.failed!
}

/** The product's or category's name in the language that is on. */
export const named = (of: { name: string; name_en?: string | null }) =>
  language.get() === 'en' && of.name_en ? of.name_en : of.name

import { useCallback } from 'react'
import { useFields } from '@/parts/rule'
import { useLang } from '@/words'
import type { PathsQuestion } from '@/parts/ask/types'
import { useWords, type PageWord } from './words'

/** Marks of the server that stand for no event of their own. A way that is read backwards ends where it began. */
const MARKS = { from: { $other: 'path_other', $end: 'path_end' }, to: { $other: 'path_other', $end: 'path_start' } } as const

export function usePathName(direction: PathsQuestion['direction']): (name: string) => string {
  const t = useWords()
  const lang = useLang()
  const { eventName } = useFields()
  return useCallback((name) => {
    const marks: Partial<Record<string, PageWord>> = MARKS[direction]
    const mark = marks[name]
    return mark ? t(mark) : eventName(name, lang)
  }, [direction, t, lang, eventName])
}

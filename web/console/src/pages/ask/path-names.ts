import { useCallback } from 'react'
import { useFields } from '@/parts/rule'
import { useLang } from '@/words'
import { useWords } from './words'

/** Marks of the server that stand for no event of their own. */
const MARKS = { $other: 'path_other', $end: 'path_end', $start: 'path_start' } as const

export function usePathName(): (name: string) => string {
  const t = useWords()
  const lang = useLang()
  const { eventName } = useFields()
  return useCallback((name) => (name in MARKS ? t(MARKS[name as keyof typeof MARKS]) : eventName(name, lang)), [t, lang, eventName])
}

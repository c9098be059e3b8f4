/**
 * How many people a rule has, asked again with every change: the question before is cancelled, not waited for. `asked` and
 * `shown` number the questions, so that one can tell whether the number on the screen belongs to the rule on the screen.
 */
import { useEffect, useRef, useState } from 'react'
import { segments, type Counted } from '@/parts/rule/ask'
import type { Rule } from '@/parts/rule/types'

export interface CountState { data: Counted | null; error: unknown; asked: number; shown: number }

export function useCount(rule: Rule, { sample = 0, against, again = 0 }: { sample?: number; against?: string | undefined; again?: number } = {}) {
  const [state, setState] = useState<CountState>({ data: null, error: null, asked: 0, shown: 0 })
  const asked = useRef(0)
  const wanted = JSON.stringify(rule)
  useEffect(() => {
    const cancel = new AbortController()
    const number = ++asked.current
    segments.count({ rule: JSON.parse(wanted) as Rule, ...(sample ? { sample } : {}), ...(against ? { against } : {}) }, cancel.signal).then(
      (data) => !cancel.signal.aborted && setState({ data, error: null, asked: number, shown: number }),
      (error: unknown) => !cancel.signal.aborted && setState((before) => ({ ...before, error, asked: number, shown: number })),
    )
    return () => cancel.abort()
  }, [wanted, sample, against, again])
  return { ...state, wanted }
}

/**
 * How many people a rule has, asked again with every change: the question before is cancelled, not waited for. The last number
 * stays until the next one comes; `settled` says whether it belongs to the rule that was given, `answers` counts what came.
 */
import { useEffect, useState } from 'react'
import { segments, type Counted } from '@/parts/rule/ask'
import type { Rule } from '@/parts/rule/types'

interface Answered { data: Counted | null; error: unknown; to: string; answers: number }

export function useCount(rule: Rule, { sample = 0, against, again = 0 }: { sample?: number; against?: string | undefined; again?: number } = {}) {
  const [state, setState] = useState<Answered>({ data: null, error: null, to: '', answers: 0 })
  const asked = JSON.stringify({ rule, ...(sample ? { sample } : {}), ...(against ? { against } : {}) })
  useEffect(() => {
    const cancel = new AbortController()
    segments.count(JSON.parse(asked) as Parameters<typeof segments.count>[0], cancel.signal).then(
      (data) => !cancel.signal.aborted && setState((before) => ({ data, error: null, to: asked, answers: before.answers + 1 })),
      (error: unknown) => !cancel.signal.aborted && setState((before) => ({ ...before, error, to: asked, answers: before.answers + 1 })),
    )
    return () => cancel.abort()
  }, [asked, again])
  return { data: state.data, error: state.error, answers: state.answers, settled: state.to === asked && state.error === null }
}

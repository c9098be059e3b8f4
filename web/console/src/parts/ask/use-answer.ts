/** The answer to a question that is being changed: the earlier one is given up, and what it said stays until there is a new one. */
import { useRef } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ask } from './ask'
import type { Answers, Kind, Questions } from './types'

export interface Answered<K extends Kind> {
  question: Questions[K]
  answer: Answers[K]
}

/** `shown` carries the question it answers, which while another is asked is not the one in the form. */
export function useAnswer<K extends Kind>(kind: K, question: Questions[K], whole: boolean) {
  const query = useQuery({
    queryKey: ['ask', kind, question],
    queryFn: async ({ signal }): Promise<Answered<K>> => ({ question, answer: await ask(kind, question, signal) }),
    enabled: whole,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    gcTime: 60_000,
  })
  const last = useRef<Answered<K>>(undefined)
  if (query.data) last.current = query.data
  return {
    shown: last.current,
    asking: query.isFetching,
    stale: query.isPlaceholderData || query.isError,
    error: query.error,
    again: () => void query.refetch(),
  }
}

/**
 * A question lives in the address: a link asks it again, and the back button takes a change back. What is being typed is kept
 * here first, because the address follows a moment later.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useNavigationType, useSearchParams } from 'react-router'
import { fromSearch, toSearch } from './address'

/** Changes that follow each other faster than this are one step of the back button. */
const ONE_STEP_MS = 1500

export function useQuestion<Q extends object>(first: Q): [Q, (change: Partial<Q>) => void] {
  const [search, setSearch] = useSearchParams()
  const how = useNavigationType()
  const [question, setQuestion] = useState(() => fromSearch(first, search))
  const latest = useRef(question)
  const own = useRef(new Set([search.toString()]))
  // The first change is a step of its own, however soon it comes: back leads to the question as it was opened.
  const changedAt = useRef(-Infinity)

  const text = search.toString()
  useEffect(() => {
    if (how !== 'POP' && own.current.has(text)) return
    latest.current = fromSearch(first, new URLSearchParams(text))
    setQuestion(latest.current)
  }, [text, how, first])

  const set = useCallback((change: Partial<Q>) => {
    latest.current = { ...latest.current, ...change }
    setQuestion(latest.current)
    const next = toSearch(first, latest.current)
    own.current.add(next.toString())
    const now = performance.now()
    setSearch(next, { replace: now - changedAt.current < ONE_STEP_MS, preventScrollReset: true })
    changedAt.current = now
  }, [first, setSearch])
  return [question, set]
}

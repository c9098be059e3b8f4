import { useCallback, useEffect, useRef, useState } from 'react'
import { Problem } from './api'
import type { List } from './shapes'

/** A question to the server and where it stands. What was answered before stays visible while asking again. */
export interface Asked<T> { data: T | null; problem: Problem | null; busy: boolean; again: () => Promise<void>; put: (data: T) => void }

export function useAsk<T>(ask: (() => Promise<T>) | null, on: unknown[]): Asked<T> {
  const [data, put] = useState<T | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(ask !== null)
  const turn = useRef(0)
  const again = useCallback(async () => {
    if (!ask) return
    const mine = ++turn.current
    setBusy(true)
    try {
      const found = await ask()
      if (mine === turn.current) { put(found); setProblem(null) }
    } catch (refusal) {
      if (mine === turn.current) setProblem(asProblem(refusal))
    } finally {
      if (mine === turn.current) setBusy(false)
    }
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the question changes exactly with `on`
  }, on)
  useEffect(() => { void again() }, [again])
  return { data, problem, busy, again, put }
}

/** A list that grows as one scrolls. A new question (other `on`) starts from an empty list. */
export interface Listed<T> { items: T[]; total: number | null; problem: Problem | null; busy: boolean; ended: boolean; more: () => void; again: () => void; patch: (change: (items: T[]) => T[]) => void }

export function useList<T>(ask: ((cursor: string | null) => Promise<List<T>>) | null, on: unknown[]): Listed<T> {
  const [items, setItems] = useState<T[]>([])
  const [next, setNext] = useState<string | null>(null)
  const [total, setTotal] = useState<number | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(ask !== null)
  const turn = useRef(0)
  const load = useCallback(async (cursor: string | null) => {
    if (!ask) return
    const mine = ++turn.current
    setBusy(true)
    try {
      const page = await ask(cursor)
      if (mine !== turn.current) return
      setItems((before) => (cursor ? [...before, ...page.items] : page.items))
      setNext(page.next)
      setTotal(page.total ?? null)
      setProblem(null)
    } catch (refusal) {
      if (mine === turn.current) setProblem(asProblem(refusal))
    } finally {
      if (mine === turn.current) setBusy(false)
    }
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the question changes exactly with `on`
  }, on)
  useEffect(() => { setItems([]); setNext(null); void load(null) }, [load])
  return {
    items, total, problem, busy,
    ended: !busy && !next && !problem,
    more: () => { if (!busy && next) void load(next) },
    again: () => { void load(items.length && next && problem ? next : null) },
    patch: setItems,
  }
}

export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  return new Problem(0, 'failed', thrown instanceof Error ? thrown.message : String(thrown))
}

/** A list of the server, page by page, with its search and filters kept in the address so that a list can be linked to. */
import { useCallback, useMemo } from 'react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import type { List } from 'api'

export type Filters = Record<string, string>

export function useFilters(names: string[]) {
  const [search, setSearch] = useSearchParams()
  const known = names.join()
  const values = useMemo<Filters>(() => {
    const found: Filters = {}
    for (const name of ['q', 'sort', ...known.split(',')]) {
      const value = search.get(name)
      if (name && value) found[name] = value
    }
    return found
  }, [search, known])
  const set = useCallback(
    (change: Record<string, string | undefined>) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(change)) value ? after.set(name, value) : after.delete(name)
          return after
        },
        { replace: true },
      )
    },
    [setSearch],
  )
  const active = names.filter((name) => values[name])
  return { values, set, active, clear: () => set(Object.fromEntries(['q', ...names].map((name) => [name, undefined]))) }
}
export type FilterState = ReturnType<typeof useFilters>

interface ListOptions<T> {
  limit?: number
  /** Ask again every moment while any row is still at work. */
  while?: (row: T) => boolean
}

export function useList<T>(
  key: readonly unknown[],
  fetch: (page: { cursor?: string; limit: number }) => Promise<List<T>>,
  { limit = 50, while: working }: ListOptions<T> = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetch(pageParam ? { cursor: pageParam, limit } : { limit }),
    initialPageParam: '',
    getNextPageParam: (page: List<T>) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (working && state.data?.pages.some((page) => page.items.some(working)) ? 1500 : false),
  })
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  return { query, rows, total: query.data?.pages[0]?.total ?? null }
}
export type ListState<T> = ReturnType<typeof useList<T>>

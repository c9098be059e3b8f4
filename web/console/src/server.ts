/** The console's connection to Weir, and the cache in front of it. */
import { QueryCache, QueryClient } from '@tanstack/react-query'
import { admin, ApiError, createClient } from 'api'

export const client = createClient()
export const api = admin(client)

const worthRetrying = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status >= 502)

export const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The question who is signed in has answered itself: asking it again would never end.
      if (query.queryKey[0] === 'me') return
      if (error instanceof ApiError && error.code === 'not_signed_in') void queries.invalidateQueries({ queryKey: ['me'] })
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (times, error) => times < 2 && worthRetrying(error),
      refetchOnWindowFocus: true,
    },
  },
})

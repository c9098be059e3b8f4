/** Who is at work: the signed-in staff member, the brand, and what the role may do. */
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Navigate, useLocation } from 'react-router'
import { ApiError, type Brand, type Me } from 'api'
import { api } from '@/server'
import { PageFailed, PageLoading } from '@/parts/state'

interface Session { me: Me; brand: Brand; can: (permission: string) => boolean }
const SessionContext = createContext<Session | null>(null)

/** Every permission, `person.*`, or the very one. */
export function allows(may: string[], permission: string): boolean {
  const chapter = permission.split('.')[0]
  return may.includes(permission) || may.includes('*') || may.includes(`${chapter}.*`)
}

export function SignedIn({ children }: { children: ReactNode }) {
  const place = useLocation()
  const me = useQuery({ queryKey: ['me'], queryFn: api.session.me, staleTime: 60_000 })
  const roles = useQuery({ queryKey: ['roles'], queryFn: api.staff.roles, enabled: me.isSuccess, staleTime: Infinity })

  const session = useMemo<Session | null>(() => {
    if (!me.data) return null
    const grant = roles.data?.items.find((each) => each.role === me.data.staff.role)
    // Until the grants are known the server decides; it refuses with a reason.
    const can = (permission: string) => !grant || allows(grant.may, permission)
    return { me: me.data, brand: me.data.brand, can }
  }, [me.data, roles.data])

  if (me.error instanceof ApiError && me.error.status === 401) {
    const next = place.pathname + place.search
    return <Navigate to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} replace />
  }
  if (session) return <SessionContext value={session}>{children}</SessionContext>
  if (me.isError) return <PageFailed error={me.error} retry={() => void me.refetch()} />
  return <PageLoading />
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession outside SignedIn')
  return session
}

/** The states that a page can be in besides showing its data: loading, empty, failed. Each says what for. */
import type { ReactNode } from 'react'
import { Button, Skeleton } from 'antd'
import { CloudOff, Droplets } from 'lucide-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { ApiError } from 'api'
import { useSaid } from '@/said'
import { explain } from '@/said/explain'
import { useCommon } from '@/words/common'
import css from './state.module.css'

/** What happened, in the reader's words. */
export function useExplain(): (error: unknown) => string {
  const t = useCommon()
  const said = useSaid()
  return (error) => explain(error, said, t)
}

export function Failed({ error, what = '', retry }: { error: unknown; what?: string; retry?: () => void }) {
  const t = useCommon()
  const explain = useExplain()
  // Asking again does not change what a role may do.
  const refused = error instanceof ApiError && error.status === 403
  return (
    <div className={css.state} role="alert" data-testid="failed">
      <CloudOff size={28} aria-hidden className={css.icon} />
      <p className="strong">{t('failed_title', { what })}</p>
      <p className="muted" style={{ whiteSpace: 'pre-line' }}>{explain(error)}</p>
      {retry && !refused && <Button onClick={retry}>{t('retry')}</Button>}
    </div>
  )
}

export function Empty({ title, hint, action }: { title?: string; hint?: ReactNode; action?: ReactNode }) {
  const t = useCommon()
  return (
    <div className={css.state} data-testid="empty">
      <Droplets size={28} aria-hidden className={css.icon} />
      <p className="strong">{title ?? t('nothing')}</p>
      {hint && <p className="muted">{hint}</p>}
      {action}
    </div>
  )
}

export function Loading({ what = '', rows = 4 }: { what?: string; rows?: number }) {
  const t = useCommon()
  return (
    <div className={css.loading} role="status" aria-label={t('loading', { what })}>
      <Skeleton active title={false} paragraph={{ rows, width: '100%' }} />
    </div>
  )
}

interface ShownProps<T> {
  of: UseQueryResult<T>
  what?: string
  rows?: number
  skeleton?: ReactNode
  empty?: (data: T) => ReactNode
  children: (data: T) => ReactNode
}

/** A query in whichever state it is. `empty` answers what to show instead when there is nothing. */
export function Shown<T>({ of, what = '', rows = 4, skeleton, empty, children }: ShownProps<T>) {
  if (of.data !== undefined) return empty?.(of.data) || children(of.data)
  if (of.isError) return <Failed error={of.error} what={what} retry={() => void of.refetch()} />
  return skeleton ?? <Loading what={what} rows={rows} />
}

export function PageLoading() {
  return (
    <div className={css.page}>
      <Loading rows={6} />
    </div>
  )
}

export function PageFailed({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className={css.page}>
      <Failed error={error} {...(retry ? { retry } : {})} />
    </div>
  )
}

/** One import, step by step: match the columns, try it dry, run it, look at what was refused. */
import { useEffect, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { App, Button, Progress, Segmented } from 'antd'
import { bytes } from 'kit'
import type { Import } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { PageFailed, PageLoading } from '@/parts/state'
import { useSaid } from '@/said'
import { ImportStateChip } from '../imports/state'
import { useImports } from '../imports/words'
import css from '../imports/imports.module.css'
import { lacksTime, startImport, weighed, wished } from './ask'
import { Conflicts } from './Conflicts'
import { Mapping, missing } from './Mapping'
import { Outcome } from './Outcome'
import { Rejects } from './Rejects'

const busy = (of: Import | undefined) => of?.state === 'checking' || of?.state === 'running'

export default function ImportPage() {
  const { id = '' } = useParams()
  const one = useQuery({ queryKey: ['import', id], queryFn: () => api.imports.one(id), refetchInterval: ({ state }) => (busy(state.data) ? 800 : false) })
  if (one.data) return <Detail of={one.data} />
  if (one.isError) return <PageFailed error={one.error} retry={() => void one.refetch()} />
  return <PageLoading />
}

function Detail({ of }: { of: Import }) {
  const t = useImports()
  const f = useFormat()
  const [mapping, setMapping] = useState(of.mapping)
  const [encoding, setEncoding] = useState(of.encoding)
  const full = weighed(of)
  const [wish, setWish] = useState(() => wished(full))
  const weighs = full.fields.some((field) => field.policy)
  useEffect(() => setMapping(of.mapping), [of.id])
  const refresh = ['import', 'imports', 'persons', 'orders', 'products', 'stores', 'touchpoints', 'overview', 'measure', 'tags']
  const start = useAct((dry_run: boolean) => startImport(of.id, { mapping, encoding, dry_run, ...(weighs ? { policy: wish } : {}) }), { done: t('started'), refresh })
  const open = ['uploaded', 'checked', 'failed'].includes(of.state) || (of.state === 'done' && of.dry_run)
  const heading = <><span className="cut">{of.name}</span><ImportStateChip of={of} /></>
  const note = [t(`kind_${of.kind}`), bytes(of.bytes), of.encoding.toUpperCase(), f.when(of.created_at)].join(' · ')
  return (
    <Page title={of.name} heading={heading} note={note} back={{ to: '/imports', label: t('back') }} narrow
      actions={<Actions of={of} open={open} blocked={missing(of, mapping).length > 0 || lacksTime(full, wish, mapping)} start={start.mutate} pending={start.isPending} />}>
      <Says of={of} />
      {busy(of) && <Running of={of} />}
      {weighs && of.rows_done > 0 && !busy(of) && <Outcome of={full} />}
      {open && (
        <Card title={t('map_title')} note={t('map_note')}
          extra={<Segmented size="small" value={encoding} onChange={setEncoding} options={[{ value: 'utf-8', label: 'UTF-8' }, { value: 'gbk', label: 'GBK' }]} aria-label={t('encoding')} />}>
          <Mapping of={of} mapping={mapping} change={setMapping} />
        </Card>
      )}
      {open && weighs && <Conflicts of={full} mapping={mapping} wish={wish} change={setWish} />}
      {of.rows_bad > 0 && !busy(of) && <Rejects of={of} />}
    </Page>
  )
}

interface ActionsProps { of: Import; open: boolean; blocked: boolean; pending: boolean; start: (dry: boolean) => void }

function Actions({ of, open, blocked, pending, start }: ActionsProps) {
  const t = useImports()
  const f = useFormat()
  const { modal } = App.useApp()
  const stop = useAct(() => api.imports.cancel(of.id), { done: null, refresh: ['import', 'imports'] })
  const checked = of.dry_run && (of.state === 'done' || of.state === 'checked')
  const confirmRun = () =>
    modal.confirm({
      title: t('run_title', { n: f.count(of.rows_total ?? of.rows_done) }),
      content: checked ? t('run_note', { ok: f.count(of.rows_ok), bad: f.count(of.rows_bad) }) : t('run_note_blind'),
      okText: t('run'), okButtonProps: { 'data-testid': 'import-run-confirm' }, onOk: () => start(false),
    })
  const confirmStop = () =>
    modal.confirm({
      title: t('cancel_title'), content: t('cancel_note', { n: f.count(of.dry_run ? 0 : of.rows_ok) }), okText: t('cancel_import'), cancelText: t('keep'), okButtonProps: { danger: true },
      onOk: () => stop.mutateAsync(undefined).catch(() => undefined),
    })
  if (busy(of)) return <Button danger onClick={confirmStop}>{t('cancel_import')}</Button>
  if (!open) return <Link to="/imports"><Button>{t('again')}</Button></Link>
  return (
    <>
      <Button onClick={() => start(true)} loading={pending} disabled={blocked} title={t('dry_note')} data-testid="import-dry-run">{t('dry_run')}</Button>
      <Button type="primary" onClick={confirmRun} loading={pending} disabled={blocked} data-testid="import-run">{t('run')}</Button>
    </>
  )
}

const results = { persons: '/persons?sort=joined', orders: '/orders', products: '/products', stores: '/stores', touchpoints: '/touchpoints' } as const

function Says({ of }: { of: Import }) {
  const t = useImports()
  const { say } = useSaid()
  const f = useFormat()
  const numbers = { ok: f.count(of.rows_ok), bad: f.count(of.rows_bad) }
  if (of.state === 'failed') return <p className={`${css.says} ${css.bad}`} role="alert">{t('failed', { error: say(of.error ?? '') })}</p>
  if (of.state === 'cancelled') return <p className={`${css.says} ${css.plain}`}>{t('cancelled', numbers)}</p>
  if (of.state !== 'done' && !(of.state === 'checked' && of.dry_run && of.rows_done > 0)) return null
  if (of.dry_run) return <p className={`${css.says} ${css.plain}`} data-testid="import-says">{t('done_dry', numbers)}</p>
  return (
    <p className={`${css.says} ${css.good}`} data-testid="import-says">
      {t('done_real', numbers)} <Link to={results[of.kind]}>{t('see_result', { what: t(`kind_${of.kind}`) })}</Link>
    </p>
  )
}

function Running({ of }: { of: Import }) {
  const t = useImports()
  const f = useFormat()
  const percent = of.rows_total ? Math.round((of.rows_done / of.rows_total) * 100) : 0
  return (
    <Card title={of.dry_run || of.state === 'checking' ? t('checking') : t('state_running')} note={t('running')}>
      <Progress percent={percent} status="active" aria-label={t('running')} />
      <p className="muted num" aria-live="polite">{t('progress', { done: f.count(of.rows_done), total: of.rows_total === null ? '…' : f.count(of.rows_total) })}</p>
    </Card>
  )
}

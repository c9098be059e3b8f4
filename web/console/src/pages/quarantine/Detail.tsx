/** One message: why it was refused, what came, and what to do about it. */
import { App, Button, Drawer, Input } from 'antd'
import { Link } from 'react-router'
import { useState } from 'react'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Pairs } from '@/parts/Pairs'
import { useSaid } from '@/said'
import { intake, type Quarantined } from '../events/server'
import { useQuarantine, type QuarantineWord } from './words'

export function Detail({ of, close }: { of: Quarantined; close: () => void }) {
  const t = useQuarantine()
  const f = useFormat()
  const { message } = App.useApp()
  const { say } = useSaid()
  const [fixed, setFixed] = useState<string | null>(null)
  const refresh = ['quarantine', 'quarantine-counts']
  const replay = useAct(intake.replay, {
    done: null, refresh,
    then: ({ done, item }) => {
      if (!done) return void message.warning(t('still', { detail: say(item.detail) }), 6)
      void message.success(t('done'))
      close()
    },
  })
  const dismiss = useAct(intake.dismiss, { done: t('dismissed'), refresh, then: close })
  const open = of.state !== 'replayed'
  const acts = open && (
    <div className="row">
      {of.state === 'open' && <Button onClick={() => dismiss.mutate(of.id)} loading={dismiss.isPending}>{t('dismiss')}</Button>}
      <Button type="primary" disabled={of.cut && fixed === null} loading={replay.isPending} data-testid="replay-one"
        onClick={() => replay.mutate({ id: of.id, ...(fixed === null ? {} : { fixed }) })}>{fixed === null ? t('replay') : t('replay_fixed')}</Button>
    </div>
  )
  return (
    <Drawer open onClose={close} title={t(`r_${of.reason}` as QuarantineWord)} size={640} extra={acts}>
      <div className="stack" data-testid="quarantine-detail">
        <Pairs items={[
          [t('detail'), say(of.detail)], [t('source'), t(`source_${of.source}` as QuarantineWord)], [t('received'), f.dateTime(of.received_at)],
          [t('times'), f.count(of.times)], [t('state'), t(`s_${of.state}`)],
        ]} />
        {of.reason === 'forbidden' && open && <p className="muted">{t('hint_rule')} <Link to="/events">{t('to_events')}</Link></p>}
        {of.cut && <p className="bad">{t('cut')}</p>}
        <div className="row between"><h3>{t('raw')}</h3>{open && fixed === null && <Button size="small" onClick={() => setFixed(of.raw)} data-testid="edit-raw">{t('edit_raw')}</Button>}</div>
        {fixed === null
          ? <pre className="mono" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0 }}>{pretty(of.raw)}</pre>
          : <><p className="muted small">{t('edit_note')}</p><Input.TextArea value={fixed} onChange={(event) => setFixed(event.target.value)} autoSize={{ minRows: 8, maxRows: 24 }} className="mono" aria-label={t('edit_raw')} /></>}
      </div>
    </Drawer>
  )
}

function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return raw
  }
}

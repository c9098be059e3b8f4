/** Other cuts are tried before they are frozen: who would get another score, and who would change group. */
import { useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, InputNumber, Segmented } from 'antd'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { freeze, preview, versions, type Cuts, type Group, type Preview, type Try, type Version } from './scores'
import { useRfm } from './words'
import css from './rfm.module.css'

const LETTERS = ['r', 'f', 'm'] as const
type Kind = Version['kind']
type Given = Record<(typeof LETTERS)[number], (number | null)[]>

export function CutsDrawer({ version, open, close }: { version: Version; open: boolean; close: () => void }) {
  const t = useRfm()
  return (
    <Drawer open={open} onClose={close} title={t('edit_title')} size={600} destroyOnHidden>
      <Edit version={version} close={close} />
    </Drawer>
  )
}

const whole = (given: Given): Cuts | undefined => {
  const fits = LETTERS.every((letter) => given[letter].every((cut, n, all) => cut !== null && cut >= (n ? (all[n - 1] ?? 0) : 0)))
  return fits ? (given as Cuts) : undefined
}

function Edit({ version, close }: { version: Version; close: () => void }) {
  const t = useRfm()
  const f = useFormat()
  const { can } = useSession()
  const [days, setDays] = useState(version.window_days)
  const [kind, setKind] = useState<Kind>('quantile')
  const [given, setGiven] = useState<Given>(version.cuts as Given)
  const cuts = whole(given)
  const ask: Try = kind === 'quantile' ? { window_days: days } : { window_days: days, ...(cuts ? { cuts } : {}) }
  const tried = useQuery({ queryKey: ['rfm', 'preview', ask], queryFn: () => preview(ask), enabled: kind === 'quantile' || Boolean(cuts), placeholderData: keepPreviousData })
  const keep = useAct(
    // What was shown is what is frozen, also when somebody buys in between.
    () => freeze({ window_days: days, kind, ...(tried.data ? { cuts: tried.data.version.cuts } : {}) }),
    { done: (made) => t('frozen', { n: made.n }), refresh: ['rfm', 'persons'], then: close },
  )
  const change = (letter: (typeof LETTERS)[number], place: number, value: number | null) =>
    setGiven({ ...given, [letter]: given[letter].map((cut, n) => (n === place ? value : cut)) })
  return (
    <div className="stack">
      {!can('settings.write') && <Alert type="info" showIcon title={t('need_owner')} />}
      <label className="row"><span>{t('window')}</span><InputNumber min={1} max={3650} precision={0} value={days} suffix={t('window_unit')} onChange={(value) => value && setDays(value)} style={{ width: 140 }} /></label>
      <Segmented<Kind> value={kind} aria-label={t('how_cut')} options={(['quantile', 'fixed'] as const).map((value) => ({ value, label: t(value) }))}
        onChange={(next) => {
          if (next === 'fixed' && tried.data) setGiven(tried.data.version.cuts as Given)
          setKind(next)
        }} />
      {LETTERS.map((letter) => {
        const shown = kind === 'quantile' ? (tried.data?.version.cuts[letter] ?? given[letter]) : given[letter]
        return (
          <div key={letter} className="stack tight">
            <span className="strong">{t(`${letter}_cuts`, { symbol: f.symbol })}</span>
            <div className={css.cuts}>
              {shown.map((cut, place) => (
                <InputNumber key={place} min={0} value={cut === null ? null : letter === 'm' ? cut / 100 : cut} precision={letter === 'm' ? 2 : 0} disabled={kind === 'quantile'}
                  aria-label={`${t(`${letter}_cuts`, { symbol: f.symbol })} ${place + 1}`} style={{ width: '100%' }}
                  onChange={(value) => change(letter, place, value === null ? null : letter === 'm' ? Math.round(value * 100) : value)} />
              ))}
            </div>
            <span className="small muted">{t('cuts_hint', { what: t(`${letter}_hint`) })}</span>
          </div>
        )
      })}
      {kind === 'fixed' && !cuts && <p className="bad">{t('wrong_cuts')}</p>}
      <Shown of={tried} what={t('then')}>{(data) => <Then of={data} />}</Shown>
      <div className="row">
        <Button type="primary" disabled={!can('settings.write') || (kind === 'fixed' && !cuts) || !tried.data || tried.isFetching} loading={keep.isPending}
          onClick={() => keep.mutate(undefined)} data-testid="rfm-freeze">{t('freeze')}</Button>
      </div>
      <History />
    </div>
  )
}

function Then({ of }: { of: Preview }) {
  const t = useRfm()
  const f = useFormat()
  const name = (group: Group | null) => (group ? t(group) : t('no_longer'))
  return (
    <div className={css.then} aria-live="polite" data-testid="rfm-preview">
      <p className="strong">{t('changing', { n: f.count(of.changing), count: of.changing })} · {t('moving', { n: f.count(of.moving), count: of.moving })}</p>
      {of.moves.length === 0 ? <p className="muted">{t('nobody_moves')}</p> : (
        <table className="plain-table">
          <tbody>
            {of.moves.slice(0, 12).map((move) => (
              <tr key={`${move.from} ${move.to}`}><td>{t('move', { from: name(move.from), to: name(move.to) })}</td><td className="end">{f.count(move.persons)}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function History() {
  const t = useRfm()
  const f = useFormat()
  const all = useQuery({ queryKey: ['rfm', 'versions'], queryFn: versions })
  return (
    <div className="stack tight">
      <span className="strong">{t('history')}</span>
      <Shown of={all} what={t('history')} rows={2} empty={(data) => data.items.length === 0 && <p className="muted">{t('history_none')}</p>}>
        {(data) => (
          <div className="scroll-x" tabIndex={0}>
            <table className="plain-table small">
              <thead><tr><th scope="col">{t('version')}</th><th scope="col">{t('made_at')}</th><th scope="col">{t('window_days')}</th><th scope="col">R</th><th scope="col">F</th><th scope="col">M</th></tr></thead>
              <tbody>
                {data.items.map((version, n) => (
                  <tr key={version.n}>
                    <td className="nowrap">{version.n}{n === 0 && <span className="good"> · {t('current')}</span>}</td>
                    <td className="nowrap">{f.day(version.made_at)}</td>
                    <td className="nowrap">{t('n_days', { n: version.window_days })}</td>
                    <td className="nowrap">{version.cuts.r.join(' / ')}</td>
                    <td className="nowrap">{version.cuts.f.join(' / ')}</td>
                    <td className="nowrap">{version.cuts.m.map(f.money).join(' / ')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </div>
  )
}

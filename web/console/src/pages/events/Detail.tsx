/** One event: how often it comes, what it carries, which of that is personal. */
import { Button, Drawer, Dropdown, Select } from 'antd'
import { MoreHorizontal } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { useAct } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { download, toCsv } from '@/parts/csv'
import { useEventName } from '@/parts/events'
import { useFormat } from '@/parts/format'
import { Pairs } from '@/parts/Pairs'
import { Failed, Loading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { intake, PII, type NewRule, type SeenEvent, type SeenProperty } from './server'
import { Sparkline } from './Sparkline'
import { useEvents, type EventsWord } from './words'

export function Detail({ event, today, close, rule }: { event: SeenEvent; today: string; close: () => void; rule: (given: Partial<NewRule>) => void }) {
  const t = useEvents()
  const c = useCommon()
  const f = useFormat()
  const name = useEventName()
  const may = useSession().can('settings.write')
  const title = name(event.name)
  const acts = (
    <div className="row">
      <Button onClick={() => rule({ kind: 'rename_event', event: event.name })}>{t('k_rename_event')}</Button>
      <Button onClick={() => rule({ kind: 'block_event', event: event.name })}>{t('k_block_event')}</Button>
    </div>
  )
  const volumes = () => download(`${event.name}.csv`, toCsv([t('day'), t('taken'), t('blocked')], event.days.map((one) => [one.day, one.taken, one.blocked])))
  return (
    <Drawer open onClose={close} title={title} size={640} extra={may && !event.ours && acts}>
      <div className="stack" data-testid="event-detail">
        <Pairs items={[
          [t('name'), <span key="name" className="mono">{event.name}</span>], [t('source'), event.source],
          [t('recent'), f.count(event.recent)], [t('total'), f.count(event.total)],
          ...(event.blocked > 0 ? [[t('blocked'), f.count(event.blocked)] as [string, string]] : []),
          [t('last'), event.last_at === null ? null : f.dateTime(event.last_at)],
        ]} />
        <section className="stack tight">
          <div className="row between"><h3>{t('volume')}</h3>{event.days.length > 0 && <Button type="link" size="small" onClick={volumes}>{c('download_csv')}</Button>}</div>
          {event.days.length === 0 ? <p className="muted">{t('no_recent')}</p> : (
            <>
              <Sparkline days={event.days} today={today} label={`${title} ${t('volume')}`} />
              <table className="plain-table">
                <thead><tr><th scope="col">{t('day')}</th><th scope="col" className="end">{t('taken')}</th><th scope="col" className="end">{t('blocked')}</th></tr></thead>
                <tbody>{event.days.slice(-7).reverse().map((one) => <tr key={one.day}><td>{f.fullDay(one.day)}</td><td className="end">{f.count(one.taken)}</td><td className="end">{f.count(one.blocked)}</td></tr>)}</tbody>
              </table>
            </>
          )}
        </section>
        <section className="stack tight"><h3>{t('properties')}</h3><Properties event={event} may={may} rule={rule} /></section>
      </div>
    </Drawer>
  )
}

function Properties({ event, may, rule }: { event: SeenEvent; may: boolean; rule: (given: Partial<NewRule>) => void }) {
  const t = useEvents()
  const query = useQuery({ queryKey: ['catalogue-properties', event.name], queryFn: () => intake.properties(event.name) })
  if (query.isPending) return <Loading what={t('properties')} rows={4} />
  if (query.isError) return <Failed error={query.error} what={t('properties')} retry={() => void query.refetch()} />
  if (query.data.items.length === 0) return <p className="muted">{t('p_none')}</p>
  return (
    <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('properties')}>
      <table className="plain-table">
        <thead><tr>{(['p_name', 'p_types', 'p_sample', 'p_pii'] as const).map((head) => <th key={head} scope="col">{t(head)}</th>)}{may && !event.ours && <th scope="col">{t('p_act')}</th>}</tr></thead>
        <tbody>{query.data.items.map((row) => <Property key={row.property} event={event} row={row} may={may} rule={rule} />)}</tbody>
      </table>
    </div>
  )
}

function Property({ event, row, may, rule }: { event: SeenEvent; row: SeenProperty; may: boolean; rule: (given: Partial<NewRule>) => void }) {
  const t = useEvents()
  const mark = useAct(intake.mark, { done: t('marked'), refresh: ['catalogue-properties', 'catalogue'] })
  const types = Object.entries(row.types).sort((a, b) => b[1] - a[1]).map(([type]) => t(`type_${type}` as EventsWord)).join(' · ')
  const items = (['mask_property', 'drop_property', 'rename_property'] as const).map((kind) => ({
    key: kind, label: t(`k_${kind}`), onClick: () => rule({ kind, event: event.name, property: row.property }),
  }))
  return (
    <tr data-testid="event-property">
      <td className="mono">{row.property}</td>
      <td className="nowrap">{types}</td>
      <td className="cut" style={{ maxWidth: 180 }} title={row.sample}>{row.sample || '—'}</td>
      <td className="nowrap">
        {may ? (
          <Select size="small" popupMatchSelectWidth={false} value={row.pii} aria-label={t('pii_of', { name: row.property })} loading={mark.isPending}
            options={[...PII.map((value) => ({ value: value as string, label: t(`pii_${value}`) })), ...(row.by_hand ? [{ value: 'auto', label: t('pii_auto') }] : [])]}
            onChange={(pii) => mark.mutate({ event: event.name, property: row.property, pii: pii === 'auto' ? null : pii })} />
        ) : <StateChip tone={row.pii === 'none' ? 'plain' : 'warn'}>{t(`pii_${row.pii}` as EventsWord)}</StateChip>}
        {row.by_hand && <span className="small muted"> {t('by_hand')}</span>}
      </td>
      {may && !event.ours && (
        <td><Dropdown menu={{ items }} trigger={['click']}><Button type="text" size="small" icon={<MoreHorizontal size={15} />} aria-label={t('act_on', { name: row.property })} /></Dropdown></td>
      )}
    </tr>
  )
}

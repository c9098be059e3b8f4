/** Whether the live answers keep up, and whether they are right. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { bytes } from 'kit'
import { Facts, StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { segments, type Health } from '@/parts/rule/ask'
import { useFields } from '@/parts/rule/use-fields'
import { Exact } from './state'
import { useSegments } from './words'

/** Above this the page says that it is slow. */
const SLOW_MS = 1000

export default function HealthPage() {
  const t = useSegments()
  const health = useQuery({ queryKey: ['segments', 'health'], queryFn: segments.health, refetchInterval: 3000 })
  return (
    <Page title={t('health')} note={t('health_intro')}>
      <Shown of={health} what={t('health')} rows={8}>
        {(data) => (
          <>
            <Live of={data} />
            <Mismatches of={data} />
            <Lake of={data.lake} />
          </>
        )}
      </Shown>
    </Page>
  )
}

function Live({ of }: { of: Health }) {
  const t = useSegments()
  const f = useFormat()
  const slow = of.lag_ms >= SLOW_MS
  const lag = of.lag_ms < 1000 ? t('ms', { n: Math.round(of.lag_ms) }) : t('sec', { n: f.count(of.lag_ms / 1000) })
  return (
    <Card title={t('title')} id="health-live" extra={<><StateChip tone={slow ? 'warn' : 'good'}>{slow ? t('behind_slow') : t('behind_ok')}</StateChip><Exact at={of.exact_at} /></>}>
      <Facts
        items={[
          { name: t('lag'), value: lag, note: t('lag_note'), testid: 'health-lag' },
          { name: t('audited'), value: f.count(of.audited), note: t('audited_note'), testid: 'health-audited' },
          { name: t('mismatched'), value: f.count(of.mismatched), note: of.mismatched === 0 ? t('mismatched_none') : t('mismatched_some'), testid: 'health-mismatched' },
          { name: t('last_audit'), value: of.last_audit_at === null ? t('never') : f.when(of.last_audit_at) },
          { name: t('sleeping'), value: f.count(of.sleeping), note: t('sleeping_note') },
        ]}
      />
    </Card>
  )
}

function Mismatches({ of }: { of: Health }) {
  const t = useSegments()
  const f = useFormat()
  const fields = useFields()
  const said = (is: boolean) => <span className={is ? 'good' : 'bad'}>{is ? t('mm_in') : t('mm_out')}</span>
  return (
    <Card title={t('mismatches')} id="health-mismatches">
      {of.mismatches.length === 0 ? <p className="muted">{t('mismatches_none')}</p> : (
        <div className="scroll-x" tabIndex={0} role="group" aria-label={t('mismatches')}>
          <table className="plain-table">
            <thead><tr><th scope="col">{t('mm_at')}</th><th scope="col">{t('mm_segment')}</th><th scope="col">{t('mm_person')}</th><th scope="col">{t('mm_live')}</th><th scope="col">{t('mm_batch')}</th></tr></thead>
            <tbody>
              {of.mismatches.map((each) => (
                <tr key={`${each.segment}${each.person}${each.at}`}>
                  <td className="nowrap">{f.dateTime(each.at)}</td>
                  <td><Link to={`/segments/${each.segment}?tab=why&person=${each.person}`}>{fields.segmentName(each.segment)}</Link></td>
                  <td><Link to={`/persons/${each.person}`} className="mono">{each.person}</Link></td>
                  <td>{said(each.live)}</td>
                  <td>{said(each.batch)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}

function Lake({ of }: { of: Health['lake'] }) {
  const t = useSegments()
  const f = useFormat()
  return (
    <Card title={t('lake')} id="health-lake">
      <Facts
        items={[
          { name: t('lk_events'), value: f.count(of.events) },
          { name: t('lk_persons'), value: f.count(of.persons) },
          { name: t('lk_delta'), value: f.count(of.delta) },
          { name: t('lk_bytes'), value: bytes(of.files_bytes) },
          { name: t('lk_position'), value: f.count(of.position) },
          { name: t('lk_merged'), value: of.merged_at === null ? t('never') : f.when(of.merged_at) },
        ]}
      />
    </Card>
  )
}

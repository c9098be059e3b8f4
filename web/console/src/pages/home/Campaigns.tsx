/** What each campaign caused: its interval drawn on one common scale with zero marked. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { CampaignMeasure } from 'api'
import { api } from '@/server'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Interval, scaleOf } from '@/parts/Interval'
import { Empty, Shown } from '@/parts/state'
import { useHome } from './words'
import css from './home.module.css'

const yuan = (fen: number | null) => (fen === null ? null : fen / 100)

export default function Campaigns() {
  const t = useHome()
  const f = useFormat()
  const campaigns = useQuery({ queryKey: ['measure', 'campaigns'], queryFn: api.measure.campaigns })
  const rows = campaigns.data?.items ?? []
  const sheet: Sheet = {
    head: [t('campaign'), t('incremental'), t('low'), t('high'), t('cost'), t('roi')],
    rows: rows.map((row) => [
      row.name, yuan(row.incremental_fen), yuan(row.incremental_low_fen), yuan(row.incremental_high_fen), yuan(row.cost_fen),
      row.roi_bp === null ? null : `${row.roi_bp / 100}%`,
    ]),
    show: (value, column) => (typeof value === 'number' && column > 0 ? f.money(Math.round(value * 100)) : undefined),
  }
  return (
    <ChartCard id="campaign-results" title={t('campaign_title')} note={t('campaign_note')} sheet={sheet} extra={<Link to="/campaigns">{t('all_campaigns')}</Link>}>
      <Shown of={campaigns} what={t('campaign_title')} rows={5}
        empty={(data) => data.items.length === 0 && <Empty title={t('campaign_empty')} action={<Link to="/campaigns/new">{t('new_campaign')}</Link>} />}>
        {() => <Forest rows={rows} />}
      </Shown>
    </ChartCard>
  )
}

function Forest({ rows }: { rows: CampaignMeasure[] }) {
  const t = useHome()
  const f = useFormat()
  const measured = rows.filter((row) => row.incremental_fen !== null)
  const scale = scaleOf(measured.flatMap((row) => [row.incremental_low_fen, row.incremental_high_fen, row.incremental_fen]))
  return (
    <>
      <ul className={css.forest}>
        {measured.slice(0, 12).map((row) => (
          <li key={row.id} data-testid="campaign-result-row">
            <span className={css.forestName}>
              <Link to={`/campaigns/${row.id}`} className="cut">{row.name}</Link>
              {row.historical && <StateChip tone="plain">{t('historical')}</StateChip>}
              <span className="small muted nowrap">{row.started_at === null ? '' : f.day(row.started_at)}</span>
            </span>
            <Interval low={row.incremental_low_fen} middle={row.incremental_fen ?? 0} high={row.incremental_high_fen} scale={scale} show={f.moneyShort} />
            <span className={`num ${css.forestValue}`}>{f.moneySigned(row.incremental_fen ?? 0)}</span>
          </li>
        ))}
      </ul>
      {measured.length < rows.length && (
        <p className="muted small"><Link to="/campaigns">{t('unmeasured', { n: f.count(rows.length - measured.length) })}</Link></p>
      )}
    </>
  )
}

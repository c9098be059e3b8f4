/** Treated against holdout, in money and in plain language. */
import { useQuery } from '@tanstack/react-query'
import type { Campaign, CampaignResults } from 'api'
import { api } from '@/server'
import { Facts } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Interval, scaleOf } from '@/parts/Interval'
import { Card } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { useCampaigns, useReason } from '../campaigns/words'
import { ByDay } from './ByDay'
import { verdictOf } from './verdict'
import css from './campaign.module.css'

export function Results({ campaign }: { campaign: Campaign }) {
  const t = useCampaigns()
  const ready = campaign.started_at !== null && campaign.state !== 'sending'
  const results = useQuery({ queryKey: ['campaign', campaign.id, 'results'], queryFn: () => api.campaigns.results(campaign.id), enabled: ready })
  if (!ready) return <Card title={t('results')}><Empty title={t('results_wait')} /></Card>
  return (
    <Shown of={results} what={t('results')} rows={8}>
      {(data) => (
        <>
          <Verdict results={data} startedAt={campaign.started_at ?? 0} />
          {data.by_day.length > 1 && <ByDay days={data.by_day} alone={verdictOf(data) === 'none'} />}
          {data.skipped.some((each) => each.persons > 0) && <Skipped results={data} />}
        </>
      )}
    </Shown>
  )
}

function Verdict({ results, startedAt }: { results: CampaignResults; startedAt: number }) {
  const t = useCampaigns()
  const f = useFormat()
  const { incremental_fen: middle, incremental_low_fen: low, incremental_high_fen: high } = results
  const verdict = verdictOf(results)
  const early = Date.now() - startedAt < results.window_days * 86_400_000
  const note = t('results_note', { n: results.window_days })
  return (
    <Card title={t('results')} note={early ? `${note} · ${t('results_early')}` : note} id="results">
      <p className={`${css.verdict} ${css[verdict]}`} data-testid="verdict">
        {t(`verdict_${verdict}`, { amount: verdict === 'open' ? f.moneySigned(middle ?? 0) : f.moneyShort(Math.abs(middle ?? 0)) })}
      </p>
      {!results.srm_ok && <p className={css.srm} role="alert">{t('srm_bad', { p: results.srm_p === null ? '—' : results.srm_p.toPrecision(2) })}</p>}
      {verdict !== 'zero' && middle !== null && low !== null && high !== null && (
        <div className={css.interval}>
          <Interval low={low} middle={middle} high={high} scale={scaleOf([low, middle, high])} show={f.moneyShort} />
          <p className="small muted num">{t('interval', { low: f.moneySigned(low), high: f.moneySigned(high) })}</p>
        </div>
      )}
      <Facts
        items={[
          { name: t('incremental'), value: middle === null ? '—' : f.moneySigned(middle), testid: 'incremental' },
          { name: t('cost_total'), value: f.money(results.cost_fen) },
          { name: t('roi'), value: results.roi_bp === null ? '—' : f.percent(results.roi_bp), note: t('roi_note') },
        ]}
      />
      <Arms results={results} />
    </Card>
  )
}

function Arms({ results }: { results: CampaignResults }) {
  const t = useCampaigns()
  const f = useFormat()
  return (
    <div className="scroll-x" tabIndex={0} style={{ marginTop: 16 }}>
      <table className="plain-table" data-testid="arms">
        <thead>
          <tr>
            <th scope="col">{t('arm')}</th>
            <th scope="col" className="end">{t('arm_persons')}</th>
            <th scope="col" className="end">{t('arm_buyers')}</th>
            <th scope="col" className="end">{t('arm_rate')}</th>
            <th scope="col" className="end">{t('arm_orders')}</th>
            <th scope="col" className="end">{t('arm_revenue')}</th>
            <th scope="col" className="end">{t('arm_per')}</th>
          </tr>
        </thead>
        <tbody>
          {results.arms.filter((arm) => arm.persons > 0).map((arm) => (
            <tr key={arm.arm}>
              <td className="nowrap">{t(`arm_${arm.arm}`)}</td>
              <td className="end">{f.count(arm.persons)}</td>
              <td className="end">{f.count(arm.buyers)}</td>
              <td className="end">{f.share(arm.buyers, arm.persons)}</td>
              <td className="end">{f.count(arm.orders)}</td>
              <td className="end">{f.money(arm.revenue_fen)}</td>
              <td className="end strong">{f.money(arm.revenue_per_person_fen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {results.srm_ok && results.srm_p !== null && <p className="small muted" style={{ marginTop: 8 }}>{t('srm_ok')} (p = {results.srm_p.toPrecision(2)})</p>}
    </div>
  )
}

function Skipped({ results }: { results: CampaignResults }) {
  const t = useCampaigns()
  const f = useFormat()
  const reason = useReason()
  return (
    <Card title={t('skipped_title')}>
      <table className="plain-table">
        <tbody>
          {results.skipped.filter((each) => each.persons > 0).map((each) => (
            <tr key={each.reason}><td>{reason(each.reason)}</td><td className="end">{f.count(each.persons)}</td></tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}

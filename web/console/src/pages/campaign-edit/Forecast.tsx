/** Before anything is sent: how many match, how many are kept out, how many will get it, and why the others will not. */
import { useEffect, useState } from 'react'
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { Forecast } from 'api'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Failed, Loading } from '@/parts/state'
import { useTheme } from '@/shell/theme'
import { useCampaigns, useReason } from '../campaigns/words'
import type { Draft } from '.'
import css from './edit.module.css'

export function useForecast({ channel, audience, holdout_bp }: Pick<Draft, 'channel' | 'audience' | 'holdout_bp'>): UseQueryResult<Forecast> {
  const wanted = JSON.stringify({ channel, audience, holdout_bp: holdout_bp ?? 0 })
  const [settled, setSettled] = useState(wanted)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(wanted), 300)
    return () => clearTimeout(timer)
  }, [wanted])
  return useQuery({
    queryKey: ['forecast', settled],
    queryFn: () => api.campaigns.forecast(JSON.parse(settled) as Parameters<typeof api.campaigns.forecast>[0]),
    placeholderData: keepPreviousData,
  })
}

export function ForecastCard({ forecast, costPerMessage }: { forecast: UseQueryResult<Forecast>; costPerMessage: number }) {
  const t = useCampaigns()
  return (
    <Card title={t('forecast')} id="forecast">
      {forecast.data ? <Numbers of={forecast.data} costPerMessage={costPerMessage} stale={forecast.isPlaceholderData} />
        : forecast.isError ? <Failed error={forecast.error} what={t('forecast')} retry={() => void forecast.refetch()} />
        : <Loading what={t('forecast')} rows={4} />}
    </Card>
  )
}

function Numbers({ of, costPerMessage, stale }: { of: Forecast; costPerMessage: number; stale: boolean }) {
  const t = useCampaigns()
  const f = useFormat()
  const { palette } = useTheme()
  const lost = of.not_reachable.reduce((sum, each) => sum + each.persons, 0)
  const part = (n: number) => `${(n / Math.max(1, of.selected)) * 100}%`
  return (
    <div className="stack" aria-live="polite" aria-busy={stale} style={{ opacity: stale ? 0.6 : 1, gap: 12 }}>
      <div>
        <p className="muted small">{t('reachable')}</p>
        <p className={css.big} data-testid="forecast-reachable">{f.count(of.reachable)}</p>
      </div>
      <div className={css.bar} aria-hidden>
        <span style={{ width: part(of.reachable), background: palette.water }} />
        <span style={{ width: part(of.holdout), background: palette.sand }} />
        <span style={{ width: part(lost), background: palette.line }} />
      </div>
      <dl className={css.list}>
        <dt>{t('selected')}</dt><dd data-testid="forecast-selected">{f.count(of.selected)}</dd>
        <dt><i style={{ background: palette.sand }} />{t('will_hold')}</dt><dd data-testid="forecast-holdout">{f.count(of.holdout)}</dd>
        <dt><i style={{ background: palette.line }} />{t('unreachable')}</dt><dd data-testid="forecast-unreachable">{f.count(lost)}</dd>
        <Reasons of={of} />
        {costPerMessage > 0 && <><dt>{t('est_cost')}</dt><dd>{f.money(of.reachable * costPerMessage)}</dd></>}
      </dl>
      {of.reachable === 0 && <p className="bad">{t('forecast_none')}</p>}
    </div>
  )
}

function Reasons({ of }: { of: Forecast }) {
  const f = useFormat()
  const reason = useReason()
  return of.not_reachable.filter((each) => each.persons > 0).map((each) => (
    <div key={each.reason} className={css.reason}><dt>{reason(each.reason)}</dt><dd>{f.count(each.persons)}</dd></div>
  ))
}

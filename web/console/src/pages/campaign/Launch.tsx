/** The last look before sending: it says in numbers what will happen, from a forecast made this moment. */
import { useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import type { Campaign } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Failed, Loading } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCampaigns } from '../campaigns/words'

export function Launch({ campaign, close }: { campaign: Campaign; close: () => void }) {
  const t = useCampaigns()
  const f = useFormat()
  const { brand } = useSession()
  const { id, name, channel, audience, holdout_bp, cost_per_message_fen } = campaign
  const forecast = useQuery({ queryKey: ['forecast', 'launch', id], queryFn: () => api.campaigns.forecast({ channel, audience, holdout_bp }), gcTime: 0, staleTime: 0 })
  const launch = useAct(() => api.campaigns.launch(id), { done: t('launched'), refresh: ['campaigns', 'campaign', 'overview', 'measure'], then: close })
  const reachable = forecast.data?.reachable ?? 0
  const lost = forecast.data?.not_reachable.reduce((sum, each) => sum + each.persons, 0) ?? 0
  return (
    <Modal open onCancel={close} title={t('launch_title', { name })} cancelText={t('launch_keep')} confirmLoading={launch.isPending}
      okText={reachable > 0 ? t('launch_ok', { n: f.count(reachable) }) : t('launch_none')}
      okButtonProps={{ disabled: reachable === 0, 'data-testid': 'launch-confirm' }} onOk={() => launch.mutate(undefined)}>
      {forecast.isPending && <Loading what={t('forecast')} rows={3} />}
      {forecast.isError && <Failed error={forecast.error} what={t('forecast')} retry={() => void forecast.refetch()} />}
      {forecast.data && (
        <div className="stack" style={{ gap: 8 }} data-testid="launch-says">
          <p className="strong" style={{ fontSize: 18 }}>{t('launch_says', { channel: t(`channel_${channel}`), n: f.count(reachable) })}</p>
          {forecast.data.holdout > 0 && <p>{t('launch_hold', { n: f.count(forecast.data.holdout) })}</p>}
          {lost > 0 && <p>{t('launch_skip', { n: f.count(lost) })}</p>}
          {cost_per_message_fen > 0 && <p>{t('launch_cost', { amount: f.money(reachable * cost_per_message_fen) })}</p>}
          <p className="muted small">{t('launch_undo')} {brand.sandbox && channel === 'email' && t('launch_sandbox')}</p>
        </div>
      )}
    </Modal>
  )
}

import { useQuery } from '@tanstack/react-query'
import { api } from '@/server'
import { Facts } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useHome } from './words'

export function Money() {
  const t = useHome()
  const f = useFormat()
  const money = useQuery({ queryKey: ['measure', 'money'], queryFn: api.measure.money })
  return (
    <Card title={t('money_title')}>
      <Shown of={money} what={t('money_title')} rows={2}>
        {(data) => (
          <Facts
            items={[
              { name: t('gross'), to: '/orders', value: f.moneyShort(data.gross_fen), note: `${t('refunded')} ${f.moneyShort(data.refunded_fen)}` },
              {
                name: t('repurchase_rate'), to: '/persons?stage=repurchase', value: f.percent(data.repurchase_rate_bp),
                note: t('repurchase_note', { repeat: f.count(data.repeat_buyers), buyers: f.count(data.buyers) }),
              },
              { name: t('cac'), value: data.cac_fen === null ? '—' : f.money(data.cac_fen), note: t('acquired', { n: f.count(data.acquired) }) },
              { name: t('clv'), value: data.clv_fen === null ? '—' : f.money(data.clv_fen) },
            ]}
          />
        )}
      </Shown>
    </Card>
  )
}

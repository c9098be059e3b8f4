import { Link } from 'react-router'
import type { Order } from 'api'
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useCommon } from '@/words/common'
import { useOrders, type OrderWord } from '../orders/words'

const toneOf = (state: string): Tone =>
  /succeeded|paid/.test(state) ? 'good' : /mismatch|abnormal/.test(state) ? 'bad' : /failed|closed|voided/.test(state) ? 'plain' : 'warn'

const comTones = { pending: 'warn', payable: 'good', reversed: 'plain' } as const

/** What was paid, what went back, and what was promised to whom for it. */
export function Money({ order }: { order: Order }) {
  const t = useOrders()
  const c = useCommon()
  const f = useFormat()
  const say = (prefix: string, code: string) => {
    const said = t(`${prefix}_${code}` as OrderWord)
    return said === `${prefix}_${code}` ? code : said
  }
  return (
    <>
      <Card title={t('payments')}>
        {order.payments.length === 0 ? <p className="muted">{t('no_payments')}</p> : (
          <table className="plain-table" data-testid="order-payments">
            <tbody>
              {order.payments.map((payment) => (
                <tr key={payment.id}>
                  <td>{say('provider', payment.provider)}</td>
                  <td><StateChip tone={toneOf(payment.state)}>{say('pay', payment.state)}</StateChip></td>
                  <td className="muted">{f.when(payment.at)}</td>
                  <td className="end">{f.money(payment.amount_fen)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
      {order.refunds.length > 0 && (
        <Card title={t('refunds')}>
          <table className="plain-table" data-testid="order-refunds">
            <tbody>
              {order.refunds.map((refund) => (
                <tr key={refund.id}>
                  <td>{refund.reason}</td>
                  <td><StateChip tone={toneOf(refund.state)}>{say('pay', refund.state)}</StateChip></td>
                  <td className="muted">{f.when(refund.at)}</td>
                  <td className="end">{f.money(-refund.amount_fen)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
      {order.commission.length > 0 && (
        <Card title={t('commission')}>
          <table className="plain-table">
            <tbody>
              {order.commission.map((each, index) => (
                <tr key={index}>
                  <td><Link to={`/persons/${each.beneficiary.id}`}>{each.beneficiary.name ?? c('unnamed')}</Link></td>
                  <td><StateChip tone={comTones[each.state]}>{t(`com_${each.state}`)}</StateChip></td>
                  <td className="end">
                    {f.money(each.amount_fen)}
                    {each.reversed_fen > 0 && <span className="small muted" style={{ display: 'block' }}>{t('com_back', { amount: f.money(each.reversed_fen) })}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </>
  )
}

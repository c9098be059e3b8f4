import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Person } from 'api'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { OrderStateChip } from '../orders/state'
import { usePerson } from './words'

export function Orders({ person }: { person: Person }) {
  const t = usePerson()
  const f = useFormat()
  const orders = useQuery({ queryKey: ['orders', 'of', person.id], queryFn: () => api.orders.list({ person: person.id, limit: 5 }) })
  const total = orders.data?.total ?? person.orders
  return (
    <Card title={t('recent_orders')} extra={total > 0 && <Link to={`/orders?person=${person.id}`}>{t('all_orders', { n: f.count(total) })}</Link>}>
      <Shown of={orders} what={t('recent_orders')} rows={3} empty={(data) => data.items.length === 0 && <p className="muted">{t('no_orders')}</p>}>
        {(data) => (
          <div className="scroll-x" tabIndex={0}>
            <table className="plain-table">
              <tbody>
                {data.items.map((order) => (
                  <tr key={order.id} data-testid="person-order">
                    <td><Link to={`/orders/${order.id}`} className="nowrap">{order.no}</Link></td>
                    <td><OrderStateChip state={order.state} /></td>
                    <td className="muted nowrap wide-only">{f.when(order.placed_at)}</td>
                    <td className="muted wide-only">{order.store.name}</td>
                    <td className="end">{f.money(order.total_fen)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </Card>
  )
}

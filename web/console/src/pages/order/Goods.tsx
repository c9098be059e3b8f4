import { Link } from 'react-router'
import type { Order, OrderLine } from 'api'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Thumb } from '@/parts/Thumb'
import { useOrders } from '../orders/words'
import css from '../orders/orders.module.css'

export function Goods({ order }: { order: Order }) {
  const t = useOrders()
  const f = useFormat()
  return (
    <Card title={t('lines')}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain-table" data-testid="order-lines">
          <thead>
            <tr>
              <th scope="col">{t('line')}</th>
              <th scope="col" className="end wide-only">{t('price')}</th>
              <th scope="col" className="end">{t('quantity')}</th>
              <th scope="col" className="end">{t('amount')}</th>
            </tr>
          </thead>
          <tbody>{order.lines.map((line) => <Line key={line.n} line={line} />)}</tbody>
        </table>
      </div>
      <dl className={css.sums}>
        <dt>{t('goods')}</dt><dd>{f.money(order.goods_fen)}</dd>
        <dt>{t('freight')}</dt><dd>{f.money(order.freight_fen)}</dd>
        <dt>{t('order_total')}</dt><dd className={css.total} data-testid="order-total">{f.money(order.total_fen)}</dd>
        {order.refunded_fen > 0 && <><dt>{t('refunded')}</dt><dd data-testid="order-refunded">{f.money(-order.refunded_fen)}</dd></>}
      </dl>
    </Card>
  )
}

function Line({ line }: { line: OrderLine }) {
  const t = useOrders()
  const f = useFormat()
  return (
    <tr>
      <td>
        <span className={css.goods}>
          <Thumb src={line.image} />
          {line.product_id ? <Link to={`/products/${line.product_id}`}>{line.name}</Link> : line.name}
        </span>
      </td>
      <td className="end wide-only">{f.money(line.price_fen)}</td>
      <td className="end">
        {f.count(line.quantity)}
        {line.refunded_quantity > 0 && <span className="small bad" style={{ display: 'block' }}>{t('line_refunded', { n: line.refunded_quantity })}</span>}
      </td>
      <td className="end">{f.money(line.amount_fen)}</td>
    </tr>
  )
}

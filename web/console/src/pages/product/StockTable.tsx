import { Button } from 'antd'
import type { Product, Sku } from 'api'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useProducts } from '../products/words'

export function StockTable({ product, open }: { product: Product; open: (sku: Sku) => void }) {
  const t = useProducts()
  const f = useFormat()
  return (
    <Card title={t('stock_title')} note={t('stock_note')} id="stock">
      <div className="scroll-x" tabIndex={0}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('sku_name')}</th>
              <th scope="col" className="end">{t('on_hand')}</th>
              <th scope="col" className="end">{t('held')}</th>
              <th scope="col" className="end">{t('available')}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {product.skus.map((sku) => (
              <tr key={sku.id} data-testid="sku-row">
                <td>{sku.name} <span className="mono muted">{sku.code}</span></td>
                <td className="end">{f.count(sku.on_hand)}</td>
                <td className="end">{f.count(sku.held)}</td>
                <td className={`end ${sku.available <= 0 ? 'bad' : 'strong'}`}>{f.count(sku.available)}</td>
                <td className="end"><Button size="small" onClick={() => open(sku)} data-testid="open-stock">{t('see_stock')}</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

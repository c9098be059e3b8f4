/** Refund by line and quantity. It says what will go back before it is done; the server decides the exact amount. */
import { useEffect, useState } from 'react'
import { InputNumber, Modal } from 'antd'
import type { Order } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { SuggestInput } from '@/parts/SuggestInput'
import { useOrders } from '../orders/words'
import css from '../orders/orders.module.css'
import { AFTER_ORDER } from './Moves'
import { refundable, worth } from './worth'

export function Refund({ order, open, close }: { order: Order; open: boolean; close: () => void }) {
  const t = useOrders()
  const f = useFormat()
  const [chosen, setChosen] = useState<Record<number, number>>({})
  const [reason, setReason] = useState('')
  useEffect(() => {
    if (!open) return
    setChosen(Object.fromEntries(order.lines.map((line) => [line.n, refundable(line)])))
    setReason('')
  }, [open, order])

  const lines = order.lines.filter((line) => refundable(line) > 0)
  const units = lines.reduce((sum, line) => sum + (chosen[line.n] ?? 0), 0)
  const amount = lines.reduce((sum, line) => sum + worth(line, chosen[line.n] ?? 0), 0)
  const everything = lines.every((line) => chosen[line.n] === refundable(line))
  const refund = useAct(
    () =>
      api.orders.refund(order.id, {
        reason: reason.trim(),
        ...(everything ? {} : { lines: lines.map((line) => ({ n: line.n, quantity: chosen[line.n] ?? 0 })).filter((line) => line.quantity > 0) }),
      }),
    { done: t('refunded_done'), refresh: AFTER_ORDER, then: close },
  )
  const says = everything
    ? t('refund_says_all', { store: order.store.name })
    : t('refund_says', { units: f.count(units), amount: f.money(amount), store: order.store.name })
  return (
    <Modal open={open} onCancel={close} title={t('refund_title', { no: order.no })} okText={t('refund_ok')} onOk={() => refund.mutate(undefined)}
      okButtonProps={{ danger: true, disabled: units === 0 || reason.trim() === '', 'data-testid': 'refund-ok' }} confirmLoading={refund.isPending}>
      {lines.length === 0 ? <p className="muted">{t('refund_none')}</p> : (
        <div className="stack">
          <div data-testid="refund-lines">
            <p className="muted">{t('refund_pick')}</p>
            {lines.map((line) => (
              <div key={line.n} className={css.refundLine}>
                <span>{line.name}<span className="small muted" style={{ display: 'block' }}>{t('refund_left', { n: refundable(line) })}</span></span>
                <InputNumber min={0} max={refundable(line)} precision={0} value={chosen[line.n] ?? 0} aria-label={`${line.name} ${t('quantity')}`}
                  onChange={(value) => setChosen({ ...chosen, [line.n]: value ?? 0 })} />
                <span className="num">{f.money(worth(line, chosen[line.n] ?? 0))}</span>
              </div>
            ))}
          </div>
          <div className="stack tight">
            <span className="muted">{t('refund_reason')}</span>
            <SuggestInput value={reason} onChange={setReason} label={t('refund_reason')} placeholder={t('refund_reason_hint')}
              usual={[t('reason_1'), t('reason_2'), t('reason_3')]} testid="refund-reason" />
          </div>
          {units > 0 && <p className={css.warn}>{says}</p>}
        </div>
      )}
    </Modal>
  )
}

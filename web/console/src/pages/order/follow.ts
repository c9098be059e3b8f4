/**
 * How soon an order is looked at again. A refund or a closing is carried out outside, and counters, commission and the
 * ledger follow the log a moment later: the page follows while something is under way, and a little after anything moved.
 */
import { useRef } from 'react'
import type { Order } from 'api'

const SOON = 1000
/** Readers of the log are done long before this. */
const AFTERWARDS = 6000

/** Money is moving. */
export const underWay = (order: Order) =>
  order.state === 'closing' || order.refunds.some((refund) => refund.state === 'requested' || refund.state === 'sent')

/** When to look again, in milliseconds; false when nothing is expected. Equal answers are the same object. */
export function useFollow() {
  const seen = useRef<{ order: Order; moved: number } | undefined>(undefined)
  return (order: Order | undefined): number | false => {
    if (!order) return false
    const before = seen.current
    if (before?.order !== order) {
      const moved = before && before.order.id === order.id ? Date.now() : 0
      seen.current = { order, moved }
    }
    return underWay(order) || Date.now() - (seen.current?.moved ?? 0) < AFTERWARDS ? SOON : false
  }
}

import type { OrderLine } from 'api'

export const refundable = (line: OrderLine): number => line.quantity - line.refunded_quantity

/** What a quantity of a line is worth: its share of what is left, the last unit taking the remainder. */
export function worth(line: OrderLine, quantity: number): number {
  const left = refundable(line)
  const money = line.amount_fen - line.refunded_fen
  return quantity >= left ? money : Math.floor((money * quantity) / left)
}

import type { OrderState } from 'api'
import { StateChip, type Tone } from '@/parts/chips'
import { useOrders } from './words'

const tones: Record<OrderState, Tone> = {
  placed: 'warn', closing: 'warn', paid: 'water', paid_late: 'bad', ready: 'water', fulfilled: 'water', completed: 'good', cancelled: 'plain', refunded: 'plain',
}

export function OrderStateChip({ state }: { state: OrderState }) {
  const t = useOrders()
  return <StateChip tone={tones[state] ?? 'plain'}>{t(`state_${state}`)}</StateChip>
}

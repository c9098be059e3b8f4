import { cell } from './cell'
import type { CartItem } from './shapes'

/** What is being checked out: chosen from the cart, or one product bought at once. Kept, so that a reload does not lose it. */
export interface Basket { items: CartItem[]; from: 'cart' | 'now' }
export const basket = cell<Basket>({ items: [], from: 'now' }, 'basket')

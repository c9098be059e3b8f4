/** One cart in front, two behind: a guest's on the phone, a customer's on the server. */
import { api, Problem } from './api'
import { cell } from './cell'
import { guestCart, token } from './kept'
import type { Cart, CartItem } from './shapes'

export const cart = cell<CartItem[]>(guestCart.get())
export const countOf = (items: CartItem[]) => items.reduce((sum, item) => sum + item.quantity, 0)
export const goodsOf = (items: CartItem[]) => items.reduce((sum, item) => sum + item.quantity * item.price_fen, 0)

export async function refreshCart(): Promise<void> {
  if (!token.get()) cart.set(guestCart.get())
  else if (guestCart.get().length) await mergeCart()
  else hold(await api.cart())
}

/** Sets the quantity; 0 removes. The screen changes at once and is put right when the server refuses. */
export async function setQuantity(item: CartItem, quantity: number): Promise<void> {
  const before = cart.get()
  const after = changed(before, item, quantity)
  cart.set(after)
  if (!token.get()) { guestCart.set(after); return }
  try {
    hold(await api.putInCart(item.sku_id, quantity))
  } catch (refusal) {
    cart.set(before)
    throw refusal
  }
}

export function addToCart(item: CartItem): Promise<void> {
  const there = cart.get().find((one) => one.sku_id === item.sku_id)?.quantity ?? 0
  return setQuantity(item, Math.min(there + item.quantity, Math.max(item.available, 1)))
}

/** After sign-in: what the guest chose is added to what the customer already had; what could not be sent waits for the next time. */
export async function mergeCart(): Promise<void> {
  let there: Cart = await api.cart()
  for (const item of guestCart.get()) {
    const had = there.items.find((one) => one.sku_id === item.sku_id)?.quantity ?? 0
    try {
      there = await api.putInCart(item.sku_id, had + item.quantity)
    } catch (refusal) {
      // A product that has gone meanwhile is dropped and must not keep the rest from being merged.
      if (!(refusal instanceof Problem) || refusal.status === 0 || refusal.status >= 500) throw refusal
    }
    guestCart.set(guestCart.get().filter((one) => one.sku_id !== item.sku_id))
  }
  hold(there)
}

/** What was ordered leaves the cart. */
export async function removeOrdered(skus: string[]): Promise<void> {
  const left = cart.get().filter((item) => skus.includes(item.sku_id))
  for (const item of left) await setQuantity(item, 0).catch(() => undefined)
}

function hold(found: Cart) { cart.set(found.items) }

function changed(items: CartItem[], item: CartItem, quantity: number): CartItem[] {
  if (quantity <= 0) return items.filter((one) => one.sku_id !== item.sku_id)
  if (items.some((one) => one.sku_id === item.sku_id)) {
    return items.map((one) => (one.sku_id === item.sku_id ? { ...one, quantity } : one))
  }
  return [...items, { ...item, quantity }]
}

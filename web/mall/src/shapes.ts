/**
 * What the mall's API speaks (`/mall/v1`), taken from the types that are generated from openapi.json (`npm run generate`):
 * a field that goes away there is a compile error here. Money is integer fen, times are UTC milliseconds.
 */
import type { components } from '../../api/src/schema'

type Schemas = components['schemas']

/** The document lets a field that may be null be absent; the server always sends it. */
type Sent<T> = T extends readonly (infer Each)[] ? Sent<Each>[] : T extends object ? { [Name in keyof T]-?: Sent<T[Name]> } : T

export interface List<T> { items: T[]; next: string | null; total?: number | null }
export type Shop = Sent<Schemas['ShopFront']>
export type Category = Sent<Schemas['Category']>
export type Store = Sent<Schemas['ShopStore']>
export interface Item {
  id: string; name: string; name_en: string | null; category: string; image: string | null
  price_from_fen: number; sold: number; available: number
}
export type Sku = Sent<Schemas['ItemSku']>
export type Product = Item & { description: string | null; skus: Sku[] }
export type Address = Sent<Schemas['Address']>
export type Me = Sent<Schemas['MallMe']>
/** The English name is what passed by when it was chosen; the server's cart has the Chinese one. */
export type CartItem = Sent<Schemas['CartItem']> & { name_en?: string | null }
export type Cart = Omit<Sent<Schemas['Cart']>, 'items'> & { items: CartItem[] }
export type Delivery = Schemas['Delivery']
export interface Want { sku_id: string; quantity: number }
export type Quote = Sent<Schemas['Quote']>
export type OrderState = Schemas['State']
/** `sku_id` is null when the order came from elsewhere, or the product is gone. */
export type OrderLine = Sent<Schemas['MallLine']> & { name_en?: string | null }
export type Order = Omit<Sent<Schemas['MallOrder']>, 'lines' | 'delivery'> & { lines: OrderLine[]; delivery: Delivery }
export type Payment = Sent<Schemas['PayAttempt']>
export type Letter = Sent<Schemas['InboxItem']>
export type EditMe = Schemas['EditMe']

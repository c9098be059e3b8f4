/** What the mall's API speaks (`/mall/v1`). Money is integer fen, times are UTC milliseconds. */
export interface List<T> { items: T[]; next: string | null; total?: number | null }
export interface Category { code: string; zh: string; en: string; products: number }
export interface Shop {
  brand: {
    code: string; name: string; currency: string; sandbox: boolean
    timezone?: string; freight_fen?: number; free_freight_fen?: number
  }
  stores: number
  categories: Category[]
}
export interface Store { id: string; name: string; city: string | null }
export interface Item {
  id: string; name: string; name_en: string | null; category: string; image: string | null
  price_from_fen: number; sold: number; available: number
}
export interface Sku { id: string; name: string; price_fen: number; available: number }
export type Product = Item & { description: string | null; skus: Sku[] }
export interface Address { name: string; phone: string; region: string; detail: string }
export interface Me {
  id: string; name: string | null; phone: string | null; email: string | null
  referral_code: string; referral_link: string; referred: number
  pending_fen: number; payable_fen: number; unread: number
  consents: { inbox: boolean; email: boolean }
  address: Address | null
  store: { id: string; name: string } | null
}
export interface CartItem {
  sku_id: string; product_id: string; name: string; name_en?: string | null; sku_name: string; image: string | null
  price_fen: number; quantity: number; available: number
}
export interface Cart { items: CartItem[]; goods_fen: number }
export type Delivery = 'pickup' | 'delivery'
export interface Want { sku_id: string; quantity: number }
export interface Quote {
  goods_fen: number; freight_fen: number; total_fen: number; hash: string
  lines: { sku_id: string; name: string; quantity: number; price_fen: number; amount_fen: number }[]
  short: { sku_id: string; available: number }[]
}
export type OrderState =
  | 'placed' | 'closing' | 'paid' | 'paid_late' | 'ready' | 'fulfilled' | 'completed' | 'cancelled' | 'refunded'
export interface OrderLine {
  /** Null when the order came from elsewhere, or the product is gone. */
  sku_id: string | null; product_id: string | null; name: string; name_en?: string | null; image: string | null
  quantity: number; price_fen: number; amount_fen: number
}
export interface Order {
  id: string; no: string; state: OrderState; store: { id: string; name: string }; delivery: Delivery
  lines: OrderLine[]; goods_fen: number; freight_fen: number; total_fen: number; refunded_fen: number
  address: Address | null; placed_at: number; paid_at: number | null; expires_at: number | null
  pickup_code: string | null
}
export interface Payment { provider: string; attempt_id: string; state: string }
export interface Letter { id: string; subject: string; body: string; link: string | null; sent_at: number; read_at: number | null }

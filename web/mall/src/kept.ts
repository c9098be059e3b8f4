import { cell } from './cell'
import type { CartItem, Store } from './shapes'

/** What is kept on the phone between visits. */
export type Language = 'zh' | 'en'
export const token = cell<string | null>(null, 'token')
export const visitor = cell<string | null>(null, 'visitor')
/** The code of the friend who brought this visitor; consumed by sign-in. */
export const referral = cell<string | null>(null, 'referral')
export const language = cell<Language>('zh', 'language')
export const chosenStore = cell<Store | null>(null, 'store')
/** English names of products by id, see `words`. */
export const seenNames = cell<[string, string][]>([], 'names')
/** A guest's cart; merged into the server's after sign-in. */
export const guestCart = cell<CartItem[]>([], 'cart')

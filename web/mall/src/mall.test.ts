/** The rules of the mall that need no screen; the phone and the network are replaced, nothing else. */
import { beforeEach, expect, test, vi } from 'vitest'
import type { Cart, CartItem } from './shapes'

interface Asked { url: string; method: string; header: Record<string, string>; data?: string }
type Answer = { statusCode: number; data: unknown; header?: Record<string, string> } | 'lost'

const phone = vi.hoisted(() => ({
  kept: new Map<string, unknown>(), asked: [] as Asked[], answer: (_: Asked): Answer => 'lost',
}))

vi.mock('@tarojs/taro', () => ({
  default: {
    getStorageSync: (key: string) => phone.kept.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => phone.kept.set(key, value),
    removeStorageSync: (key: string) => phone.kept.delete(key),
    request: async (asked: Asked) => {
      phone.asked.push(asked)
      const answer = phone.answer(asked)
      if (answer === 'lost') throw new Error('request:fail')
      return { header: {}, ...answer }
    },
  },
}))

const { api, Problem } = await import('./api')
const { cart, mergeCart, addToCart } = await import('./cart')
const { pageIn } = await import('./go')
const { guestCart, token, visitor } = await import('./kept')
const { priced, yuan } = await import('./money')
const { zh } = await import('./words/zh')
const { en } = await import('./words/en')

const keys = () => phone.asked.map(({ header }) => header['Idempotency-Key'])
const item = (sku_id: string, quantity: number, available = 99): CartItem => ({
  sku_id, product_id: `prd_${sku_id}`, name: sku_id, sku_name: '', image: null, price_fen: 190, quantity, available,
})

beforeEach(() => {
  phone.asked.length = 0
  phone.answer = () => 'lost'
  token.set('T')
  visitor.set('vis_1')
  guestCart.set([])
  cart.set([])
})

test('prices are exact to the fen', () => {
  expect([0, 1, 10, 190, 123456, 100000000].map(yuan)).toEqual(['0.00', '0.01', '0.10', '1.90', '1,234.56', '1,000,000.00'])
  expect(priced(29)).toBe('¥0.29')
  expect(yuan(-505)).toBe('-5.05')
})

test('an action keeps its key until the server has answered', async () => {
  await expect(api.cancel('ord_1')).rejects.toMatchObject({ code: 'offline' })
  phone.answer = () => ({ statusCode: 503, data: null })
  await expect(api.cancel('ord_1')).rejects.toBeInstanceOf(Problem)
  phone.answer = () => ({ statusCode: 200, data: {} })
  await api.cancel('ord_1')
  await api.cancel('ord_1')
  const [first, second, third, fourth] = keys()
  expect(first).toBeTruthy()
  expect([second, third]).toEqual([first, first])
  expect(fourth).not.toBe(first)
})

test('another action has another key, a question has none', async () => {
  phone.answer = () => ({ statusCode: 200, data: { items: [], next: null } })
  await api.cancel('ord_1')
  await api.cancel('ord_2')
  await api.orders({ state: 'paid' })
  expect(new Set(keys()).size).toBe(3)
  expect(keys()[2]).toBeUndefined()
  expect(phone.asked[2]!.url).toBe('https://mall.example/mall/v1/orders?state=paid')
})

test('a session that has ended is forgotten, the refusal keeps its code', async () => {
  phone.answer = () => ({ statusCode: 401, data: { code: 'not_signed_in', detail: '' } })
  await expect(api.me()).rejects.toMatchObject({ status: 401, code: 'not_signed_in' })
  expect(token.get()).toBeNull()
})

test('a guest’s cart stays on the phone', async () => {
  token.set(null)
  await addToCart(item('a', 2))
  await addToCart(item('a', 2, 3))
  expect(guestCart.get().map(({ quantity }) => quantity)).toEqual([3])
  expect(phone.asked).toEqual([])
})

test('after sign-in the carts are added up, and one product that has gone does not stop the rest', async () => {
  guestCart.set([item('gone', 1), item('a', 2), item('b', 1)])
  const there = new Map([['a', 1]])
  const now = (): Cart => ({ items: [...there].map(([sku, n]) => item(sku, n)), goods_fen: 0 })
  phone.answer = ({ url, data }) => {
    const sku = url.split('/cart/')[1]
    if (sku === 'gone') return { statusCode: 404, data: { code: 'not_found' } }
    if (sku) there.set(sku, (JSON.parse(data!) as { quantity: number }).quantity)
    return { statusCode: 200, data: now() }
  }
  await mergeCart()
  expect(Object.fromEntries(there)).toEqual({ a: 3, b: 1 })
  expect(guestCart.get()).toEqual([])
  expect(cart.get().map(({ sku_id }) => sku_id)).toEqual(['a', 'b'])
})

test('a link of the brand opens inside when it is a page of the mall', () => {
  expect(pageIn('/m/#/pages/product?id=prd_1')).toBe('/pages/product?id=prd_1')
  expect(pageIn('https://mall.example/m/?tp=X#/pages/orders')).toBe('/pages/orders')
  expect(pageIn('/m/')).toBe('/pages/home')
  expect(pageIn('/c/abc')).toBeNull()
  expect(pageIn('https://elsewhere.example/m/')).toBeNull()
})

test('Chinese and English say the same things', () => {
  const shape = (of: object): unknown => Object.entries(of).sort().map(([name, value]) =>
    [name, typeof value === 'object' && value !== null ? shape(value as object) : typeof value])
  expect(shape(en)).toEqual(shape(zh))
})

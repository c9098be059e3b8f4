/**
 * The client of `/mall/v1`. Every refusal is a `Problem` with a stable code; a mutation carries an
 * Idempotency-Key that stays the same until the server has given a definite answer.
 */
import Taro from '@tarojs/taro'
import { token, visitor } from './kept'
import type * as S from './shapes'

/** Empty in the browser (same origin); the mini program is built for one server. */
export const origin: string = process.env.TARO_ENV === 'h5' ? '' : WEIR_ORIGIN

export class Problem extends Error {
  constructor(readonly status: number, readonly code: string, detail: string,
    readonly errors: { field: string; detail: string }[] = []) {
    super(detail)
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH'

/** The server's clock minus ours, so that a countdown is right on a phone whose clock is not. */
let skew = 0
export const now = () => Date.now() + skew

let greeted: Promise<unknown> = Promise.resolve()
/** Until the visit is answered, a first-time visitor's other calls wait for it, so that they carry the visitor. */
export function waitFor(visit: Promise<unknown>) {
  greeted = Promise.race([visit.catch(() => undefined), new Promise((go) => setTimeout(go, 1500))])
}

const unanswered = new Map<string, string>()
function keyFor(action: string): string {
  const key = unanswered.get(action) ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`
  unanswered.set(action, key)
  return key
}

async function call<T>(method: Method, path: string, body?: object): Promise<T> {
  if (!visitor.get() && path !== '/visit') await greeted
  const action = `${method} ${path} ${JSON.stringify(body ?? null)}`
  const answer = await send(method, path, body, method === 'GET' ? undefined : keyFor(action))
  if (answer.statusCode < 500) unanswered.delete(action)
  if (answer.statusCode >= 200 && answer.statusCode < 300) return answer.data as T
  throw problemOf(answer)
}

async function send(method: Method, path: string, body?: object, key?: string) {
  const header: Record<string, string> = { Accept: 'application/json' }
  if (key) header['Idempotency-Key'] = key
  if (body) header['Content-Type'] = 'application/json'
  const [who, guest] = [token.get(), visitor.get()]
  if (who) header.Authorization = `Bearer ${who}`
  if (guest) header['X-Weir-Visitor'] = guest
  try {
    const answer = await Taro.request({
      url: `${origin}/mall/v1${path}`, method: methodHere(method), header, timeout: 15000,
      data: body ? JSON.stringify(body) : undefined,
    })
    hearClock(answer.header)
    return answer
  } catch {
    throw new Problem(0, 'offline', 'no answer')
  }
}

/** WeChat's request has no PATCH; the server takes PUT in the same meaning there. */
function methodHere(method: Method): 'GET' | 'POST' | 'PUT' | 'PATCH' {
  return method === 'PATCH' && process.env.TARO_ENV === 'weapp' ? 'PUT' : method
}

function hearClock(header: Record<string, string> | undefined) {
  const at = Date.parse(header?.date ?? header?.Date ?? '')
  if (!Number.isNaN(at) && Math.abs(at - Date.now()) > 5000) skew = at - Date.now()
}

function problemOf(answer: { statusCode: number; data: unknown }): Problem {
  let told = answer.data as { code?: string; detail?: string; title?: string; errors?: Problem['errors'] } | string | null
  if (typeof told === 'string') told = parsed(told)
  if (answer.statusCode === 401) token.set(null)
  const code = (typeof told === 'object' && told?.code) || (answer.statusCode === 401 ? 'not_signed_in' : 'failed')
  const detail = (typeof told === 'object' && (told?.detail ?? told?.title)) || ''
  return new Problem(answer.statusCode, code, detail, (typeof told === 'object' && told?.errors) || [])
}

function parsed(text: string): { code?: string } | null {
  try { return JSON.parse(text) as { code?: string } } catch { return null }
}

function query(of: Record<string, string | number | null | undefined>): string {
  const said = Object.entries(of).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return said.length ? '?' + said.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&') : ''
}

const get = <T>(path: string) => call<T>('GET', path)
const post = <T>(path: string, body: object = {}) => call<T>('POST', path, body)
type Page = { cursor?: string | null; limit?: number }
export type Sort = 'popular' | 'price' | 'new'

/** Tells what goes by to whoever wants to remember it (`words`, for English names). */
const passing: ((items: S.Item[]) => void)[] = []
export const onItems = (look: (items: S.Item[]) => void) => { passing.push(look) }
function seen<T extends S.Item>(items: T[]) { passing.forEach((look) => look(items)) }

export const api = {
  shop: () => get<S.Shop>('/shop'),
  visit: (body: { touchpoint_code?: string; path: string; visitor?: string }) => post<{ visitor: string }>('/visit', body),
  products: (ask: { category?: string; q?: string; sort?: Sort; store?: string } & Page) => get<S.List<S.Item>>(`/products${query(ask)}`).then((page) => { seen(page.items); return page }),
  product: (id: string, store?: string) => get<S.Product>(`/products/${id}${query({ store })}`).then((product) => { seen([product]); return product }),
  stores: (ask: { q?: string } & Page) => get<S.List<S.Store>>(`/stores${query(ask)}`),
  sendCode: (address: string) => post<{ sent: true; sandbox_code: string | null }>('/login/code', { address }),
  login: (body: { address: string; code: string; visitor?: string; referral?: string; marketing_consent: boolean }) =>
    post<{ token: string }>('/login', body),
  logout: () => post<unknown>('/logout'),
  me: () => get<S.Me>('/me'),
  changeMe: (body: S.EditMe) => call<S.Me>('PATCH', '/me', body),
  cart: () => get<S.Cart>('/cart'),
  putInCart: (sku: string, quantity: number) => call<S.Cart>('PUT', `/cart/${sku}`, { quantity }),
  quote: (body: { items: S.Want[]; store_id: string; delivery: S.Delivery }) => post<S.Quote>('/quote', body),
  place: (body: { items: S.Want[]; store_id: string; delivery: S.Delivery; address?: S.Address; note?: string; quote_hash?: string }) =>
    post<S.Order>('/orders', body),
  orders: (ask: { state?: string } & Page) => get<S.List<S.Order>>(`/orders${query(ask)}`),
  order: (id: string) => get<S.Order>(`/orders/${id}`),
  pay: (id: string) => post<{ order: S.Order; pay: S.Payment }>(`/orders/${id}/pay`, { provider: 'test' }),
  testPay: (attempt: string, outcome: 'success' | 'fail') => post<S.Order>(`/pay/test/${attempt}`, { outcome }),
  cancel: (id: string) => post<S.Order>(`/orders/${id}/cancel`),
  received: (id: string) => post<S.Order>(`/orders/${id}/received`),
  inbox: (ask: Page) => get<S.List<S.Letter>>(`/inbox${query(ask)}`),
  readLetter: (id: string, clicked: boolean) => post<unknown>(`/inbox/${id}/read`, { clicked }),
}

import Taro from '@tarojs/taro'
import { origin } from './api'

const tabs = ['/pages/home', '/pages/category', '/pages/cart', '/pages/me']
const isTab = (path: string) => tabs.includes(path.split('?')[0]!)

export function go(path: string) {
  if (isTab(path)) void Taro.switchTab({ url: path.split('?')[0]! })
  else void Taro.navigateTo({ url: path })
}

export function goInstead(path: string) {
  if (isTab(path)) void Taro.switchTab({ url: path.split('?')[0]! })
  else void Taro.redirectTo({ url: path })
}

export function goBack() {
  if (Taro.getCurrentPages().length > 1) void Taro.navigateBack()
  else void Taro.switchTab({ url: '/pages/home' })
}

/** A link that the brand sent: a page of this mall opens here, anything else in the browser. */
export function openLink(link: string) {
  const inside = pageIn(link)
  if (inside) go(inside)
  else if (process.env.TARO_ENV === 'h5') window.location.href = link
  else void Taro.setClipboardData({ data: link })
}

/** "/m/#/pages/product?id=…" (or the same with an origin) → "/pages/product?id=…" */
export function pageIn(link: string): string | null {
  const own = process.env.TARO_ENV === 'h5' ? window.location.origin : origin
  const path = link.startsWith(own) ? link.slice(own.length) : link
  if (path.startsWith('/pages/')) return path
  const hash = path.match(/^\/m\/?(?:\?[^#]*)?(?:#(\/.*)?)?$/)
  if (!hash) return null
  return hash[1] && hash[1].startsWith('/pages/') ? hash[1] : '/pages/home'
}

/** Where an item, an order … is. */
export const to = {
  product: (id: string) => `/pages/product?id=${id}`,
  order: (id: string) => `/pages/order?id=${id}`,
  cashier: (id: string) => `/pages/cashier?id=${id}`,
  orders: (state = '') => `/pages/orders?state=${state}`,
  find: (q: string) => `/pages/search?q=${encodeURIComponent(q)}`,
  signIn: '/pages/signin',
  checkout: '/pages/checkout',
  inbox: '/pages/inbox',
}

export function toast(title: string) {
  void Taro.showToast({ title, icon: 'none', duration: 2000 })
}

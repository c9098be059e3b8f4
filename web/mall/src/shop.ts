import { api, onItems } from './api'
import { cell, useCell } from './cell'
import { language } from './kept'
import type { Category, Shop } from './shapes'

/** The brand, its categories: asked once and shared by all pages. */
export const shop = cell<Shop | null>(null)
/** Which category the tab should open; a tab page cannot be given a query. */
export const openCategory = cell<string | null>(null)

let asking: Promise<Shop> | null = null
export function askShop(): Promise<Shop> {
  asking ??= api.shop().then((found) => { shop.set(found); return found }).finally(() => { asking = null })
  return asking
}

/** A picture for each category: that of the first product of it that goes by, which is its best seller on the home page. */
export const pictures = cell<Record<string, string | null>>({})
onItems((items) => {
  const known = pictures.get()
  const found = items.filter((item) => item.image && !known[item.category])
  if (found.length) pictures.set({ ...Object.fromEntries(found.reverse().map((item) => [item.category, item.image])), ...known })
})

/** Asks for the pictures that have not gone by, one after the other, so that the page's own questions come first. */
export async function askPictures(): Promise<void> {
  for (const { code, products } of shop.get()?.categories ?? []) {
    if (products && !(code in pictures.get())) await api.products({ category: code, sort: 'popular', limit: 1 }).catch(() => undefined)
  }
}

export function useShop(): Shop | null {
  return useCell(shop)
}

export const categoryName = (of: Category) => (language.get() === 'en' ? of.en : of.zh)

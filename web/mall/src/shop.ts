import { api } from './api'
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

export function useShop(): Shop | null {
  return useCell(shop)
}

export const categoryName = (of: Category) => (language.get() === 'en' ? of.en : of.zh)

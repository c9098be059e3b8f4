import { useSyncExternalStore } from 'react'
import Taro from '@tarojs/taro'

/** One value that many parts of the mall look at; with a key it is kept on the phone. */
export interface Cell<T> {
  get(): T
  set(next: T): void
  subscribe(look: () => void): () => void
}

export function cell<T>(first: T, key?: string): Cell<T> {
  let value = key ? recall(key, first) : first
  const lookers = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      value = next
      if (key) keep(key, next)
      lookers.forEach((look) => look())
    },
    subscribe(look) {
      lookers.add(look)
      return () => { lookers.delete(look) }
    },
  }
}

export function useCell<T>(of: Cell<T>): T {
  return useSyncExternalStore(of.subscribe, of.get, of.get)
}

function recall<T>(key: string, first: T): T {
  try {
    const found: unknown = Taro.getStorageSync(`weir.${key}`)
    return found === '' || found === undefined || found === null ? first : (found as T)
  } catch {
    return first
  }
}

/** A phone may refuse to store (private window, full): the mall then forgets on reload, and goes on. */
function keep(key: string, value: unknown) {
  try {
    if (value === null) Taro.removeStorageSync(`weir.${key}`)
    else Taro.setStorageSync(`weir.${key}`, value)
  } catch { /* see above */ }
}

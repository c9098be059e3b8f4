import { api, Problem } from './api'
import { cell } from './cell'
import { refreshCart } from './cart'
import { chosenStore, referral, token, visitor } from './kept'
import type { Me } from './shapes'

export const me = cell<Me | null>(null)

export async function signIn(address: string, code: string, marketing: boolean): Promise<void> {
  const answer = await api.login({
    address, code, marketing_consent: marketing,
    visitor: visitor.get() ?? undefined, referral: referral.get() ?? undefined,
  })
  token.set(answer.token)
  referral.set(null)
  // Signed in is signed in: what does not load now is asked again by the page that needs it.
  await Promise.allSettled([refreshMe(), refreshCart()])
}

/** Asks who is signed in; null when nobody is, or the session has ended. */
export async function refreshMe(): Promise<Me | null> {
  if (!token.get()) { me.set(null); return null }
  try {
    return hold(await api.me())
  } catch (refusal) {
    if (refusal instanceof Problem && refusal.status === 401) { me.set(null); return null }
    throw refusal
  }
}

export function hold(found: Me): Me {
  me.set(found)
  if (found.store && !chosenStore.get()) chosenStore.set({ ...found.store, city: null })
  return found
}

export async function signOut(): Promise<void> {
  await api.logout().catch(() => undefined)
  token.set(null)
  me.set(null)
  await refreshCart()
}

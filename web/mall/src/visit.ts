/** How somebody comes in: through a touchpoint (`tp`), through a friend (`r`), or just so. */
import Taro from '@tarojs/taro'
import { api, waitFor } from './api'
import { language, referral, visitor } from './kept'

type Came = Record<string, string | undefined>

export function arrive(launch: Came) {
  const came = { ...launch, ...(process.env.TARO_ENV === 'h5' ? addressBar() : sceneOf(launch)) }
  if (came.r) referral.set(came.r)
  if (came.lang === 'en' || came.lang === 'zh') language.set(came.lang)
  const visit = api.visit({
    touchpoint_code: came.tp || undefined,
    path: pathNow(),
    visitor: visitor.get() ?? undefined,
  }).then((answer) => visitor.set(answer.visitor))
  waitFor(visit)
}

let last: string | null = null
/** Shown again without having been called by anything new is not another visit. */
export function arriveAnew(launch: Came) {
  const came = JSON.stringify(launch)
  if (came !== last) arrive(launch)
  last = came
}

/** The query may stand before the `#` or behind it. */
function addressBar(): Came {
  const came: Came = {}
  for (const query of [window.location.search, window.location.hash.split('?')[1] ?? '']) {
    new URLSearchParams(query).forEach((value, name) => { came[name] = value })
  }
  forgetTouchpoint()
  return came
}

/** So that a reload, or a copied address, does not count as another scan of the same code. */
function forgetTouchpoint() {
  const before = new URLSearchParams(window.location.search)
  if (!before.has('tp')) return
  before.delete('tp')
  const rest = before.toString()
  window.history.replaceState(window.history.state, '', `${window.location.pathname}${rest ? `?${rest}` : ''}${window.location.hash}`)
}

/** A mini-program code carries its parameters as one string, "tp=CODE&r=CODE". */
function sceneOf(launch: Came): Came {
  const came: Came = {}
  for (const pair of decodeURIComponent(launch.scene ?? '').split('&')) {
    const [name, value] = pair.split('=')
    if (name && value) came[name] = value
  }
  return came
}

function pathNow(): string {
  if (process.env.TARO_ENV === 'h5') return (window.location.hash.slice(1) || '/pages/home').split('?')[0]!
  return `/${Taro.getLaunchOptionsSync().path ?? 'pages/home'}`
}

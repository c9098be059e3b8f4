// The admin API as a signed-in member of staff sees it, to look up what a page should show.
import assert from 'node:assert/strict'
import { staff, url } from './browser.js'

/** Signs in; answers a function `(method, path, body?) → JSON`. */
export async function api(who = staff) {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(who),
  })
  assert.equal(answer.status, 200)
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ')
  return async (method, path, body) => {
    const headers = { cookie, origin: url }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (method !== 'GET') headers['idempotency-key'] = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
    const response = await fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return text ? JSON.parse(text) : null
  }
}

/** Asks until `ready` holds: readers and timers act a moment after the request that woke them. */
export async function eventually(ask, ready, { within = 10_000 } = {}) {
  const until = Date.now() + within
  for (;;) {
    const value = await ask()
    if (ready(value)) return value
    assert.ok(Date.now() < until, `not within ${within} ms; last seen ${JSON.stringify(value)}`)
    await new Promise((again) => setTimeout(again, 100))
  }
}

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import vm from 'node:vm'
import { gzipSync } from 'node:zlib'
import { built } from '../build.js'

const file = path.join(import.meta.dirname, '../w.min.js')
const script = readFileSync(file, 'utf8')

/** A page as far as the script sees it; `answer` says what the server does with each request. */
function open({ attributes = {}, storage = new Map(), answer = () => 200, href = 'https://shop.example/a?tp=abc&utm_campaign=spring', onLine = true } = {}) {
  const listeners = {}
  const on = (name, f) => (listeners[name] ??= []).push(f)
  const sent = [], beacons = [], timers = []
  const location = new URL(href)
  const document = {
    title: 'Shop', referrer: 'https://search.example/', visibilityState: 'visible', addEventListener: on, querySelector: () => null,
    currentScript: { src: 'https://weir.example/w.js', getAttribute: (name) => ({ 'data-key': 'k', ...attributes })[name] ?? null },
  }
  const move = (_, __, to) => { location.href = new URL(to, location.href).href }
  const window = {
    location, history: { pushState: move, replaceState: move }, crypto: globalThis.crypto, screen: { width: 390, height: 844 }, addEventListener: on,
    localStorage: { getItem: (k) => storage.get(k) ?? null, setItem: (k, v) => storage.set(k, v), removeItem: (k) => storage.delete(k) },
    navigator: { language: 'zh-CN', onLine, sendBeacon: (url, body) => beacons.push(JSON.parse(body)) > 0 },
    fetch: async (url, init) => {
      const body = JSON.parse(init.body)
      const status = answer(sent.length)
      sent.push({ url, ...body, status })
      if (status === 0) throw new TypeError('offline')
      return { ok: status < 300, status, headers: { get: () => (status === 429 ? '7' : null) } }
    },
  }
  const setTimeout = (f, ms) => timers.push({ f, ms })
  const clearTimeout = (n) => { if (timers[n - 1]) timers[n - 1].f = null }
  vm.runInNewContext(script, { window, document, URL, URLSearchParams, setTimeout, clearTimeout, JSON, Date, Math })
  /** Lets time pass until nothing waits; answers the delays that were asked for. */
  const pass = async (most = 20) => {
    const waited = []
    for (let n = 0; n < most && timers.some((t) => t.f); n++) {
      const next = timers.find((t) => t.f)
      const { f } = next
      next.f = null
      waited.push(next.ms)
      f()
      await new Promise((go) => setImmediate(go))
    }
    return waited
  }
  const fire = (name, event = {}) => (listeners[name] ?? []).forEach((f) => f(event))
  const messages = () => sent.filter((s) => s.status === 200).flatMap((s) => s.batch)
  return { window, document, storage, sent, beacons, pass, fire, messages, timers }
}

test('the file is built from its source and small', () => {
  assert.equal(script, built(), 'run node build.js')
  const packed = gzipSync(script, { level: 9 }).length
  assert.ok(packed <= 6 * 1024, `${packed} bytes`)
})

test('a page view, then routes, each once', async () => {
  const page = open()
  await page.pass()
  page.window.history.pushState(null, '', '/b')
  page.window.history.replaceState(null, '', '/b')
  page.fire('popstate')
  await page.pass()
  assert.deepEqual(page.messages().map((m) => [m.type, m.properties.path]), [['page', '/a'], ['page', '/b']])
  const [first] = page.messages()
  assert.equal(page.sent[0].url, 'https://weir.example/v1/batch')
  assert.equal(page.sent[0].writeKey, 'k')
  assert.equal(first.context.page.search, '?tp=abc&utm_campaign=spring')
  assert.deepEqual({ ...first.context.campaign }, { name: 'spring' })
  assert.equal(new Set(page.messages().map((m) => m.anonymousId)).size, 1)
  assert.match(first.anonymousId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/)
})

test('a click on something marked, from within it', async () => {
  const page = open({ attributes: { 'data-pages': 'off' } })
  const marked = { attributes: [{ name: 'class', value: 'x' }, { name: 'data-weir-event', value: 'Buy' }, { name: 'data-weir-sku-id', value: '7' }], href: 'https://shop.example/7' }
  page.fire('click', { target: { attributes: [], parentNode: marked } })
  page.fire('click', { target: { attributes: [], parentNode: page.document } })
  await page.pass()
  assert.deepEqual(page.messages().map((m) => [m.event, { ...m.properties }]), [['Buy', { sku_id: '7', href: 'https://shop.example/7' }]])
})

test('what does not arrive is sent again, by the same id, later and later', async () => {
  const statuses = [0, 500, 429, 200]
  const page = open({ answer: (n) => statuses[n] ?? 200 })
  const waited = await page.pass()
  assert.equal(page.sent.length, 4)
  assert.equal(new Set(page.sent.flatMap((s) => s.batch.map((m) => m.messageId))).size, 1)
  const backoff = waited.slice(2)
  assert.ok(backoff[0] >= 750 && backoff[0] <= 1250 && backoff[1] >= 1500 && backoff[1] <= 2500, String(backoff))
  assert.equal(backoff[2], 7000, 'Retry-After')
  assert.equal(page.storage.get('weir.queue'), undefined)
})

test('a refusal for good ends it; an answer of 200 empties the queue', async () => {
  const page = open({ answer: () => 400 })
  await page.pass()
  assert.equal(page.sent.length, 1)
  assert.equal(page.storage.get('weir.queue'), undefined)
})

test('without a network it waits in storage for the next page', async () => {
  const away = open({ onLine: false })
  await away.pass()
  assert.equal(away.sent.length, 0)
  assert.equal(JSON.parse(away.storage.get('weir.queue')).length, 1)
  const back = open({ storage: away.storage, attributes: { 'data-pages': 'off' } })
  await back.pass()
  assert.equal(back.messages().length, 1)
})

test('a page that goes away hands the rest to the browser', async () => {
  const page = open()
  page.window.weir.track('Late', { n: 1 })
  page.document.visibilityState = 'hidden'
  page.fire('visibilitychange')
  assert.deepEqual(page.beacons.map((b) => b.batch.map((m) => m.event)), [['Late']])
  assert.equal(page.storage.get('weir.queue'), undefined)
})

test('where consent is required nothing happens before it, and a refusal forgets', async () => {
  const page = open({ attributes: { 'data-consent': 'required' } })
  page.window.weir.track('Early')
  page.window.weir.identify('u1')
  await page.pass()
  page.fire('pagehide')
  assert.deepEqual([page.sent.length, page.beacons.length, page.storage.size], [0, 0, 0])
  page.window.weir.consent(true)
  page.window.weir.identify('u1', { name: '周晴' })
  await page.pass()
  assert.deepEqual(page.messages().map((m) => [m.type, m.userId ?? null]), [['identify', 'u1'], ['page', 'u1']])
  page.window.weir.consent(false)
  page.window.weir.track('After')
  await page.pass()
  assert.equal(page.messages().length, 2)
  assert.deepEqual([...page.storage], [['weir.consent', '0']])
})

// Events from outside: a page of somebody else's site with /w.js in it, and what staff see and do about what came.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { api, eventually } from '../api.js'
import { accessible, fitsWidth, launch, person, phone, shot, url } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, key, site, address
before(async () => {
  browser = await launch()
  office = await api()
  key = (await office('POST', '/api/v1/keys', { name: 'Website', scope: 'ingest' })).secret
  site = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html; charset=utf-8')
    answer.end(`<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,"><script src="${url}/w.js" data-key="${key}" defer></script>
      <button data-weir-event="Website Asked" data-weir-sku-id="7"><b>Ask</b></button>`)
  })
  await new Promise((done) => site.listen(0, '127.0.0.1', done))
  address = `http://127.0.0.1:${site.address().port}`
})
after(async () => {
  site?.close()
  await browser?.close()
})

const seen = async (name) => (await office('GET', `/api/v1/catalogue?q=${encodeURIComponent(name)}`)).items.find((one) => one.name === name)

test('a page elsewhere says what its visitors look at and click', async () => {
  const visitor = await person(browser)
  const { page } = visitor
  const before = (await seen('page'))?.total ?? 0
  await page.goto(`${address}/a?utm_source=test`)
  await page.evaluate(() => history.pushState(null, '', '/b'))
  await page.locator('b').click()
  await eventually(() => seen('page'), (one) => one?.total === before + 2)
  const clicked = await eventually(() => seen('Website Asked'), Boolean)
  assert.equal(clicked.total, 1)
  const { items } = await office('GET', '/api/v1/catalogue/properties?event=Website%20Asked')
  assert.deepEqual(items.map((one) => [one.property, one.sample]), [['sku_id', '7']])
  await visitor.done()
})

test('an event under a name of ours waits in quarantine, and is written after a rule', async () => {
  const body = JSON.stringify({ writeKey: key, batch: [{ type: 'track', messageId: 'pos-1', userId: 'pos-user', event: 'order.paid', properties: { revenue: 12.5 } }] })
  assert.equal((await fetch(`${url}/v1/batch`, { method: 'POST', body })).status, 200)
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto('/quarantine?reason=forbidden')
  await page.getByTestId('quarantine-row').first().click()
  await page.getByTestId('quarantine-detail').waitFor()
  await shot(page, 'quarantine-detail')
  await page.getByTestId('replay-one').click()
  await page.locator('.ant-message-warning').waitFor()
  await page.goto('/events')
  await page.getByTestId('add-rule').click()
  await page.getByTestId('rule-kind').click()
  await page.locator('.ant-select-item-option').nth(1).click()
  await page.getByTestId('rule-event').fill('order.paid')
  await page.getByTestId('rule-target').fill('pos_paid')
  await page.locator('.ant-modal .ant-btn-primary').click()
  await page.getByTestId('intake-rule').waitFor()
  await page.goto('/quarantine?reason=forbidden')
  await page.getByTestId('replay-all').click()
  await page.locator('.ant-modal-confirm .ant-btn-primary').click()
  await eventually(() => seen('pos_paid'), (one) => one?.total === 1)
  await page.goto('/events')
  await page.getByTestId('catalogue-row').first().waitFor()
  await page.getByTestId('list-search').fill('pos_paid')
  await page.getByTestId('catalogue-row').filter({ hasText: 'pos_paid' }).first().click()
  await page.getByTestId('event-property').first().waitFor()
  await accessible(page)
  await shot(page, 'event-detail')
  await desk.done()
})

test('both pages fit a phone, in English', async () => {
  const desk = await person(browser, { viewport: phone, locale: 'en-GB' })
  const { page } = desk
  await signIn(page)
  for (const place of ['events', 'quarantine']) {
    await page.goto(`/${place}`)
    await page.getByTestId('page-title').waitFor()
    await fitsWidth(page)
    await shot(page, `${place}-phone-en`)
  }
  await desk.done()
})

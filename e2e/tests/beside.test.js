// What stands beside a page: rows that open a drawer, people who are kept, rules that are only shown once they are known.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api } from '../api.js'
import { launch, person } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, desk
before(async () => {
  browser = await launch()
  office = await api()
  desk = await person(browser)
  await signIn(desk.page)
})
after(async () => {
  await desk?.done()
  await browser?.close()
})

test('rows that open a drawer can be reached and opened by the keyboard alone', async (at) => {
  const { page } = desk
  for (const place of ['audit', 'events', 'attributes']) {
    await at.test(place, async () => {
      await page.goto(`/${place}`)
      const first = page.getByTestId('open-row').first()
      await first.focus()
      await page.keyboard.press('Enter')
      await page.locator('.ant-drawer-content-wrapper').or(page.getByRole('dialog')).first().waitFor()
      await page.keyboard.press('Escape')
      await page.locator('.ant-drawer-open').waitFor({ state: 'hidden' })
    })
  }
})

test('rules of a sync are not there to be saved while those that hold are not known', async () => {
  const { page } = desk
  await office('PUT', '/api/v1/sync/systems/crm', { fields: [{ field: 'name', from: 'full_name', policy: 'ours' }] })
  await page.route('**/api/v1/sync/systems', (route) => route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify({ code: 'too_many_requests', title: 'Too many requests', detail: '', status: 429 }) }))
  await page.goto('/sync')
  await page.getByTestId('failed').waitFor()
  assert.equal(await page.getByTestId('sync-save').count(), 0)
  await page.unroute('**/api/v1/sync/systems')
  await page.getByTestId('failed').getByRole('button').click()
  await page.getByTestId('sync-save').click()
  await page.locator('.ant-message-success').waitFor()
  const { items } = await office('GET', '/api/v1/sync/systems')
  assert.deepEqual(items.find((one) => one.code === 'crm').fields.find((one) => one.field === 'name'), { field: 'name', from: 'full_name', policy: 'ours' })
})

test('who moved from one stage to another is kept as a segment of exactly these people', async () => {
  const { page } = desk
  await page.goto('/stages')
  await page.getByTestId('stage-matrix-table').getByRole('button', { name: /^沉默 → 复购/ }).click()
  await page.getByTestId('flow-keep-name').fill('走查 回流')
  await page.getByTestId('flow-keep').click()
  await page.getByTestId('flow-kept').waitFor()
  const shown = Number((await page.getByTestId('flow-kept').innerText()).match(/(\d+) 人/)[1])
  const made = (await office('GET', `/api/v1/segments?q=${encodeURIComponent('走查 回流')}`)).items[0]
  assert.equal(made.size, shown)
  assert.ok(shown > 0)
  await office('DELETE', `/api/v1/segments/${made.id}`)
})

test('a step of a touchpoint leads to as many people as it counts', async () => {
  const { page } = desk
  const { items } = await office('GET', '/api/v1/touchpoints?sort=people&limit=1')
  await page.goto(`/touchpoints/${items[0].id}`)
  for (const step of ['visited', 'joined', 'first_order', 'repurchase']) {
    const number = page.getByTestId(`funnel-${step}`).getByRole('link')
    const people = Number((await number.innerText()).replaceAll(',', ''))
    await number.click()
    const count = page.getByTestId('live-count')
    await count.and(page.locator('[data-settled="true"]')).waitFor()
    assert.equal(Number((await count.innerText()).replaceAll(',', '')), people, step)
    await page.goBack()
  }
})

// What the server refuses and why, in the reader's language: a message, a page that is not there, rows of a file, an event in quarantine.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { launch, person, shot, url } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, key, store
before(async () => {
  browser = await launch()
  office = await api()
  key = (await office('POST', '/api/v1/keys', { name: 'Refused', scope: 'ingest' })).secret
  store = (await office('GET', '/api/v1/stores')).items[0]
})
after(() => browser?.close())

const rows = 'person_key,name,phone,birthday\nsaid-1,走查甲,13900880001,1990-05-31\n,走查乙,,\nsaid-3,走查丙,13900880003,lately\n' + `said-4,${'长'.repeat(101)},13900880004,\n`

async function takenStore(page) {
  await page.goto('/stores')
  await page.getByTestId('new-store').click()
  const form = page.locator('.ant-modal, .ant-drawer')
  await form.locator('#name').fill('走查门店')
  await form.locator('#code').fill(store.code)
  await form.locator('.ant-btn-primary').click()
  const message = page.locator('.ant-message-error')
  await message.waitFor()
  return message.innerText()
}

async function rejected(page) {
  await page.goto('/imports')
  await page.getByTestId('import-kind-persons').check()
  await page.getByTestId('import-file').setInputFiles({ name: 'said.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
  await page.getByTestId('import-dry-run').click()
  await page.getByTestId('reject-row').nth(2).waitFor()
  return (await page.getByTestId('reject-row').locator('td:nth-child(2)').allInnerTexts()).map((text) => text.trim())
}

test('refusals are told in Chinese, with the values that were wrong', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  assert.equal(await takenStore(page), `操作未成功：门店编号 ${store.code} 已经有了，请换一个。`)
  await shot(page, 'refused-zh')
  assert.deepEqual(await rejected(page), ['客户编号、手机号或邮箱：至少填一项，以便以后能找到这位客户', '生日：lately 不是有效的日期', '姓名：最多 100 个字符'])
  await page.getByTestId('reject-row').first().scrollIntoViewIfNeeded()
  await shot(page, 'rejects-zh')
  await page.goto(`/touchpoints/${store.id.replace('sto_', 'tpt_')}`)
  await page.getByTestId('failed').waitFor()
  assert.match(await page.getByTestId('failed').innerText(), /找不到这个触点，可能已被删除，或不在你负责的门店范围内。/)
  const body = JSON.stringify({ writeKey: key, batch: [{ type: 'track', messageId: 'said-1', userId: 'said-user', event: 'order.placed' }] })
  assert.equal((await fetch(`${url}/v1/batch`, { method: 'POST', body })).status, 200)
  await eventually(async () => (await office('GET', '/api/v1/quarantine?reason=forbidden')).items, (items) => items.some((one) => one.detail.includes('order.placed')))
  await page.goto('/quarantine?reason=forbidden')
  await page.getByTestId('quarantine-row').filter({ hasText: 'order.placed 是系统事件名，请换一个名称' }).waitFor()
  await shot(page, 'quarantine-zh')
  await desk.done()
})

test('in English they stay as the server says them, with the field named', async () => {
  const desk = await person(browser, { locale: 'en-GB' })
  const { page } = desk
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  await signIn(page)
  assert.equal(await takenStore(page), `That did not work: There is a store with the code ${store.code} already.`)
  assert.deepEqual(await rejected(page), ['person_key, phone or email: one of them must be given, so that the person can be found again', 'birthday: lately is not a date', 'name: use at most 100 characters'])
  assert.ok(!asked.some((each) => /\/match-[\w-]+\.js/.test(each)), 'the Chinese sentences are not fetched')
  await desk.done()
})

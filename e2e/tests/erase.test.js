// A customer asks for everything that is held, then to be forgotten: from the menu of the page to the receipt.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { api, eventually } from '../api.js'
import { accessible, fitsWidth, launch, person, phone, settled, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

const NAME = '走查 忘川'
const PHONE = '13861740988'
const make = () => office('POST', '/api/v1/persons', { name: NAME, phone: PHONE, tags: ['走查 忘'], portrait: { region: '走查 地区' } })

async function menu(page, entry) {
  await page.getByTestId('person-more').click()
  await page.locator('.ant-dropdown:visible').getByTestId(entry).click()
}

test('everything is exported, the customer erased, and a receipt is what stays', async () => {
  const { id } = await make()
  const orders = (await office('GET', '/api/v1/orders?limit=1')).total
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto(`/persons/${id}`)
  await page.getByTestId('person-name').getByText(NAME).waitFor()

  const coming = page.waitForEvent('download')
  await menu(page, 'everything')
  const file = await coming
  assert.equal(file.suggestedFilename(), `${id}.json`)
  const held = JSON.parse(await readFile(await file.path(), 'utf8'))
  assert.deepEqual([held.person.id, held.person.phone, held.tags.map((one) => one.tag)], [id, PHONE, ['走查 忘']])
  assert.ok(held.events.some((one) => one.name === 'person.created') && held.identities.some((one) => one.value === PHONE))

  await menu(page, 'erase')
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`彻底删除 ${NAME}？`).waitFor()
  await settled(page)
  await shot(page, 'console-erase')
  await accessible(page)
  // Nothing happens without a reason and the word.
  await dialog.getByTestId('erase-sure').click()
  await dialog.getByText('请写明原因').waitFor()
  await dialog.getByTestId('erase-reason').fill('来信要求')
  await dialog.getByTestId('erase-word').fill('删')
  await dialog.getByTestId('erase-sure').click()
  await dialog.getByText('请输入「删除」').waitFor()
  assert.equal((await office('GET', `/api/v1/persons/${id}`)).name, NAME)
  await dialog.getByTestId('erase-word').fill('删除')
  await dialog.getByTestId('erase-sure').click()

  await page.waitForURL('**/persons')
  await page.getByText('客户已删除').first().waitFor()
  assert.equal((await office('GET', `/api/v1/persons?q=${PHONE}`)).total, 0)
  const receipt = await eventually(async () => (await office('GET', '/api/v1/erasures')).items.find((one) => one.person_id === id), (one) => one?.finished_at)
  assert.deepEqual([receipt.reason, receipt.counts.identities, receipt.counts.tags], ['来信要求', 1, 1])
  assert.equal((await office('GET', '/api/v1/orders?limit=1')).total, orders)

  await page.goto('/erasures')
  const row = page.getByTestId('erasures-row').filter({ hasText: id })
  await row.getByText('已完成').waitFor()
  assert.match(await row.innerText(), /来信要求[\s\S]*身份标识 1/)
  await shot(page, 'console-erasures')
  await accessible(page)
  await page.goto(`/persons/${id}`)
  await page.getByText('已彻底删除').first().waitFor()
  await shot(page, 'console-erased-person')
  await desk.done()
})

test('the receipts in English on a phone; staff cannot bring the customer back', async () => {
  await assert.rejects(make, /409.*Only they themselves can come back/)
  const hand = await person(browser, { viewport: phone, locale: 'en-GB' })
  const { page } = hand
  await signIn(page)
  await page.goto('/erasures')
  await page.getByTestId('erasures-list').getByText('来信要求').waitFor()
  await page.getByTestId('erasures-list').getByText('Finished').first().waitFor()
  await fitsWidth(page)
  await accessible(page)
  await shot(page, 'console-erasures-phone-en')
  await hand.done()
})

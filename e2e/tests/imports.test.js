// A file of customers who are here already: who wins is chosen, told before it is written, and what was not taken can be fetched.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api } from '../api.js'
import { accessible, fitsWidth, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

const file = (text) => ({ name: 'members.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
const first = 'person_key,name,phone,region\nwalk-1,走查甲,13900990001,杭州\nwalk-2,走查乙,13900990002,\n'
const then = 'person_key,name,phone,region\nwalk-1,走查丙,13900990001,苏州\nwalk-2,走查乙,13900990002,南京\nwalk-3,走查丁,13900990003,无锡\n'

async function upload(page, text) {
  await page.goto('/imports')
  await page.getByTestId('import-kind-persons').check()
  await page.getByTestId('import-file').setInputFiles(file(text))
  await page.getByTestId('import-dry-run').waitFor()
}
async function run(page) {
  await page.getByTestId('import-run').click()
  await page.getByTestId('import-run-confirm').click()
  await page.getByTestId('import-says').getByRole('link').waitFor()
}
const figures = async (page, field) => (await page.getByTestId(`outcome-${field}`).innerText()).split(/\s+/).slice(-3).map(Number)
const found = async (key) => (await office('GET', `/api/v1/persons?q=${encodeURIComponent(key)}`)).items

test('a file only fills what is empty, says so before, and shows what it did not take', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await upload(page, first)
  await run(page)
  await upload(page, then)
  await page.getByTestId('policy-fill').check()
  await page.getByTestId('import-dry-run').click()
  await page.getByTestId('import-outcome').waitFor()
  assert.deepEqual([await figures(page, 'name'), await figures(page, 'region')], [[0, 0, 1], [1, 0, 1]])
  await shot(page, 'import-policy-dry-zh')
  await page.getByTestId('policy-fields').scrollIntoViewIfNeeded()
  await shot(page, 'import-policy-zh')
  await page.mouse.move(0, 0)
  await accessible(page)
  assert.equal((await found('走查丁')).length, 0, 'a dry run writes nothing')
  await run(page)
  assert.deepEqual([await figures(page, 'name'), await figures(page, 'region')], [[0, 0, 1], [1, 0, 1]])
  const row = page.getByTestId('kept-row')
  assert.match(await row.innerText(), /姓名：走查甲 只补空缺/)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('kept-download').click()])
  assert.equal(download.suggestedFilename(), 'members-kept.csv')
  assert.deepEqual([(await found('走查甲')).length, (await found('走查丙')).length, (await found('走查丁')).length], [1, 0, 1])
  await desk.done()
})

test('the file wins for one field; the page is whole in English on a phone', async () => {
  const hand = await person(browser, { viewport: phone, locale: 'en-GB' })
  const { page } = hand
  await signIn(page)
  await upload(page, then)
  await page.getByTestId('policy-fields').click()
  await page.getByTestId('policy-of-name').getByRole('combobox').click()
  await page.locator('.ant-select-dropdown:visible').getByText('The file wins').click()
  await page.getByTestId('import-dry-run').click()
  await page.getByTestId('import-outcome').waitFor()
  await fitsWidth(page)
  await page.getByTestId('import-outcome').scrollIntoViewIfNeeded()
  await shot(page, 'import-policy-dry-phone-en')
  await page.getByTestId('policy-fields').scrollIntoViewIfNeeded()
  await shot(page, 'import-policy-phone-en')
  await run(page)
  assert.equal((await found('走查丙')).length, 1)
  await fitsWidth(page)
  await hand.done()
})

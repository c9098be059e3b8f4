// Attributes: whose word counts for one of them, how many customers have a value, and stayers beside leavers.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { accessible, fitsWidth, gone, launch, person, phone, settled, shot } from '../browser.js'
import { signIn } from '../console.js'

const KEY = 'walk_level'
const TAG = '走查常客'
let browser, office, people
before(async () => {
  browser = await launch()
  office = await api()
  // The first one is somebody else's in these walks.
  people = (await office('GET', '/api/v1/persons?stage=repurchase&limit=41')).items.slice(1).map((each) => each.id)
})
after(() => browser?.close())

const one = async (key) => (await office('GET', '/api/v1/attributes')).items.find((each) => each.key === key)
const covered = async (key) => (await office('GET', '/api/v1/attribute-coverage')).items.find((each) => each.key === key)
const row = (page) => page.getByTestId('attributes-row').filter({ hasText: KEY })
const places = (page) => page.getByTestId('attribute-source').evaluateAll((all) => all.map((each) => each.dataset.source))

test('an attribute gets an order of its own by the keyboard, and the page of a customer keeps to it', async () => {
  await office('POST', '/api/v1/attributes', { key: KEY, zh: '会员等级', en: 'Level', kind: 'text', pii: 'none', max_age_days: 90 })
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto('/attributes?q=walk_level')
  await row(page).getByRole('button', { name: '编辑' }).click()
  assert.deepEqual(await places(page), ['operator', 'verified', 'declared', 'imported', 'inferred'])
  const up = page.getByRole('button', { name: '上移：文件或其他系统' })
  await up.focus()
  // The row takes the keyboard with it, up to the first place.
  for (let n = 0; n < 3; n++) await page.keyboard.press('Enter')
  assert.deepEqual(await places(page), ['imported', 'operator', 'verified', 'declared', 'inferred'])
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), '下移：文件或其他系统')
  for (const name of ['推断', '客户自填', '已核实']) await page.getByRole('button', { name: `不采用：${name}` }).click()
  await shot(page, 'console-attribute-order')
  await page.getByTestId('save-attribute').click()
  await eventually(() => one(KEY), (each) => each.sources.join() === 'imported,operator')
  await gone(page, '.ant-modal:visible')

  for (const [at, id] of people.entries()) {
    await office('PATCH', `/api/v1/persons/${id}`, { portrait: { [KEY]: at % 2 ? '金卡' : '银卡' }, source: at % 4 ? 'imported' : 'operator' })
  }
  // What is not taken is passed over; staff are told beforehand.
  await office('PATCH', `/api/v1/persons/${people[1]}`, { portrait: { [KEY]: '钻石' }, source: 'declared' })
  await page.goto(`/persons/${people[1]}`)
  const portrait = page.getByTestId('person-portrait')
  await portrait.getByText('会员等级').waitFor()
  assert.match(await portrait.innerText(), /会员等级\s*金卡\s*文件或其他系统/)
  await page.getByRole('button', { name: '编辑资料' }).click()
  await page.getByText('这个属性以「文件或其他系统」的值为准').waitFor()
  assert.ok(await page.getByLabel('会员等级').isDisabled())
  await desk.done()
})

test('coverage is seen in the list and in one attribute, with whose word it is', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  const known = await eventually(() => covered(KEY), (each) => each.persons === 40)
  assert.deepEqual(known.sources, [{ source: 'imported', persons: 30, stale: 0 }, { source: 'operator', persons: 10, stale: 0 }])
  const began = performance.now()
  for (let n = 0; n < 10; n++) await covered(KEY)
  console.log(`  coverage of every attribute: ${((performance.now() - began) / 10).toFixed(1)} ms a request`)
  await page.goto('/attributes')
  await row(page).waitFor()
  assert.match(await row(page).getByTestId('attribute-coverage').innerText(), /^\d+(\.\d+)?%$/)
  await shot(page, 'console-attributes-coverage')
  await accessible(page)
  await row(page).getByText('会员等级').click()
  const detail = page.getByTestId('attribute-detail')
  assert.match(await detail.innerText(), /文件或其他系统 > 员工修正\s*不采用：已核实、客户自填、推断/)
  assert.equal(await page.getByTestId('coverage-persons').innerText(), '40')
  await settled(page)
  await page.waitForTimeout(500)
  await shot(page, 'console-attribute-detail')
  await page.getByTestId(`coverage-source-${KEY}`).getByRole('button', { name: '看表格' }).click()
  assert.match(await page.getByTestId(`coverage-source-${KEY}`).innerText(), /文件或其他系统\s*30\s*75%\s*0\s*员工修正\s*10\s*25%\s*0/)
  await accessible(page)
  await desk.done()
})

test('an attribute that a segment asks for is not archived; the page says which, in its language', async () => {
  const made = await office('POST', '/api/v1/segments', { name: '走查金卡', rule: { attr: { key: KEY, test: { is: ['金卡'] } } } })
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto('/attributes?q=walk_level')
  // The page has not heard of the segment yet: the server refuses, the page says it.
  await page.route('**/api/v1/attribute-coverage', async (route) => {
    const answer = await route.fetch()
    const body = await answer.json()
    await route.fulfill({ response: answer, json: { ...body, items: body.items.map((each) => ({ ...each, used_by: [] })) } })
  })
  await page.reload()
  await row(page).getByRole('button', { name: '编辑' }).click()
  await page.getByTestId('archive-attribute').click()
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '停用' }).click()
  await page.getByText('这些人群的规则用到了它：「走查金卡」。').waitFor()
  await shot(page, 'console-attribute-refused')
  await page.unroute('**/api/v1/attribute-coverage')
  await page.reload()
  await row(page).getByRole('button', { name: '编辑' }).click()
  await page.getByTestId('archive-attribute').click()
  await page.locator('.ant-modal-confirm-title', { hasText: '「会员等级」还不能停用' }).waitFor()
  await shot(page, 'console-attribute-used')
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '知道了' }).click()
  assert.equal((await one(KEY)).archived, false)
  await office('DELETE', `/api/v1/segments/${made.id}`)
  await desk.done()
})

test('a segment is compared with those who left it', async () => {
  const tag = (id) => office('POST', `/api/v1/persons/${id}/tags`, { tag: TAG })
  for (const id of people) await tag(id)
  const { id } = await office('POST', '/api/v1/segments', { name: '走查常客', rule: { tag: { any: [TAG] } } })
  await eventually(() => office('GET', `/api/v1/segments/${id}`), (each) => each.size === 40)
  for (const gone of people.slice(0, 15)) await office('DELETE', `/api/v1/persons/${gone}/tags/${encodeURIComponent(TAG)}`)
  await eventually(() => office('GET', `/api/v1/segments/${id}`), (each) => each.size === 25)
  const asked = await office('GET', `/api/v1/segments/${id}/portrait?left_days=30`)
  assert.deepEqual([asked.persons, asked.base], [25, 15])
  const cells = asked.groups.find((group) => group.key === KEY).cells
  assert.deepEqual(cells.map((cell) => [cell.value, cell.count, cell.base_bp, cell.tgi]), [['银卡', 12, 5333, 90], ['金卡', 13, 4667, 111]])

  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto(`/segments/${id}?tab=portrait`)
  await page.getByTestId('portrait-against').click()
  await page.locator('.ant-select-item-option', { hasText: '近 30 天离开的人' }).click()
  await page.getByTestId('portrait-sizes').filter({ hasText: '这个人群 25 人，对照 15 人：近 30 天离开的人' }).waitFor()
  assert.match(await page.getByTestId(`portrait-${KEY}`).innerText(), /金卡\s*52%\s*111/)
  await settled(page)
  await shot(page, 'console-portrait-leavers')
  await accessible(page)
  await desk.done()

  const hand = await person(browser, { viewport: phone, locale: 'en-GB' })
  await signIn(hand.page)
  await hand.page.goto(`/segments/${id}?tab=portrait`)
  await hand.page.getByTestId('portrait-against').click()
  await hand.page.locator('.ant-select-item-option', { hasText: 'those who left in the last 30 days' }).click()
  await hand.page.getByTestId('portrait-sizes').filter({ hasText: '25 in this segment, 15 in the base: those who left in the last 30 days' }).waitFor()
  await fitsWidth(hand.page)
  await shot(hand.page, 'console-phone-portrait-leavers')
  await hand.page.goto('/attributes?q=walk_level')
  await row(hand.page).getByText('Level').first().click()
  await hand.page.getByTestId('coverage-persons').waitFor()
  await settled(hand.page)
  await hand.page.waitForTimeout(500)
  await fitsWidth(hand.page)
  await accessible(hand.page)
  await shot(hand.page, 'console-phone-attribute-detail')
  await hand.page.getByTestId('edit-attribute').click()
  await hand.page.getByTestId('attribute-sources-field').scrollIntoViewIfNeeded()
  await fitsWidth(hand.page)
  await shot(hand.page, 'console-phone-attribute-order')
  await hand.done()
  await office('DELETE', `/api/v1/segments/${id}`)
})

// Tags and attributes: who says them, in groups and levels, from the list to the people behind a number and back.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { accessible, fitsWidth, gone, launch, person, phone, settled, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, someone
before(async () => {
  browser = await launch()
  office = await api()
  someone = (await office('GET', '/api/v1/persons?stage=repurchase&limit=1')).items[0].id
})
after(() => browser?.close())

const tagsOf = async (id) => (await office('GET', `/api/v1/persons/${id}/tags`)).items
const tagged = async (name) => (await office('GET', '/api/v1/tags')).items.find((one) => one.tag === name)
const rowOf = (page, name) => page.getByTestId('tags-row').filter({ hasText: name })
const digits = (text) => Number(text.replace(/\D/g, ''))

/** Opens the menu of a tag and takes an entry. */
async function act(page, name, entry) {
  await gone(page, '.ant-dropdown:visible')
  await rowOf(page, name).getByTestId('tag-acts').click()
  await page.locator('.ant-dropdown:visible').getByRole('menuitem', { name: entry }).click()
}

test('a tag is put on, taken off and allowed again; the list says by whom', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto(`/persons/${someone}`)
  await page.getByTestId('add-tag').click()
  await page.keyboard.type('走查 茶友')
  await page.keyboard.press('Enter')
  const held = page.getByTestId('person-tag').filter({ hasText: '走查 茶友' })
  await held.waitFor()
  assert.match(await held.innerText(), /手工/)
  assert.deepEqual((await tagsOf(someone)).find((one) => one.tag === '走查 茶友').sources.map((one) => one.source), ['manual'])
  // A segment keeps it too: by hand it goes off for both.
  const { id } = await office('POST', '/api/v1/segments', { name: '走查 复购客', rule: { stage: { any: ['repurchase'] } } })
  const segment = await eventually(() => office('GET', `/api/v1/segments/${id}`), (one) => one.state === 'live')
  await office('POST', `/api/v1/segments/${segment.id}/tag`, { tag: '走查 茶友' })
  const { rules } = await eventually(() => tagged('走查 茶友'), (one) => one.rules === segment.size)
  assert.ok(rules > 1)
  await page.reload()
  await held.getByText('人群「走查 复购客」').waitFor()
  await held.getByRole('button').click()
  const off = page.getByTestId('person-tags-off')
  await off.getByText('走查 茶友').waitFor()
  assert.match(await off.innerText(), /手工移除.*人群「走查 复购客」仍带有此标签/s)
  await shot(page, 'console-person-tags')
  assert.equal((await tagged('走查 茶友')).persons, rules - 1)

  await page.goto('/tags?q=走查')
  const row = rowOf(page, '走查 茶友')
  assert.equal(digits(await row.getByTestId('tag-people').innerText()), rules - 1)
  await row.getByRole('link', { name: '走查 复购客' }).waitFor()
  await shot(page, 'console-tags')
  await accessible(page)
  await row.getByTestId('tag-people').click()
  await page.waitForURL(/\/persons\?tag=/)
  assert.equal((await office('GET', `/api/v1/persons?tag=${encodeURIComponent('走查 茶友')}`)).total, rules - 1)

  await page.goto(`/persons/${someone}`)
  await page.getByTestId('allow-tag').click()
  await held.waitFor()
  assert.match(await held.innerText(), /人群「走查 复购客」/)
  assert.equal((await tagged('走查 茶友')).persons, rules)
  await desk.done()
})

test('groups, another name, and the end of a tag', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto('/tags')
  await page.getByTestId('new-tag-group').click()
  await page.getByTestId('tag-group-name').fill('走查 等级')
  await page.getByTestId('tag-group-tags').locator('input').fill('走查 金')
  await page.keyboard.press('Enter')
  await page.keyboard.type('走查 银')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByRole('switch').click()
  await shot(page, 'console-tag-group')
  await page.getByTestId('save-tag-group').click()
  const group = page.getByTestId('tag-group').filter({ hasText: '走查 等级' })
  await group.getByText('单选').waitFor()
  await group.getByRole('button', { name: /2 个标签/ }).click()
  await page.waitForURL(/group=tgg_/)
  await eventually(() => page.getByTestId('tags-row').count(), (rows) => rows === 2)
  // Of the two a person has one.
  await office('POST', `/api/v1/persons/${someone}/tags`, { tag: '走查 银' })
  await office('POST', `/api/v1/persons/${someone}/tags`, { tag: '走查 金' })
  assert.deepEqual((await tagsOf(someone)).filter((one) => one.holds && one.group_id).map((one) => one.tag), ['走查 金'])

  await page.goto('/tags?q=走查')
  await act(page, '走查 茶友', '移到分组')
  await page.getByRole('menuitem', { name: '走查 等级' }).click()
  await eventually(() => tagged('走查 茶友'), (one) => one.group_id !== null)
  await act(page, '走查 茶友', '移到分组')
  await page.getByRole('menuitem', { name: '未分组' }).click()
  await eventually(() => tagged('走查 茶友'), (one) => one.group_id === null)
  // A name that is in use makes one of the two, and says so.
  await act(page, '走查 银', '改名或合并')
  await page.getByTestId('tag-new-name').fill('走查 金')
  await page.getByTestId('merge-warning').waitFor()
  await page.getByTestId('tag-new-name').fill('走查 白银')
  await page.getByTestId('save-rename').click()
  await rowOf(page, '走查 白银').waitFor()
  assert.equal(await tagged('走查 银'), undefined)
  // A number leads to a rule.
  await act(page, '走查 金', '按标签圈人')
  await page.waitForURL(/\/segments\/new\?tag=/)
  assert.match(await page.getByTestId('rule-sentence').innerText(), /走查 金/)
  // A segment keeps it: refused with its name. Without a segment it ends.
  await page.goto('/tags?q=走查')
  await act(page, '走查 茶友', '从所有客户移除')
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '从所有客户移除' }).click()
  await page.locator('.ant-message-error').getByText('走查 复购客').waitFor()
  await page.reload()
  await act(page, '走查 金', '从所有客户移除')
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '从所有客户移除' }).click()
  await eventually(() => tagged('走查 金'), (one) => one === undefined)
  await page.getByTestId('tag-group').filter({ hasText: '走查 等级' }).getByTestId('edit-tag-group').click()
  await page.getByTestId('end-tag-group').click()
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '解散' }).click()
  await eventually(async () => (await office('GET', '/api/v1/tag-groups')).items, (groups) => groups.every((one) => one.name !== '走查 等级'))
  await desk.done()
})

test('an attribute of the brand is made, filled in on a person with its source, and archived', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto('/attributes')
  await page.getByTestId('new-attribute').click()
  await page.getByTestId('save-attribute').click()
  await page.getByText('请填写').first().waitFor()
  await page.getByTestId('attribute-zh').fill('茶味')
  await page.getByTestId('attribute-en').fill('Taste')
  await page.getByTestId('attribute-key').fill('walk_taste')
  await page.getByTestId('attribute-kind').click()
  await page.locator('.ant-select-item-option', { hasText: '选项' }).click()
  await page.getByTestId('attribute-options').locator('input').fill('绿茶')
  await page.keyboard.press('Enter')
  await page.keyboard.type('红茶')
  await page.keyboard.press('Enter')
  await page.getByTestId('attribute-age').fill('180')
  await shot(page, 'console-attribute-new')
  await page.getByTestId('save-attribute').click()
  const row = page.getByTestId('attributes-row').filter({ hasText: 'walk_taste' })
  await row.waitFor()
  assert.match(await row.innerText(), /茶味.*2 个选项.*普通.*180 天.*自定义/s)
  await settled(page)
  await shot(page, 'console-attributes')
  await accessible(page)

  await page.goto(`/persons/${someone}`)
  await page.getByRole('button', { name: '编辑资料' }).click()
  await page.getByLabel('茶味').click()
  await page.locator('.ant-select-item-option', { hasText: '红茶' }).click()
  await page.getByRole('button', { name: '保存资料' }).click()
  const portrait = page.getByTestId('person-portrait')
  await portrait.getByText('红茶').waitFor()
  const one = (await office('GET', `/api/v1/persons/${someone}`)).attributes.find((each) => each.key === 'walk_taste')
  assert.deepEqual([one.value, one.source], ['红茶', 'operator'])
  assert.match(await portrait.innerText(), /茶味\s*红茶\s*员工修正/)
  await shot(page, 'console-person-attributes')

  await page.goto('/attributes?q=walk')
  await row.getByRole('button', { name: '编辑' }).click()
  await page.getByTestId('attribute-en').fill('Favourite taste')
  await page.getByTestId('save-attribute').click()
  await eventually(async () => (await office('GET', '/api/v1/attributes')).items.find((each) => each.key === 'walk_taste'), (each) => each.en === 'Favourite taste')
  await row.getByRole('button', { name: '编辑' }).click()
  await page.getByTestId('archive-attribute').click()
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '停用' }).click()
  await row.getByText('已停用').waitFor()
  await page.goto(`/persons/${someone}`)
  await portrait.waitFor()
  await settled(page)
  assert.equal(await portrait.getByText('红茶').count(), 0)
  await desk.done()
})

test('on a phone nothing sticks out', async () => {
  const hand = await person(browser, { viewport: phone, locale: 'en-GB', dark: true })
  const { page } = hand
  await signIn(page)
  for (const at of ['/tags', '/attributes', `/persons/${someone}`]) {
    await page.goto(at)
    await page.getByTestId('page-title').waitFor()
    await fitsWidth(page)
    await accessible(page)
    await shot(page, `console-phone-${at.split('/')[1]}`)
  }
  await hand.done()
})

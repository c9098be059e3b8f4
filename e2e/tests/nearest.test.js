// A live code that leads to the nearest store: positions of stores, the page that asks, and the guide whose customer it becomes.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { accessible, desktop, fitsWidth, gone, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, desk, made, guides
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

const stores = [{ code: 'NEAR-1', name: '走查 南京西路店', city: '走查市', at: '31.2304, 121.4737' }, { code: 'NEAR-2', name: '走查 西湖店', city: '走查市', at: '30.2500, 120.1600' }]

test('stores get their position in the form, both numbers or none', async () => {
  desk = await person(browser)
  const { page } = desk
  await signIn(page)
  for (const { code, name, city, at } of stores) {
    await page.goto('/stores')
    await page.getByTestId('new-store').click()
    const form = page.locator('.ant-modal:visible')
    await form.getByLabel('门店').fill(name)
    await form.getByLabel('编号').fill(code)
    await form.getByLabel('城市').fill(city)
    await form.getByTestId('place-lat').fill('31.2')
    await form.getByRole('button', { name: '保存' }).click()
    await form.getByText('要么都填，要么都不填').waitFor()
    // As a map copies it, both numbers go into their fields.
    await form.getByTestId('place-lat').fill(at)
    assert.equal(await form.getByTestId('place-lng').inputValue(), String(Number(at.split(', ')[1])).padEnd(at.split(', ')[1].length, '0'))
    await gone(page, '.ant-modal .ant-form-item-explain-error')
    if (code === 'NEAR-1') await shot(page, 'console-store-place')
    await form.getByRole('button', { name: '保存' }).click()
    await gone(page, '.ant-modal:visible')
  }
  await page.getByTestId('list-search').locator('input').or(page.locator('input[data-testid="list-search"]')).first().fill('走查')
  await page.getByText('31.2304, 121.4737').first().waitFor()
  await page.getByText('30.25, 120.16').first().waitFor()
  await shot(page, 'console-stores-place')
})

test('the preview says that visitors choose, and takes a place; zone and validity are settings', async () => {
  const { page } = desk
  guides = (await office('GET', '/api/v1/guides')).items.filter((one) => /导购/.test(one.name)).slice(0, 2)
  assert.equal(guides.length, 2)
  const all = (await office('GET', '/api/v1/stores?q=NEAR-')).items
  const t = await office('POST', '/api/v1/touchpoints', { kind: 'wecom_store_code', name: '走查 全国海报' })
  const slots = stores.map(({ code }, n) => ({ id: null, staff_id: guides[n].id, store_id: all.find((each) => each.code === code).id, url: 'https://work.weixin.qq.com/ca/walk' }))
  const plan = { rules: [{ name: '就近', prefer: ['bound_guide', 'nearest_store'], spread: 'weighted_turn', slots }] }
  const live = await office('POST', '/api/v1/live-codes', { touchpoint_id: t.id, definition: { fallback: '/m/', plan } })
  await office('POST', `/api/v1/live-codes/${live.id}/activate`, {})
  made = { ...live, touchpoint: t.id, code: t.code }
  await page.goto(`/touchpoints/${t.id}/live-code`)
  const preview = page.getByTestId('live-preview')
  await preview.getByText('先请客户选门店（2 家）').waitFor()
  await preview.getByText('走查 南京西路店、走查 西湖店').waitFor()
  await page.getByTestId('preview-place').getByTestId('place-lat').fill('30.2, 120.2')
  await preview.getByText(`导购 ${guides[1].name}`).waitFor()
  await preview.getByText('依据：就近门店').waitFor()
  await page.getByTestId('live-zone').locator('input').fill('Asia/Tokyo')
  await page.locator('.ant-select-item-option:visible', { hasText: 'Asia/Tokyo' }).click()
  await page.getByLabel('不限').first().fill('2026-01-02 09:30')
  await page.keyboard.press('Enter')
  await page.getByTestId('live-save').click()
  const saved = await eventually(() => office('GET', `/api/v1/live-codes/${live.id}`), (one) => one.version === 2)
  assert.deepEqual([saved.zone, saved.from_at, saved.to_at], ['Asia/Tokyo', Date.parse('2026-01-02T00:30Z'), null])
  await shot(page, 'console-live-code-near')
  await accessible(page)
})

const visits = async () => (await office('GET', `/api/v1/touchpoints/${made.touchpoint}`)).visits

test('who says no to the position chooses from the list, and is counted once', async () => {
  const visitor = await person(browser, { viewport: phone })
  const { page } = visitor
  await page.goto(`/c/${made.code}?utm_source=walk`)
  await page.getByRole('heading', { name: '选择最近的门店' }).waitFor()
  assert.equal(await visits(), 1)
  await fitsWidth(page)
  await accessible(page)
  await shot(page, 'visitor-choose')
  await page.getByRole('button', { name: '用我的位置' }).or(page.getByText('没有取得位置')).first().waitFor()
  if (await page.getByRole('button', { name: '用我的位置' }).isVisible()) await page.getByRole('button', { name: '用我的位置' }).click()
  await page.getByText('没有取得位置').waitFor()
  await page.getByRole('button', { name: /走查 西湖店/ }).click()
  await page.waitForURL(/\/g\/rsv_/)
  await page.getByText(guides[1].name).waitFor()
  await shot(page, 'visitor-guide')
  assert.equal(await visits(), 1)
  await page.goto(`/c/${made.code}`)
  await page.waitForURL(/\/g\/rsv_/)
  await visitor.done()
})

test('a phone that tells its position leads to the nearest; the list stands in that order', async () => {
  const visitor = await person(browser, { viewport: desktop, locale: 'en-GB' })
  const { page } = visitor
  await page.context().setGeolocation({ latitude: 30.2461, longitude: 120.1502 })
  await page.context().grantPermissions(['geolocation'])
  await page.goto(`/c/${made.code}`)
  await page.getByRole('heading', { name: 'Choose the nearest store' }).waitFor()
  const list = page.locator('#list button')
  await list.first().getByText('km').waitFor()
  assert.deepEqual([(await list.first().innerText()).replace(/\s+/g, ' '), (await list.nth(1).innerText()).split('店')[0]], ['走查 西湖店 1.0 km', '走查 南京西路'])
  await shot(page, 'visitor-choose-en')
  await page.getByRole('button', { name: 'Use my position' }).click()
  await page.waitForURL(/\/g\/rsv_/)
  await page.getByText(guides[1].name).waitFor()
  assert.equal(await visits(), 2)
  await visitor.done()
})

test('an add is confirmed where places are listed; the customer belongs to the guide until somebody changes it', async () => {
  const { page } = desk
  await page.goto(`/touchpoints/${made.touchpoint}/live-code`)
  await page.getByTestId('live-added').first().click()
  await page.locator('.ant-popconfirm:visible').getByRole('button', { name: '已加好友' }).click()
  const { items } = await eventually(() => office('GET', `/api/v1/live-codes/${made.id}/trace?limit=10`), (list) => list.items.some((one) => one.state === 'added'))
  const who = items.find((one) => one.state === 'added').person_id
  await page.goto(`/persons/${who}`)
  await page.getByTestId('person-guide').getByText(guides[1].name).waitFor()
  await page.getByTestId('guide-change').click()
  await page.getByTestId('guide-pick').locator('input').fill(guides[0].name)
  await page.locator('.ant-select-item-option:visible', { hasText: guides[0].name }).click()
  await shot(page, 'console-guide-change')
  await page.getByTestId('guide-save').click()
  await page.getByTestId('person-guide').getByText(guides[0].name).waitFor()
  await eventually(() => page.locator('[data-event="person.guide_changed"]').count(), (n) => n === 2)
  await shot(page, 'console-person-guide')

  // The list of customers and a segment ask for the guide.
  await page.goto(`/persons?guide=${guides[0].id}`)
  await page.getByTestId('chip-guide').getByText(guides[0].name).waitFor()
  assert.equal((await office('GET', `/api/v1/persons?guide=${guides[0].id}`)).total, 1)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.goto('/segments/new')
  await page.getByTestId('add-rule').last().locator('input').focus()
  await page.keyboard.type('导购')
  await page.locator('.ant-select-item-option:visible', { hasText: /^导购$/ }).click()
  await page.getByTestId('values').locator('input').fill(guides[0].name)
  await page.locator('.ant-select-item-option:visible', { hasText: guides[0].name }).click()
  await page.getByTestId('rule-sentence').getByText(`导购是「${guides[0].name}」`).waitFor()
  await page.waitForFunction(() => {
    const shown = document.querySelector('[data-testid="live-count"]')
    return shown?.dataset.settled === 'true' && shown.dataset.rule?.includes('guide')
  })
  assert.equal((await page.getByTestId('live-count').innerText()).replace(/\D/g, ''), '1')
  await shot(page, 'console-rule-guide')
  await desk.done()
})

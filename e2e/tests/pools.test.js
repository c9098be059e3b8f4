// Traffic pools: made and counted, a segment of one, and several that only people join.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { accessible, fitsWidth, gone, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

const digits = (text) => Number(text.replace(/\D/g, ''))
const poolOf = async (code) => (await office('GET', '/api/v1/pools')).pools.find((pool) => pool.code === code)
const count = async (rule) => (await office('POST', '/api/v1/segments/count', { rule })).count

/** Takes a kind off in the form that is open. */
async function drop(page, kind) {
  await page.getByTestId('pool-kinds').locator('.ant-select-selection-item', { hasText: kind }).locator('.ant-select-selection-item-remove').click()
}

/** Chooses a kind in the form that is open. */
async function take(page, kind) {
  await page.getByTestId('pool-kinds').locator('input').fill(kind)
  await page.locator('.ant-select-item-option:visible', { hasText: kind }).click()
  await page.keyboard.press('Escape')
}

test('a pool is made of an identity, counted at once, and a segment asks for it', async () => {
  const desk = await person(browser)
  const { page } = desk
  page.on('dialog', (dialog) => void dialog.accept())
  const kinds = Object.fromEntries((await office('GET', '/api/v1/identity-rules')).items.map((each) => [each.kind, each.identities]))
  const member = await poolOf('member')
  assert.equal(await count({ pool: { any: ['member'] } }), member.persons)
  await signIn(page)
  await page.goto('/pools')
  const card = page.getByTestId('pool-member')
  assert.equal(digits(await card.getByTestId('pool-persons').innerText()), member.persons)
  // The e-mail belongs to the members: it cannot be taken twice.
  await page.getByTestId('new-pool').click()
  await page.getByTestId('save-pool').click()
  await page.getByText('请填写').first().waitFor()
  await page.getByTestId('pool-kinds').locator('input').fill('邮箱')
  const taken = page.locator('.ant-select-item-option-disabled:visible', { hasText: '邮箱（在「会员」）' })
  await taken.waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '取消' }).click()
  await gone(page, '.ant-modal:visible')
  await card.getByTestId('edit-pool').click()
  await drop(page, '邮箱')
  await page.getByTestId('save-pool').click()
  await eventually(() => poolOf('member'), (pool) => !pool.kinds.includes('email'))
  await gone(page, '.ant-modal:visible')

  await page.getByTestId('new-pool').click()
  await page.getByTestId('pool-zh').fill('邮件')
  await page.getByTestId('pool-en').fill('Mail')
  await page.getByTestId('pool-code').fill('mail')
  await page.getByText('弱私域').last().click()
  await take(page, '邮箱')
  await shot(page, 'console-pool-form')
  await page.getByTestId('save-pool').click()
  const mail = page.getByTestId('pool-mail')
  await mail.waitFor()
  const made = await poolOf('mail')
  assert.ok(made.persons > 100 && made.persons <= kinds.email, `${made.persons}`)
  assert.equal(digits(await mail.getByTestId('pool-persons').innerText()), made.persons)
  assert.equal((await poolOf('member')).only, member.persons - made.persons, 'everybody with an e-mail has a phone')
  await shot(page, 'console-pools-made')
  await accessible(page)

  // The number leads to the people, and they are kept as a segment.
  await mail.getByTestId('pool-persons').click()
  await page.waitForURL(/\/segments\/new\?pools=mail/)
  await page.getByTestId('rule-sentence').getByText('在流量池「邮件」').waitFor()
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]')?.dataset.settled === 'true')
  assert.equal(digits(await page.getByTestId('live-count').innerText()), made.persons)
  await page.getByTestId('segment-name').fill('走查 邮件池')
  await page.getByTestId('segment-save').click()
  await page.waitForURL(/\/segments\/seg_\w+$/)
  const id = page.url().match(/seg_\w+/)[0]
  await eventually(() => office('GET', `/api/v1/segments/${id}`), (one) => one.state === 'live' && one.size === made.persons)
  const someone = (await office('GET', `/api/v1/segments/${id}/members?limit=1`)).items[0].id
  assert.equal((await office('GET', `/api/v1/segments/${id}/why/${someone}`)).node.children[0].says.value, 'email')
  await page.goto(`/persons/${someone}`)
  await page.getByTestId('person-pools').getByText('邮件').waitFor()
  await shot(page, 'console-person-pools')

  // One row of the picture: in one pool and not in the other.
  await page.goto('/pools')
  await page.getByTestId('pool-overlap').getByRole('button', { name: '在 会员，不在 邮件: ' }).click()
  await page.waitForURL(/not_pools=/)
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]')?.dataset.settled === 'true')
  assert.equal(digits(await page.getByTestId('live-count').innerText()), member.persons - made.persons)

  // A pool that a segment asks for stays; afterwards it ends, and its kind goes back.
  await page.goto('/pools')
  await mail.getByTestId('edit-pool').click()
  await page.getByTestId('end-pool').click()
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '停用' }).click()
  await page.locator('.ant-message-error').getByText('走查 邮件池').waitFor()
  await office('DELETE', `/api/v1/segments/${id}`)
  await desk.done()
})

test('several pools: over the border of two people decide, and can take it back', async () => {
  const desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.goto('/pools')
  await page.getByTestId('choose-several').click()
  await page.locator('.ant-modal-confirm').getByText('保持不变').waitFor()
  await shot(page, 'console-pools-choose')
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '确认修改' }).click()
  await page.getByTestId('pool-waiting').getByText('没有等待').waitFor()
  const before = (await office('GET', '/api/v1/pools')).persons
  const made = await office('POST', '/api/v1/persons', { name: '走查 跨池', phone: '13955550123', email: 'across.pools@mail.example' })
  assert.equal((await eventually(() => office('GET', '/api/v1/pools'), (list) => list.persons > before)).persons, before + 2)
  await page.reload()
  await page.getByTestId('pool-waiting').getByRole('link', { name: /1 对/ }).click()
  await page.waitForURL(/\/duplicates/)
  const row = page.getByTestId('duplicates-row').filter({ hasText: '走查 跨池' })
  await row.getByText('跨流量池').waitFor()
  await shot(page, 'console-duplicates-pool')
  await row.getByTestId('pair-merge').click()
  await eventually(() => office('GET', '/api/v1/pools'), (list) => list.waiting === 0 && list.persons === before + 1)
  assert.deepEqual((await office('GET', `/api/v1/persons/${made.id}`)).pools.map((pool) => pool.code), ['member', 'mail'])
  const { merges } = await office('GET', `/api/v1/persons/${made.id}/identities`)
  await office('POST', `/api/v1/persons/${made.id}/unmerge`, { merge_id: merges[0].id })
  await eventually(() => office('GET', '/api/v1/pools'), (list) => list.persons === before + 2)

  // Back to what it was.
  await page.goto('/pools')
  await page.getByTestId('choose-one').click()
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '确认修改' }).click()
  await eventually(() => office('GET', '/api/v1/pools'), (list) => list.choice === 'one')
  await page.reload()
  await page.getByTestId('pool-mail').getByTestId('edit-pool').click()
  await page.getByTestId('end-pool').click()
  await page.locator('.ant-modal-confirm-btns').getByRole('button', { name: '停用' }).click()
  await eventually(() => poolOf('mail'), (pool) => pool === undefined)
  await office('PATCH', '/api/v1/pools/member', { kinds: ['user_id', 'external_id', 'phone', 'email'] })
  await desk.done()
})

test('on a phone, in English, in the dark', async () => {
  const desk = await person(browser, { viewport: phone, locale: 'en-GB', dark: true })
  const { page } = desk
  await signIn(page)
  await page.goto('/pools')
  await page.getByTestId('pool-member').waitFor()
  await fitsWidth(page)
  await shot(page, 'console-pools-phone')
  await page.getByTestId('new-pool').click()
  await page.getByTestId('pool-code').waitFor()
  await fitsWidth(page)
  await shot(page, 'console-pool-form-phone')
  await accessible(page)
  await desk.done()
})

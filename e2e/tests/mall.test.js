// A customer on a phone: comes through a touchpoint, buys, brings a friend; staff refund the friend's order.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { fitsWidth, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'
import * as mall from '../mall.js'

let browser, office
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

/** What the tests learn on the way: a later one stands on the earlier ones. */
const story = { referrer: { phone: mall.newPhone() }, friend: { phone: mall.newPhone() } }

test('a scan of a touchpoint opens the mall, and its visit is counted', async () => {
  const [touchpoint] = (await office('GET', '/api/v1/touchpoints')).items.filter((one) => one.status === 'active')
  const customer = await person(browser, { viewport: phone })
  story.referrer.at = customer
  await customer.page.goto(`/c/${touchpoint.code}`)
  await customer.page.locator('.t-item:visible').first().waitFor()
  assert.match(customer.page.url(), /\/m\//)
  await shot(customer.page, 'mall-home')
  await fitsWidth(customer.page)
  const counted = await eventually(
    () => office('GET', `/api/v1/touchpoints/${touchpoint.id}`),
    (now) => now.visits > touchpoint.visits,
  )
  assert.equal(counted.visits, touchpoint.visits + 1, 'one scan is one visit')
  story.touchpoint = touchpoint
})

test('browse, put into the cart, sign in with the sandbox code, order, pay, see the order', async () => {
  const { page } = story.referrer.at
  const name = await mall.openProduct(page)
  await shot(page, 'mall-product')
  await fitsWidth(page)
  const price = await mall.money(page, 'product-price')
  await page.locator('#add-to-cart:visible').click()
  await page.locator('.t-open-cart:visible').click()
  assert.equal(await mall.money(page, 'cart-total'), price)
  await shot(page, 'mall-cart')
  await page.locator('#cart-checkout:visible').click()

  await page.locator('#signin-address:visible').waitFor()
  await shot(page, 'mall-signin')
  await page.locator('#signin-marketing:visible').click()
  await mall.signIn(page, story.referrer.phone)
  const total = await mall.placeOrder(page)
  assert.equal(total, price, 'pickup costs nothing on top')
  await shot(page, 'mall-cashier')
  const no = await mall.pay(page)
  await shot(page, 'mall-order')

  const found = (await office('GET', `/api/v1/orders?q=${encodeURIComponent(no)}`)).items
  assert.equal(found.length, 1)
  const order = await office('GET', `/api/v1/orders/${found[0].id}`)
  assert.equal(order.state, 'paid')
  assert.equal(order.total_fen, total)
  assert.equal(order.source, 'mall')
  assert.equal(order.lines.length, 1)
  assert.ok(order.lines[0].name.includes(name), `${order.lines[0].name} is ${name}`)
  story.referrer.person = order.person
})

test('the buyer is one known person now, who came through that touchpoint', async () => {
  const known = await eventually(
    () => office('GET', `/api/v1/persons/${story.referrer.person.id}`),
    (now) => now.stage === 'first_order' && now.orders === 1,
  )
  assert.equal(known.touchpoint?.id, story.touchpoint.id)
  assert.ok(known.identities.some(({ kind, value }) => kind === 'phone' && value.endsWith(story.referrer.phone.slice(-4))))
})

test('the order list and the page of one’s own', async () => {
  const { page } = story.referrer.at
  await page.goto('/m/#/pages/me')
  await page.locator('#referral-code:visible').waitFor()
  await shot(page, 'mall-me')
  await fitsWidth(page)
  assert.equal(await mall.money(page, 'commission-pending'), 0)
  await page.locator('#me-qr:visible').click()
  story.referrer.link = (await page.locator('#referral-link:visible').innerText()).trim()
  await shot(page, 'mall-referral')
  await page.reload()
  await page.locator('#me-orders-all:visible').click()
  await page.waitForURL(/pages\/orders/)
  await shot(page, 'mall-orders')
})

test('a friend who follows the referral link buys at once', async () => {
  const friend = await person(browser, { viewport: phone })
  story.friend.at = friend
  await friend.page.goto(story.referrer.link)
  await mall.openProduct(friend.page, 1)
  await friend.page.locator('#buy-now:visible').click()
  await friend.page.locator('#signin-address:visible').waitFor()
  await mall.signIn(friend.page, story.friend.phone)
  story.friend.total = await mall.placeOrder(friend.page)
  story.friend.no = await mall.pay(friend.page)
  const [row] = (await office('GET', `/api/v1/orders?q=${encodeURIComponent(story.friend.no)}`)).items
  story.friend.order = row.id
})

test('the referrer’s commission is on the order, on the page of the referrer and in the ledger', async () => {
  const order = await eventually(
    () => office('GET', `/api/v1/orders/${story.friend.order}`),
    (now) => now.commission.length > 0,
  )
  assert.equal(order.referrer.id, story.referrer.person.id)
  const { brand } = await office('GET', '/api/v1/me')
  const due = Math.floor((order.goods_fen * brand.settings.commission_bp) / 10_000)
  assert.deepEqual(order.commission.map(({ beneficiary, state, amount_fen }) => [beneficiary.id, state, amount_fen]), [
    [story.referrer.person.id, 'pending', due],
  ])
  assert.ok(due > 0)

  const { page } = story.referrer.at
  await page.goto('/m/#/pages/me')
  await page.reload()
  await page.locator('#commission-pending:visible').waitFor()
  await eventually(() => mall.money(page, 'commission-pending'), (shown) => shown === due)
  await shot(page, 'mall-me-commission')
  assert.equal((await office('GET', '/api/v1/ledger')).balanced, true)
})

test('a campaign reaches the inbox of the customer who agreed to it', async () => {
  const draft = await office('POST', '/api/v1/campaigns', {
    name: '首单回访', channel: 'inbox', subject: '感谢您的第一单', body: '下次到店，请出示这封信。', link: '/m/', holdout_bp: 0,
    audience: { stages: ['first_order'], touchpoints: [story.touchpoint.id] },
  })
  await office('POST', `/api/v1/campaigns/${draft.id}/launch`, {})
  await eventually(() => office('GET', `/api/v1/campaigns/${draft.id}`), (now) => now.state === 'done')
  const { page } = story.referrer.at
  await page.goto('/m/#/pages/inbox')
  await page.reload()
  await page.locator('.t-letter:visible', { hasText: '感谢您的第一单' }).click()
  await shot(page, 'mall-inbox')
  await eventually(() => office('GET', `/api/v1/campaigns/${draft.id}`), (now) => now.counts.read === 1)
})

test('staff refund the friend’s order in the console, and the commission is taken back', async () => {
  const clerk = await person(browser)
  await signIn(clerk.page)
  await clerk.page.goto(`/orders/${story.friend.order}`)
  await clerk.page.getByTestId('move-refund').click()
  await shot(clerk.page, 'console-refund')
  await clerk.page.getByTestId('refund-reason').locator('input').fill('不想要了')
  await clerk.page.keyboard.press('Tab')
  await clerk.page.getByTestId('refund-ok').click()

  const order = await eventually(
    () => office('GET', `/api/v1/orders/${story.friend.order}`),
    (now) => now.state === 'refunded' && now.commission.every(({ state }) => state === 'reversed'),
  )
  assert.equal(order.refunded_fen, story.friend.total)
  assert.equal(order.commission[0].reversed_fen, order.commission[0].amount_fen)
  await clerk.page.reload()
  assert.equal(mall.fen(await clerk.page.getByTestId('order-refunded').innerText()), -story.friend.total)
  await shot(clerk.page, 'console-order-refunded')
  await clerk.done()

  const { page } = story.referrer.at
  await page.goto('/m/#/pages/me')
  await page.reload()
  await page.locator('#commission-pending:visible').waitFor()
  await eventually(() => mall.money(page, 'commission-pending'), (shown) => shown === 0)
  assert.equal((await office('GET', '/api/v1/ledger')).balanced, true)
  await story.referrer.at.done()
  await story.friend.at.done()
})

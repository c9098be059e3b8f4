// What a customer does in the mall, by the ids of its pages. Pages behind the current one stay in the document,
// so everything is looked for among what is visible.
import assert from 'node:assert/strict'

const on = (page, selector) => page.locator(`${selector}:visible`).first()
const fill = (page, id, text) => page.locator(`#${id}:visible input`).fill(text)

/** "−¥1,234.50" → -123450 */
export function fen(text) {
  const found = text.replace(/[,，\s]/g, '').match(/([−-]?)¥(\d+)\.(\d\d)/)
  assert.ok(found, `no money in "${text}"`)
  return Number(found[2] + found[3]) * (found[1] ? -1 : 1)
}

export async function money(page, id) {
  return fen(await on(page, `#${id}`).innerText())
}

/** A number in no panel and on no earlier run. */
export function newPhone() {
  return `199${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`
}

/** Signs in on the sign-in page with the code that a sandbox brand shows. */
export async function signIn(page, phone) {
  await fill(page, 'signin-address', phone)
  await on(page, '#signin-send').click()
  await on(page, '#signin-sandbox').click()
  await on(page, '#signin-submit').click()
  await on(page, '#signin-submit').waitFor({ state: 'hidden' })
}

/** Opens the `n`-th product of the home page; answers its name. */
export async function openProduct(page, n = 0) {
  await page.locator('.t-item:visible').nth(n).click()
  const name = on(page, '#product-name')
  await name.waitFor()
  return (await name.innerText()).trim()
}

export async function chooseStore(page, n = 0) {
  await on(page, '#checkout-store').click()
  await page.locator('.t-store:visible').nth(n).click()
}

/** From the checkout page to the cashier: pickup at a store; answers the total in fen. */
export async function placeOrder(page) {
  await on(page, '#place-order').waitFor()
  await chooseStore(page)
  await on(page, '#place-order:not(.off)').waitFor()
  const total = await money(page, 'checkout-total')
  await on(page, '#place-order').click()
  await on(page, '#cashier-due').waitFor()
  assert.equal(await money(page, 'cashier-due'), total)
  return total
}

/** Presses the test cashier's success; answers the number of the order that is shown then. */
export async function pay(page) {
  await on(page, '#pay-success:not(.off)').click()
  await on(page, '#order-state').waitFor()
  return (await on(page, '#order-no').innerText()).trim()
}

export const tab = async (page, name) => on(page, `.t-tab-${name}`).click()

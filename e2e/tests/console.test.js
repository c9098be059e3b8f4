// Staff at work: sign in, and walk from the home page to a person, a touchpoint's code and a campaign with a holdout.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { launch, person, shot, staff } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, desk
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

test('a wrong password is refused and says so; nobody is signed in', async () => {
  const stranger = await person(browser)
  const { page } = stranger
  await page.goto('/')
  await page.waitForURL(/\/sign-in/)
  await page.getByTestId('email').fill(staff.email)
  await page.getByTestId('password').fill('not the password')
  await page.getByTestId('sign-in-submit').click()
  await page.getByRole('alert').first().waitFor()
  assert.equal(await page.evaluate(async () => (await fetch('/api/v1/me')).status), 401)
  await shot(page, 'console-sign-in-refused')
  await stranger.done()
})

test('signing in opens the home page, whose figures are those of the API', async () => {
  desk = await person(browser)
  const { page } = desk
  await signIn(page)
  await page.getByTestId('weir-picture').waitFor()
  const { stages } = await office('GET', '/api/v1/overview')
  const reachable = await page.getByTestId('figure-reachable').getAttribute('title')
  const { reachable: expected } = await office('GET', '/api/v1/overview')
  assert.equal(Number(reachable.replace(/\D/g, '')), expected)
  assert.ok(stages.repurchase > 0)
  await shot(page, 'console-home-walk')
})

test('from a stage of the picture to a list, and from there to a person', async () => {
  const { page } = desk
  await page.getByTestId('weir-stage-repurchase').click()
  await page.waitForURL(/\/persons\?.*repurchase/)
  const { total } = await office('GET', '/api/v1/persons?stage=repurchase')
  await page.getByTestId('persons-row').first().waitFor()
  assert.ok((await page.locator('main').innerText()).replace(/[,，]/g, '').includes(String(total)), `${total} is shown`)
  await page.getByTestId('person-link').first().click()
  await page.waitForURL(/\/persons\/per_/)
  const id = page.url().match(/per_\w+/)[0]
  const shown = await office('GET', `/api/v1/persons/${id}`)
  assert.equal(shown.stage, 'repurchase')
  await page.getByTestId('page-title').waitFor()
  assert.ok((await page.getByTestId('page-title').innerText()).includes(shown.name))
  await shot(page, 'console-person-walk')
})

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
  assert.equal(await page.getByTestId('person-name').innerText(), shown.name)
  await shot(page, 'console-person-walk')
  // Contacts are masked until somebody asks to see them.
  const phone = shown.phone
  assert.match(phone, /^\d{3}\*{4}\d{4}$/)
  await page.getByTestId('reveal').click()
  const whole = await page.getByTestId('revealed').innerText()
  assert.match(whole, new RegExp(`${phone.slice(0, 3)}\\d{4}${phone.slice(-4)}`))
})

test('a touchpoint shows its code, and the code leads to the mall', async () => {
  const { page } = desk
  await page.goto('/touchpoints')
  await page.getByTestId('touchpoint-link').first().click()
  await page.waitForURL(/\/touchpoints\/tpt_/)
  const touchpoint = await office('GET', `/api/v1/touchpoints/${page.url().match(/tpt_\w+/)[0]}`)
  const code = page.getByTestId('touchpoint-qr')
  await code.waitFor()
  assert.ok(await code.evaluate((image) => image.complete ? image.naturalWidth > 0 : image.decode().then(() => true)), 'the QR code is drawn')
  assert.equal((await page.getByTestId('touchpoint-url').innerText()).trim(), touchpoint.url)
  const answer = await page.request.get(new URL(touchpoint.url).pathname, { maxRedirects: 0 })
  assert.equal(answer.status(), 302)
  assert.ok(answer.headers().location.includes('/m/'))
  await shot(page, 'console-touchpoint-walk')
})

/** The stage in which a campaign would reach most people by inbox. */
async function bestStage() {
  const stages = ['prospect', 'new', 'first_order', 'repurchase', 'silent', 'churned']
  const of = (stage) => office('POST', '/api/v1/campaigns/forecast', { channel: 'inbox', audience: { stages: [stage] }, holdout_bp: 1000 })
  const reach = await Promise.all(stages.map(async (stage, n) => ({ n, stage, ...(await of(stage)) })))
  return reach.sort((a, b) => b.reachable - a.reachable)[0]
}

const number = async (page, testid) => Number((await page.getByTestId(testid).innerText()).replace(/[^\d-]/g, ''))

test('a campaign is written, forecast, launched with a holdout, and its two arms are shown', async () => {
  const { page } = desk
  const stage = await bestStage()
  assert.ok(stage.reachable > 0, 'somebody can be reached')
  await page.goto('/campaigns')
  await page.getByTestId('new-campaign').click()
  await page.getByTestId('audience-stages').getByRole('checkbox').nth(stage.n).check()
  await page.getByTestId('campaign-name').fill('秋季上新')
  await page.getByTestId('campaign-subject').fill('秋天的第一批货到了')
  await page.getByTestId('campaign-body').fill('为您留好了，到店或在商城下单都行。')
  await eventually(() => number(page, 'forecast-selected').catch(() => 0), (shown) => shown === stage.selected)
  assert.equal(await number(page, 'forecast-reachable'), stage.reachable)
  await shot(page, 'console-campaign-new')
  await page.getByTestId('launch').click()
  await page.getByTestId('launch-says').waitFor()
  await shot(page, 'console-campaign-launch')
  await page.getByTestId('launch-confirm').click()
  await page.waitForURL(/\/campaigns\/cmp_/)

  const id = page.url().match(/cmp_\w+/)[0]
  const { counts, holdout_bp } = await eventually(() => office('GET', `/api/v1/campaigns/${id}`), (now) => now.state === 'done', { within: 60_000 })
  assert.ok(holdout_bp > 0)
  assert.equal(counts.selected, stage.selected)
  const assigned = stage.reachable + stage.holdout
  assert.equal(counts.sent + counts.holdout, assigned)
  const spread = Math.sqrt((assigned * holdout_bp * (10_000 - holdout_bp)) / 1e8)
  assert.ok(Math.abs(counts.holdout - (assigned * holdout_bp) / 10_000) < 4 * spread, `${counts.holdout} of ${assigned} held out`)
  assert.equal(counts.sent + counts.failed + counts.skipped + counts.holdout, counts.selected)
  assert.ok(counts.holdout > 0)
  await page.reload()
  await page.getByTestId('arms').waitFor()
  assert.equal(await number(page, 'count-selected'), counts.selected)
  assert.equal(await number(page, 'count-sent'), counts.sent)
  const { arms } = await office('GET', `/api/v1/campaigns/${id}/results`)
  assert.deepEqual(arms.map(({ arm }) => arm).sort(), ['holdout', 'treated'])
  const shown = (await page.getByTestId('arms').innerText()).replace(/[,，]/g, '')
  for (const { persons } of arms) assert.ok(shown.includes(String(persons)))
  await shot(page, 'console-campaign-results')
  await desk.done()
})

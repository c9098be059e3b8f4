// Questions: asked on the page, answered by the API; from a number to its people, and from them to a segment.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { api } from '../api.js'
import { accessible, fitsWidth, gone, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, desk
before(async () => {
  browser = await launch()
  office = await api()
  desk = await person(browser)
  await signIn(desk.page)
})
after(async () => {
  await desk?.done()
  await browser?.close()
})

const number = (text) => Number(text.replace(/[^\d]/g, ''))
const event = (name) => ({ name, where: [] })
const common = { range: { days: 90 }, segment: null, rule: null, by: null, top: 5 }
const funnel = { ...common, steps: ['order.placed', 'order.paid', 'order.completed'].map(event), window: { n: 7, unit: 'day' }, order: 'strict', count: 'persons' }
const kinds = ['funnel', 'retention', 'paths', 'trend', 'distribution', 'interval', 'rfm', 'cohorts']

/** The answer on the page is the one to the question in the form. */
const fresh = (page) => page.locator('[data-testid=answer][data-fresh=true][aria-busy=false]').waitFor()

async function open(page, path) {
  await page.goto(`/ask/${path}`)
  await fresh(page)
}

async function choose(page, field, option) {
  await page.getByTestId(field).click()
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: option }).first().click()
  await gone(page, '.ant-select-dropdown:visible')
}

test('a funnel shows what the API answers', async () => {
  const { page } = desk
  await open(page, 'funnel')
  const { groups: [{ steps }] } = await office('POST', '/api/v1/ask/funnel', funnel)
  assert.ok(steps[0].persons > steps[2].persons && steps[2].persons > 0)
  for (const [n, step] of steps.entries()) assert.equal(number(await page.getByTestId(`funnel-reached-${n}`).innerText()), step.persons)
  const lost = steps[0].persons - steps[1].persons
  assert.equal(number(await page.getByTestId('funnel-dropped-1').innerText()), lost)
  await shot(page, 'ask-funnel')
})

test('who is lost between two steps becomes a segment of just these people', async () => {
  const { page } = desk
  await open(page, 'funnel')
  const lost = number(await page.getByTestId('funnel-dropped-1').innerText())
  await page.getByTestId('funnel-dropped-1').click()
  await page.getByTestId('people-count').getByText(/\d/).waitFor()
  assert.equal(number(await page.getByTestId('people-count').innerText()), lost)
  const name = `流失 ${Date.now()}`
  await page.getByTestId('people-name').fill(name)
  await shot(page, 'ask-people')
  await accessible(page)
  await page.getByTestId('people-save').click()
  await page.getByTestId('people-done').waitFor()
  await page.getByTestId('people-open').click()
  await page.waitForURL(/\/segments\/seg_/)
  const segment = await office('GET', `/api/v1/segments/${page.url().match(/seg_\w+/)[0]}`)
  assert.deepEqual([segment.name, segment.size, segment.kind], [name, lost, 'static'])
})

test('the question is in the address: a link asks it again, and back takes the change back', async () => {
  const { page } = desk
  await open(page, 'funnel')
  const before = await page.getByTestId('funnel-reached-2').innerText()
  await choose(page, 'ask-range', '近一年')
  await fresh(page)
  await choose(page, 'ask-order', /不分先后/)
  await fresh(page)
  const after = await page.getByTestId('funnel-reached-2').innerText()
  const { groups: [{ steps }] } = await office('POST', '/api/v1/ask/funnel', { ...funnel, range: { days: 365 }, order: 'any' })
  assert.equal(number(after), steps[2].persons)
  const link = page.url()
  assert.match(link, /order=any/)

  const other = await person(browser)
  await signIn(other.page)
  await other.page.goto(link)
  await fresh(other.page)
  assert.equal(await other.page.getByTestId('funnel-reached-2').innerText(), after)
  await other.done()

  // Changes within a moment are one step of the history; this one may have been one or two.
  while (new URL(page.url()).search) await page.goBack()
  await fresh(page)
  assert.equal(await page.getByTestId('funnel-reached-2').innerText(), before)
})

test('a question that is changed gives up the earlier one, and its answer stays until the new one is there', async () => {
  const { page } = desk
  await open(page, 'trend')
  const old = await page.getByTestId('data').innerText()
  const givenUp = page.waitForEvent('requestfailed', (request) => request.url().includes('/ask/trend') && request.postData().includes('"week"'))
  let release
  const held = new Promise((go) => (release = go))
  await page.route('**/api/v1/ask/trend', async (route) => {
    if (route.request().postData().includes('"week"')) await held
    await route.continue().catch(() => undefined)
  })
  await choose(page, 'ask-unit', '按周')
  await page.locator('[data-testid=answer][data-fresh=false]').waitFor()
  assert.equal(await page.getByTestId('data').innerText(), old)
  await choose(page, 'ask-unit', '按月')
  assert.match((await givenUp).failure().errorText, /ABORTED/)
  release()
  await fresh(page)
  await page.unroute('**/api/v1/ask/trend')
  const { buckets } = await office('POST', '/api/v1/ask/trend', { ...common, range: { days: 30 }, event: event('order.paid'), measure: { sum: 'value' }, unit: 'month' })
  assert.equal(await page.getByTestId('data').locator('tbody tr').count(), buckets.length + 1)
})

test('a question that is not answered says why and keeps the earlier answer', async () => {
  const { page } = desk
  await open(page, 'trend')
  const old = await page.getByTestId('data').innerText()
  await page.route('**/api/v1/ask/trend', (route) => route.fulfill({
    status: 422, contentType: 'application/problem+json', body: JSON.stringify({ code: 'invalid', title: 'Invalid', detail: 'top: 太多', status: 422 }),
  }))
  await choose(page, 'ask-unit', '按周')
  await page.getByTestId('refused').waitFor()
  assert.match(await page.getByTestId('refused').innerText(), /太多/)
  assert.equal(await page.getByTestId('data').innerText(), old)
  await page.unroute('**/api/v1/ask/trend')
  await accessible(page)
})

test('what is being written is not asked before it is whole', async () => {
  const { page } = desk
  await open(page, 'funnel')
  const asked = []
  page.on('request', (request) => request.url().includes('/ask/funnel') && asked.push(request))
  await page.getByTestId('add-step').click()
  await page.getByTestId('lack').waitFor()
  assert.equal(await page.getByTestId('answer').getAttribute('data-fresh'), 'false')
  assert.equal(asked.length, 0)
})

test('every kind of question: what it shows is what it gives as a file, CSV and Parquet', async (at) => {
  const { page } = desk
  for (const kind of kinds) {
    await at.test(kind, async () => {
      await open(page, kind)
      await page.getByTestId('chart').waitFor()
      for (const format of ['CSV', 'Parquet']) {
        await page.getByTestId('download').click()
        const [file] = await Promise.all([page.waitForEvent('download'), page.locator('.ant-dropdown:visible').getByText(`下载 ${format}`).click()])
        assert.equal(file.suggestedFilename(), `${kind}.${format.toLowerCase()}`)
        const bytes = await readFile(await file.path())
        if (format === 'Parquet') assert.deepEqual([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()], ['PAR1', 'PAR1'])
        else assert.ok(bytes.toString().trim().split('\n').length > 1, bytes.toString())
      }
    })
  }
})

test('the people behind a number are as many as it says', async (at) => {
  const { page } = desk
  const cells = [
    ['retention', 'retention-cell'], ['distribution', 'bin'], ['interval', 'bin'], ['rfm', 'rfm-5-1'], ['rfm', 'rfm-group'], ['paths', 'path-node'], ['cohorts', 'revenue-cohort'],
  ]
  for (const [kind, testid] of cells) {
    await at.test(`${kind}: ${testid}`, async () => {
      await open(page, kind)
      if (kind === 'retention') await page.getByTestId('data').locator('.ant-segmented-item').last().click()
      const cell = page.locator(`button[data-testid=${testid}]`).first()
      const shown = number(testid === 'rfm-5-1' ? await cell.locator('strong').innerText() : await cell.innerText())
      await cell.click()
      await page.getByTestId('people-count').getByText(/\d/).waitFor()
      assert.equal(number(await page.getByTestId('people-count').innerText()), shown)
      await page.keyboard.press('Escape')
    })
  }
})

test('only some people, broken down: the same question through the API', async () => {
  const { page } = desk
  const rule = { all: [{ stage: { any: ['repurchase'] } }] }
  await open(page, `trend?rule=${encodeURIComponent(JSON.stringify(rule))}&by=${encodeURIComponent('{"store":true}')}&measure=persons`)
  const { groups } = await office('POST', '/api/v1/ask/trend', { ...common, range: { days: 30 }, rule, by: { store: true }, event: event('order.paid'), measure: 'persons', unit: 'day' })
  assert.ok(groups.length > 1)
  assert.equal(await page.getByTestId('data').locator('thead th').count(), groups.length + 1)
  await accessible(page)
  await shot(page, 'ask-trend-by-store')
})

test('a question that is kept is found on the page where questions start', async () => {
  const { page } = desk
  await open(page, 'rfm?range=%7B%22days%22%3A180%7D')
  const link = page.url()
  await page.getByTestId('keep').click()
  await page.getByTestId('keep-name').fill('半年 RFM')
  await page.getByTestId('keep-save').click()
  await page.goto('/ask')
  await page.getByTestId('kept').getByText('半年 RFM').click()
  await fresh(page)
  assert.equal(page.url(), link)
})

test('on a phone', async () => {
  const visitor = await person(browser, { viewport: phone })
  await signIn(visitor.page)
  await open(visitor.page, 'funnel')
  await visitor.page.getByTestId('funnel-dropped-1').tap()
  await visitor.page.getByTestId('people-count').getByText(/\d/).waitFor()
  await shot(visitor.page, 'ask-people-phone')
  await fitsWidth(visitor.page)
  await visitor.done()
})

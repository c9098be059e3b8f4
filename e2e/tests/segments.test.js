// A segment from a template or from nothing: the number follows the keys, people can be explained, lists and set algebra.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { api, eventually } from '../api.js'
import { accessible, desktop, fitsWidth, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office, desk
before(async () => {
  browser = await launch()
  office = await api()
})
after(async () => {
  await desk?.done()
  await browser?.close()
})

const digits = (text) => Number(text.replace(/\D/g, ''))
const count = async (rule) => (await office('POST', '/api/v1/segments/count', { rule })).count
const live = (page) => page.getByTestId('live-count')

/** Waits until the number belongs to the rule on the screen, and answers both. */
async function settledCount(page) {
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]')?.dataset.settled === 'true')
  return { rule: JSON.parse(await live(page).getAttribute('data-rule')), shown: digits(await live(page).innerText()) }
}

/** What Enter would take is this; the choices come from the server. */
const offered = (page, name) => page.locator('.ant-select-item-option-active:visible', { hasText: name }).waitFor()

/** Adds a condition as with the keyboard: letters of its name, then Enter when the list has it. */
async function add(page, name) {
  await page.getByTestId('add-rule').last().locator('input').focus()
  await page.keyboard.type(name)
  await offered(page, name)
  await page.keyboard.press('Enter')
}

async function newRule(page) {
  await page.goto('/segments/new')
  await live(page).waitFor()
}

async function saveAs(page, name) {
  await page.getByTestId('segment-name').fill(name)
  await page.getByTestId('segment-save').click()
  await page.waitForURL(/\/segments\/seg_\w+$/)
  return page.url().match(/seg_\w+/)[0]
}

test('a template becomes a segment, whose size is that of the server', async () => {
  desk = await person(browser)
  const { page } = desk
  // Going on by address leaves unsaved rules behind: the browser asks, yes.
  page.on('dialog', (dialog) => void dialog.accept())
  await signIn(page)
  await page.goto('/segments')
  await page.getByTestId('new-segment').click()
  await page.getByRole('menu').getByText('按条件圈人').click()
  await page.waitForURL(/\/segments\/new/)
  await live(page).waitFor()
  const everyone = await settledCount(page)
  assert.equal(everyone.shown, await count({ all: [] }))
  await page.getByTestId('template-first').click()
  assert.match(await page.getByTestId('rule-sentence').innerText(), /订单数.*1.*最近下单时间.*30 天/s)
  assert.equal(await page.getByTestId('segment-name').inputValue(), '首单后 30 天未复购')
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="rule-leaf"]').length === 2)
  const { rule, shown } = await settledCount(page)
  assert.equal(shown, await count(rule))
  await page.getByTestId('segment-save').click()
  await page.waitForURL(/\/segments\/seg_\w+$/)
  const id = page.url().match(/seg_\w+/)[0]
  const saved = await eventually(() => office('GET', `/api/v1/segments/${id}`), (segment) => segment.state === 'live')
  assert.deepEqual(saved.rule, rule)
  await eventually(async () => digits(await page.getByTestId('segment-size').innerText()), (size) => size === shown)
  assert.match(await page.getByTestId('exact-at').innerText(), /数据截至 .*\d\d:\d\d:\d\d/)
  await shot(page, 'console-segment-walk')
})

test('the number follows the keys: at most 100 ms after the last one', async () => {
  const { page } = desk
  await newRule(page)
  await add(page, '订单数')
  const box = page.getByTestId('rule-leaf').getByTestId('number')
  await box.waitFor()
  await box.focus()
  await page.evaluate(() => {
    const measured = { pressed: 0, took: [] }
    globalThis.measured = measured
    document.addEventListener('keydown', () => { measured.pressed = performance.now() }, true)
    new MutationObserver(() => requestAnimationFrame(() => measured.took.push(performance.now() - measured.pressed)))
      .observe(document.querySelector('[data-testid="live-count"]'), { attributes: true, attributeFilter: ['data-answers'] })
  })
  const keys = ['1', '2', 'Backspace', '0', 'Backspace', '5', 'Backspace', '3', 'Backspace', '1']
  for (const [n, key] of keys.entries()) {
    await page.keyboard.press(key)
    await page.waitForFunction((wanted) => globalThis.measured.took.length >= wanted, n + 1)
  }
  const took = await page.evaluate(() => globalThis.measured.took)
  const median = [...took].sort((a, b) => a - b)[Math.floor(took.length / 2)]
  console.log(`  key to number on the screen: median ${median.toFixed(1)} ms of ${took.map((ms) => ms.toFixed(0)).join(', ')}`)
  assert.ok(median <= 100, `median ${median} ms`)
  const { rule, shown } = await settledCount(page)
  assert.deepEqual(rule, { all: [{ attr: { key: 'orders', test: { between: { min: 11, max: null } } } }] })
  assert.equal(shown, await count(rule))
})

test('typing fast cancels what was asked before; only the last answer is shown', async () => {
  const { page } = desk
  const cancelled = []
  const listen = (request) => request.url().endsWith('/segments/count') && cancelled.push(request.postData())
  page.on('requestfailed', listen)
  await page.route('**/api/v1/segments/count', async (route) => {
    await new Promise((later) => setTimeout(later, 150))
    await route.continue().catch(() => undefined)
  })
  await page.getByTestId('rule-leaf').getByTestId('number').focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('203', { delay: 30 })
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]').dataset.rule.includes('203'))
  const { rule, shown } = await settledCount(page)
  await page.unroute('**/api/v1/segments/count')
  page.off('requestfailed', listen)
  assert.equal(shown, await count(rule))
  assert.ok(cancelled.length >= 2, `${cancelled.length} were cancelled`)
})

test('conditions by keyboard alone: add, group, turn around, move, remove', async () => {
  const { page } = desk
  await newRule(page)
  await add(page, '订单数')
  const first = page.getByTestId('rule-leaf').first().getByTestId('number')
  await first.focus()
  await page.keyboard.type('2')
  await page.keyboard.press('Control+Enter')
  await page.keyboard.type('生命周期')
  await page.keyboard.press('Enter')
  await page.getByTestId('rule-leaf').nth(1).waitFor()
  await page.keyboard.type('沉默')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  assert.equal((await settledCount(page)).rule.all.length, 2)
  await page.keyboard.press('Alt+ArrowUp')
  const moved = await settledCount(page)
  assert.deepEqual(moved.rule.all[0], { stage: { any: ['silent'], days: null } })
  await page.getByTestId('rule-leaf').first().getByTestId('negate').click()
  await page.getByTestId('group-kind').first().click()
  await page.getByRole('option', { name: '任意一个' }).or(page.locator('.ant-select-item-option', { hasText: '任意一个' })).last().click()
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]').dataset.rule.startsWith('{"any"'))
  const turned = await settledCount(page)
  assert.deepEqual(turned.rule.any[0], { not: { stage: { any: ['silent'], days: null } } })
  assert.equal(turned.shown, await count(turned.rule))
  await page.getByTestId('rule-leaf').nth(1).getByTestId('number').focus()
  await page.keyboard.press('Control+Backspace')
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="rule-leaf"]').length === 1)
  await shot(page, 'console-segment-builder')
  await accessible(page)
})

test('what somebody did, counted in a window, with a limit on a property', async () => {
  const { page } = desk
  await newRule(page)
  await add(page, '做过 付款')
  const leaf = page.getByTestId('rule-leaf')
  await leaf.waitFor()
  await leaf.getByTestId('span').fill('365')
  await leaf.getByTestId('where-add').click()
  await leaf.getByTestId('prop').locator('input').focus()
  await page.keyboard.type('金额')
  await offered(page, '金额')
  await page.keyboard.press('Enter')
  await leaf.getByTestId('number').first().fill('50')
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]').dataset.rule.includes('5000'))
  const { rule, shown } = await settledCount(page)
  assert.deepEqual(rule.all[0].event.event, { name: 'order.paid', where: [{ key: 'value', test: { between: { min: 5000, max: null } } }] })
  assert.deepEqual(rule.all[0].event.window, { last: { n: 365, unit: 'day' } })
  assert.equal(shown, await count(rule))
  assert.match(await page.getByTestId('rule-sentence').innerText(), /最近 365 天内「付款」（金额至少 ¥50\.00）过/)
})

test('leaving with changes asks first; a rule without a name or with open conditions is not saved', async () => {
  const { page } = desk
  await page.locator('nav a[href="/segments"]').first().click()
  const ask = page.getByRole('dialog')
  await ask.getByText('改动还没有保存').waitFor()
  await ask.getByRole('button', { name: '继续编辑' }).click()
  assert.match(page.url(), /\/segments\/new$/)
  await page.getByTestId('segment-save').click()
  await page.getByText('请填写人群名称').waitFor()
  await add(page, '标签')
  await page.getByTestId('count-open').waitFor()
  await page.getByTestId('segment-name').fill('不该存下的')
  await page.getByTestId('segment-save').click()
  await page.getByText('还有条件没填完').first().waitFor()
  await page.locator('nav a[href="/segments"]').first().click()
  await ask.getByRole('button', { name: '不保存，离开' }).click()
  await page.waitForURL(/\/segments$/)
  const all = await office('GET', '/api/v1/segments?limit=200')
  assert.ok(!all.items.some((each) => each.name === '不该存下的'))
})

let buyers
test('a member is explained, and so is somebody who is not one', async () => {
  const { page } = desk
  await newRule(page)
  await add(page, '订单数')
  await page.getByTestId('rule-leaf').getByTestId('number').fill('3')
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]').dataset.rule.includes('"min":3'))
  const { shown } = await settledCount(page)
  buyers = await saveAs(page, '买过三次的人')
  await eventually(() => office('GET', `/api/v1/segments/${buyers}`), (segment) => segment.state === 'live' && segment.size === shown)
  await page.goto(`/segments/${buyers}?tab=members`)
  await page.getByTestId('member-link').first().waitFor()
  const member = (await office('GET', `/api/v1/segments/${buyers}/members?limit=1`)).items[0]
  assert.ok(member.orders >= 3)
  await page.goto(`/segments/${buyers}?tab=why&person=${member.id}`)
  const verdict = page.getByTestId('why-verdict')
  await verdict.waitFor()
  assert.equal(await verdict.getAttribute('data-in'), 'true')
  assert.match(await page.getByTestId('why-tree').innerText(), /订单数至少 3/)
  await shot(page, 'console-segment-why')
  const other = (await office('GET', '/api/v1/persons?stage=new&limit=1')).items[0]
  await page.goto(`/segments/${buyers}?tab=why&person=${other.id}`)
  await verdict.waitFor()
  assert.equal(await verdict.getAttribute('data-in'), 'false')
  await page.goto(`/persons/${member.id}`)
  await page.locator(`[data-testid="person-segment"][href*="${buyers}"]`, { hasText: '买过三次的人' }).click()
  await page.waitForURL(new RegExp(`${buyers}\\?tab=why`))
  assert.equal(await verdict.getAttribute('data-in'), 'true')
})

test('editing says who would enter, leave and stay, before it is saved', async () => {
  const { page } = desk
  const before = await office('GET', `/api/v1/segments/${buyers}`)
  await page.goto(`/segments/${buyers}/edit`)
  await page.getByTestId('moves-stay').waitFor()
  await page.getByTestId('rule-leaf').getByTestId('number').fill('4')
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]').dataset.rule.includes('"min":4'))
  const { shown } = await settledCount(page)
  const move = async (name) => digits(await page.getByTestId(`moves-${name}`).innerText())
  assert.equal(await move('enter'), 0)
  assert.equal(await move('stay'), shown)
  assert.equal(await move('leave'), before.size - shown)
  await page.getByTestId('segment-save').click()
  await page.waitForURL(new RegExp(`/segments/${buyers}$`))
  const after = await eventually(() => office('GET', `/api/v1/segments/${buyers}`), (segment) => segment.state === 'live' && segment.size === shown)
  assert.equal(after.version, before.version + 1)
})

let listed, difference
test('a pasted list becomes a fixed segment; who is not known is told', async () => {
  const { page } = desk
  const people = (await office('GET', '/api/v1/persons?stage=repurchase&limit=5')).items
  await page.goto('/segments')
  await page.getByTestId('new-segment').click()
  await page.getByRole('menu').getByText('固定名单', { exact: true }).click()
  await page.getByTestId('static-name').fill('门店邀请名单')
  await page.getByTestId('static-keys').fill([...people.map((each) => each.id), people[0].id, 'nobody@nowhere.test'].join('\n'))
  assert.match(await page.getByTestId('static-read').innerText(), /6 个标识.*重复 1 个/s)
  await page.getByTestId('static-make').click()
  const made = page.getByTestId('static-made')
  await made.waitFor()
  assert.match(await made.innerText(), /5 人.*1 个标识.*nobody@nowhere\.test/s)
  listed = (await office('GET', '/api/v1/segments?q=' + encodeURIComponent('门店邀请名单'))).items[0]
  assert.equal(listed.kind, 'static')
  assert.equal(listed.size, 5)
})

test('two segments overlap as the server says, and their difference is a segment that follows', async () => {
  const { page } = desk
  await page.goto(`/segments/combine?ids=${buyers},${listed.id}`)
  await page.getByTestId('part-11').waitFor()
  const { sizes, cells } = await office('POST', '/api/v1/segments/overlap', { ids: [buyers, listed.id] })
  const cell = (a, b) => cells.find((each) => each.in[0] === a && each.in[1] === b)?.count ?? 0
  assert.equal(digits(await page.getByTestId('part-11').innerText()), cell(true, true))
  assert.equal(cell(true, true) + cell(false, true), sizes[1])
  await page.getByTestId('operation').getByText('差集').click()
  await page.waitForFunction(() => document.querySelector('[data-testid="live-count"]').dataset.rule.includes('"not"'))
  const { shown } = await settledCount(page)
  assert.equal(shown, cell(true, false))
  await page.getByTestId('combine-name').fill('买过四次、不在名单上')
  await page.getByTestId('combine-save').click()
  await page.waitForURL(/\/segments\/seg_\w+$/)
  difference = page.url().match(/seg_\w+/)[0]
  const made = await eventually(() => office('GET', `/api/v1/segments/${difference}`), (segment) => segment.state === 'live')
  assert.equal(made.size, shown)
  assert.match(await page.getByTestId('segment-says').innerText(), /属于人群「买过三次的人」/)
})

test('history, portrait and use of a segment open at both widths', async (at) => {
  for (const [as, viewport] of [['desktop', desktop], ['phone', phone]]) {
    const visitor = await person(browser, { viewport })
    await signIn(visitor.page)
    for (const tab of ['size', 'members', 'portrait', 'why', 'use']) {
      await at.test(`${tab} on ${as}`, async () => {
        await visitor.page.goto(`/segments/${buyers}?tab=${tab}`)
        await visitor.page.getByTestId('segment-says').waitFor()
        await shot(visitor.page, `console-segment-${tab}-${as}`)
        await fitsWidth(visitor.page)
        await accessible(visitor.page)
        assert.equal(await visitor.page.getByTestId('failed').count(), 0)
      })
    }
    await visitor.done()
  }
})

async function archive(page, id) {
  await page.goto(`/segments/${id}`)
  await page.getByTestId('segment-more').click()
  await page.locator('.ant-dropdown-menu-item', { hasText: '归档' }).click()
  const ask = page.getByRole('dialog')
  await ask.getByText(/ 人将不再属于/).waitFor()
  const said = await ask.innerText()
  await ask.getByRole('button', { name: /^归\s*档$/ }).click()
  return said
}

const kept = async () => (await office('GET', '/api/v1/segments?limit=200')).items.filter((each) => each.state !== 'archived').map((each) => each.id)

test('archiving asks first and is refused while another segment looks at this one; then the list no longer has it', async () => {
  const { page } = desk
  assert.match(await archive(page, listed.id), /5 人将不再属于/)
  await page.locator('.ant-message-error', { hasText: '买过四次、不在名单上' }).waitFor()
  assert.ok((await kept()).includes(listed.id))
  for (const id of [difference, listed.id]) {
    await archive(page, id)
    await page.waitForURL(/\/segments$/)
  }
  const left = await kept()
  assert.ok(left.includes(buyers) && !left.includes(listed.id) && !left.includes(difference))
})

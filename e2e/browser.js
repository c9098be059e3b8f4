// A browser in front of the server: sessions for console and mall, screenshots, and what must be true of every page.
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createRequire } from 'node:module'
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

export const url = process.env.WEIR_URL
export const staff = { email: 'demo@weir.test', password: 'weir-demo-2026' }
export const desktop = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

const shots = process.env.WEIR_SHOTS ?? path.join(import.meta.dirname, 'shots')
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** One browser for a test file; close it in `after`. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.WEIR_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  })
}

/** As the browser would name itself on a screen: headless ones are not counted as visitors. */
const people = (browser) => `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Safari/537.36`

/**
 * A person at a screen of their own: own cookies, own storage. `complaints` gathers what the browser
 * complained about (exceptions, console errors, answers of 5xx); `done()` asserts that there was nothing.
 */
export async function person(browser, { viewport = desktop, locale = 'zh-CN', dark = false } = {}) {
  const mobile = viewport.width < 600
  const context = await browser.newContext({
    baseURL: url, viewport, locale, timezoneId: 'Asia/Shanghai', userAgent: people(browser),
    colorScheme: dark ? 'dark' : 'light', isMobile: mobile, hasTouch: mobile, deviceScaleFactor: mobile ? 2 : 1,
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(`console: ${message.text()}`)
  })
  page.on('response', (answer) => {
    if (answer.status() >= 500) complaints.push(`${answer.status()} from ${answer.url()}`)
  })
  return {
    page,
    complaints,
    async done() {
      await context.close()
      assert.deepEqual(complaints, [])
    },
  }
}

/** A screenshot as `<name>.png`; waits until nothing is being loaded any more. */
export async function shot(page, name) {
  await settled(page)
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: path.join(shots, `${name}.png`) })
}

/** No request for half a second, fonts loaded, and no skeleton left. */
export async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready)
  await page.waitForFunction(() => !document.querySelector('.ant-skeleton-active, .ant-spin-spinning'))
}

/** Waits until nothing of this is there any more: what closes is seen for a moment yet. */
export async function gone(page, selector) {
  for (const until = Date.now() + 5_000; (await page.locator(selector).count()) > 0; await page.waitForTimeout(20)) {
    assert.ok(Date.now() < until, `${selector} is still there`)
  }
}

/**
 * Fails on anything that axe rates serious or critical. Two parts that Ant Design draws are left out, whose roles are not
 * ours to choose, and one rule that takes every icon and badge inside a link for a part of its name.
 */
export async function accessible(page) {
  await settled(page)
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(
      { exclude: [['.ant-table-measure-row'], ['.ant-tabs-nav']] },
      { resultTypes: ['violations'], rules: { 'label-content-name-mismatch': { enabled: false } } },
    )
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')} (${nodes.length})`)
  })
  assert.deepEqual(found, [], `on ${page.url()}`)
}

/** Nothing may stick out to the side of a page. */
export async function fitsWidth(page) {
  await settled(page)
  const [content, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
  assert.ok(content <= view, `${page.url()} is ${content} px wide on a screen of ${view}`)
}

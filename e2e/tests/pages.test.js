// Every place of the console, at both widths: it opens without a complaint of the browser, fits its screen, has no serious
// fault of accessibility, and is photographed.
import { after, before, test } from 'node:test'
import { api } from '../api.js'
import { accessible, desktop, fitsWidth, launch, person, phone, shot } from '../browser.js'
import { signIn } from '../console.js'

let browser, office
before(async () => {
  browser = await launch()
  office = await api()
})
after(() => browser?.close())

const first = async (list) => (await office('GET', `/api/v1/${list}`)).items[0].id
const places = {
  home: () => '/',
  persons: () => '/persons',
  person: async () => `/persons/${await first('persons?stage=repurchase')}`,
  pools: () => '/pools',
  segments: () => '/segments',
  'segment-new': () => '/segments/new',
  combine: () => '/segments/combine',
  tags: () => '/tags',
  attributes: () => '/attributes',
  stages: () => '/stages',
  rfm: () => '/rfm',
  sync: () => '/sync',
  duplicates: () => '/duplicates',
  touchpoints: () => '/touchpoints',
  touchpoint: async () => `/touchpoints/${await first('touchpoints')}`,
  ask: () => '/ask',
  'ask-funnel': () => '/ask/funnel',
  'ask-retention': () => '/ask/retention',
  'ask-paths': () => '/ask/paths',
  'ask-trend': () => '/ask/trend',
  'ask-distribution': () => '/ask/distribution',
  'ask-interval': () => '/ask/interval',
  'ask-rfm': () => '/ask/rfm',
  'ask-cohorts': () => '/ask/cohorts',
  campaigns: () => '/campaigns',
  campaign: async () => `/campaigns/${await first('campaigns')}`,
  orders: () => '/orders',
  order: async () => `/orders/${await first('orders')}`,
  products: () => '/products',
  product: async () => `/products/${await first('products')}`,
  promoters: () => '/promoters',
  ledger: () => '/ledger',
  imports: () => '/imports',
  events: () => '/events',
  quarantine: () => '/quarantine',
  stores: () => '/stores',
  staff: () => '/staff',
  keys: () => '/keys',
  audit: () => '/audit',
  erasures: () => '/erasures',
  health: () => '/health',
  settings: () => '/settings',
}

const screens = [
  { as: 'desktop-zh', viewport: desktop, locale: 'zh-CN' },
  { as: 'desktop-en-dark', viewport: desktop, locale: 'en-GB', dark: true },
  { as: 'phone-zh', viewport: phone, locale: 'zh-CN' },
]

for (const { as, ...screen } of screens) {
  test(`the console on ${as}`, async (at) => {
    const visitor = await person(browser, screen)
    const { page } = visitor
    await at.test('sign in', async () => {
      await page.goto('/sign-in')
      await page.getByTestId('sign-in').waitFor()
      await shot(page, `console-sign-in-${as}`)
      await fitsWidth(page)
      await accessible(page)
    })
    await signIn(page)
    for (const [name, path] of Object.entries(places)) {
      await at.test(name, async () => {
        await page.goto(await path())
        await page.getByTestId('page-title').waitFor()
        await shot(page, `console-${name}-${as}`)
        await fitsWidth(page)
        await accessible(page)
      })
    }
    await visitor.done()
  })
}

const mallPages = ['home', 'category', 'cart', 'me', 'orders', 'inbox', 'signin', 'search']
for (const locale of ['zh', 'en']) {
  test(`the mall on a phone, ${locale}`, async (at) => {
    const visitor = await person(browser, { viewport: phone })
    const { page } = visitor
    for (const name of mallPages) {
      await at.test(name, async () => {
        await page.goto(`/m/?lang=${locale}#/pages/${name}`)
        await page.reload()
        await page.locator('.page:visible').waitFor()
        await shot(page, `mall-${name}-${locale}`)
        await fitsWidth(page)
        await accessible(page)
      })
    }
    await visitor.done()
  })
}

/** Every question and act of the admin API that the console uses, each checked against the server's document. */
import type { Client } from './client'
import type * as t from './types'
import { asker, type Ask, type Body } from './typed'

type Of<T> = Promise<T>
/** An answer whose closed sets have names; the rest must be what the document says. */
const named = <T>(answer: Promise<unknown>) => answer as Promise<T>
const at = <Id extends string>(id: Id) => ({ path: { id } })

export function admin(client: Client) {
  const ask = asker(client)
  return {
    session: {
      open: (body: Body<'post', '/api/v1/session'>): Of<t.Me> => ask('post', '/api/v1/session', { body }),
      close: () => ask('delete', '/api/v1/session'),
      me: (): Of<t.Me> => ask('get', '/api/v1/me'),
    },
    brand: {
      save: (body: Body<'patch', '/api/v1/brand'>): Of<t.Brand> => ask('patch', '/api/v1/brand', { body }),
      previewStages: (query: Ask<'get', '/api/v1/stage-preview'>): Of<t.StagePreview> => ask('get', '/api/v1/stage-preview', { query }),
    },
    stores: {
      list: (query: Ask<'get', '/api/v1/stores'>) => named<t.List<t.Store>>(ask('get', '/api/v1/stores', { query })),
      create: (body: Body<'post', '/api/v1/stores'>) => named<t.Store>(ask('post', '/api/v1/stores', { body })),
      save: (id: string, body: Body<'patch', '/api/v1/stores/{id}'>) => named<t.Store>(ask('patch', '/api/v1/stores/{id}', { ...at(id), body })),
    },
    staff: {
      list: (): Of<t.List<t.Staff>> => ask('get', '/api/v1/staff'),
      create: (body: Body<'post', '/api/v1/staff'>): Of<t.Staff> => ask('post', '/api/v1/staff', { body }),
      save: (id: string, body: Body<'patch', '/api/v1/staff/{id}'>): Of<t.Staff> => ask('patch', '/api/v1/staff/{id}', { ...at(id), body }),
      roles: (): Of<{ items: t.RoleGrant[] }> => ask('get', '/api/v1/roles'),
    },
    keys: {
      list: () => named<t.List<t.Key>>(ask('get', '/api/v1/keys')),
      create: (body: Body<'post', '/api/v1/keys'>) => named<t.KeyMade>(ask('post', '/api/v1/keys', { body })),
      revoke: (id: string) => ask('delete', '/api/v1/keys/{id}', at(id)),
    },
    audit: { list: (query: Ask<'get', '/api/v1/audit'>) => named<t.List<t.Event>>(ask('get', '/api/v1/audit', { query })) },

    touchpoints: {
      kinds: () => named<{ items: t.Kind[] }>(ask('get', '/api/v1/touchpoint-kinds')),
      list: (query: Ask<'get', '/api/v1/touchpoints'>) => named<t.List<t.Touchpoint>>(ask('get', '/api/v1/touchpoints', { query })),
      create: (body: Body<'post', '/api/v1/touchpoints'>) => named<t.Touchpoint>(ask('post', '/api/v1/touchpoints', { body })),
      one: (id: string) => named<t.Touchpoint>(ask('get', '/api/v1/touchpoints/{id}', at(id))),
      /** What is absent stays; null takes a store or an owner away. */
      save: (id: string, body: Partial<Body<'patch', '/api/v1/touchpoints/{id}'>>) =>
        named<t.Touchpoint>(ask('patch', '/api/v1/touchpoints/{id}', { ...at(id), body: body as Body<'patch', '/api/v1/touchpoints/{id}'> })),
      costs: (id: string): Of<{ items: t.Cost[] }> => ask('get', '/api/v1/touchpoints/{id}/costs', at(id)),
      addCost: (id: string, body: Body<'post', '/api/v1/touchpoints/{id}/costs'>): Of<t.Cost> =>
        ask('post', '/api/v1/touchpoints/{id}/costs', { ...at(id), body }),
      removeCost: (id: string, cost_id: string) => ask('delete', '/api/v1/touchpoints/{id}/costs/{cost_id}', { path: { id, cost_id } }),
      funnel: (id: string) => named<t.TouchpointFunnel>(ask('get', '/api/v1/touchpoints/{id}/funnel', at(id))),
      qrUrl: (id: string, format: 'svg' | 'png', size?: number) =>
        client.url(`/api/v1/touchpoints/{id}/qr.${format}`, { ...at(id), query: { size } }),
    },
    imports: {
      list: (query: Ask<'get', '/api/v1/imports'>) => named<t.List<t.Import>>(ask('get', '/api/v1/imports', { query })),
      upload: (kind: t.ImportKind, name: string, raw: Blob) =>
        named<t.Import>(ask('post', '/api/v1/imports', { query: { kind, name }, raw, headers: { 'content-type': 'text/csv' } })),
      one: (id: string) => named<t.Import>(ask('get', '/api/v1/imports/{id}', at(id))),
      start: (id: string, { mapping, ...rest }: { mapping: Record<string, string>; encoding: t.Import['encoding']; dry_run: boolean }) =>
        named<t.Import>(ask('post', '/api/v1/imports/{id}/start', { ...at(id), body: { ...rest, mapping: mapping as Record<string, never> } })),
      cancel: (id: string) => named<t.Import>(ask('post', '/api/v1/imports/{id}/cancel', at(id))),
      rejects: (id: string): Of<{ items: t.Reject[] }> => ask('get', '/api/v1/imports/{id}/rejects', at(id)),
      rejectsUrl: (id: string) => client.url('/api/v1/imports/{id}/rejects.csv', at(id)),
    },

    persons: {
      list: (query: Ask<'get', '/api/v1/persons'>): Of<t.List<t.PersonRow>> => ask('get', '/api/v1/persons', { query }),
      one: (id: string) => named<t.Person>(ask('get', '/api/v1/persons/{id}', at(id))),
      create: (body: Body<'post', '/api/v1/persons'>) => named<t.Person>(ask('post', '/api/v1/persons', { body })),
      save: (id: string, body: Body<'patch', '/api/v1/persons/{id}'>) => named<t.Person>(ask('patch', '/api/v1/persons/{id}', { ...at(id), body })),
      tag: (id: string, tag: string) => ask('post', '/api/v1/persons/{id}/tags', { ...at(id), body: { tag } }),
      untag: (id: string, tag: string) => ask('delete', '/api/v1/persons/{id}/tags/{tag}', { path: { id, tag } }),
      tags: (): Of<{ items: t.TagCount[] }> => ask('get', '/api/v1/tags'),
      consent: (id: string, body: Body<'post', '/api/v1/persons/{id}/consents'>) => ask('post', '/api/v1/persons/{id}/consents', { ...at(id), body }),
      timeline: (id: string, query: Ask<'get', '/api/v1/persons/{id}/timeline'>) =>
        named<t.List<t.Event>>(ask('get', '/api/v1/persons/{id}/timeline', { ...at(id), query })),
      money: (id: string): Of<t.PersonMoney> => ask('get', '/api/v1/persons/{id}/money', at(id)),
      grow: (id: string): Of<t.PersonGrow> => ask('get', '/api/v1/persons/{id}/grow', at(id)),
    },

    campaigns: {
      list: (query: Ask<'get', '/api/v1/campaigns'>): Of<t.List<t.Campaign>> => ask('get', '/api/v1/campaigns', { query }),
      one: (id: string): Of<t.Campaign> => ask('get', '/api/v1/campaigns/{id}', at(id)),
      create: (body: Body<'post', '/api/v1/campaigns'>): Of<t.Campaign> => ask('post', '/api/v1/campaigns', { body }),
      save: (id: string, body: Body<'patch', '/api/v1/campaigns/{id}'>): Of<t.Campaign> => ask('patch', '/api/v1/campaigns/{id}', { ...at(id), body }),
      launch: (id: string): Of<t.Campaign> => ask('post', '/api/v1/campaigns/{id}/launch', at(id)),
      cancel: (id: string): Of<t.Campaign> => ask('post', '/api/v1/campaigns/{id}/cancel', at(id)),
      forecast: (body: Body<'post', '/api/v1/campaigns/forecast'>): Of<t.Forecast> => ask('post', '/api/v1/campaigns/forecast', { body }),
      results: (id: string) => named<t.CampaignResults>(ask('get', '/api/v1/campaigns/{id}/results', at(id))),
      messages: (id: string, query: Ask<'get', '/api/v1/campaigns/{id}/messages'>): Of<t.List<t.Message>> =>
        ask('get', '/api/v1/campaigns/{id}/messages', { ...at(id), query }),
      sandboxMails: (query: Ask<'get', '/api/v1/sandbox/mails'> = {}): Of<t.List<t.SandboxMail>> => ask('get', '/api/v1/sandbox/mails', { query }),
    },

    products: {
      list: (query: Ask<'get', '/api/v1/products'>) => named<t.List<t.Product>>(ask('get', '/api/v1/products', { query })),
      one: (id: string) => named<t.Product>(ask('get', '/api/v1/products/{id}', at(id))),
      create: (body: Body<'post', '/api/v1/products'>) => named<t.Product>(ask('post', '/api/v1/products', { body })),
      save: (id: string, body: Body<'patch', '/api/v1/products/{id}'>) => named<t.Product>(ask('patch', '/api/v1/products/{id}', { ...at(id), body })),
      categories: (): Of<{ items: t.Category[] }> => ask('get', '/api/v1/categories'),
      stock: (sku: string): Of<{ items: t.StoreStock[] }> => ask('get', '/api/v1/skus/{id}/stock', at(sku)),
      adjust: (sku: string, body: Body<'post', '/api/v1/skus/{id}/stock'>): Of<t.StoreStock> => ask('post', '/api/v1/skus/{id}/stock', { ...at(sku), body }),
    },
    orders: {
      list: (query: Ask<'get', '/api/v1/orders'>) => named<t.List<t.OrderRow>>(ask('get', '/api/v1/orders', { query })),
      one: (id: string) => named<t.Order>(ask('get', '/api/v1/orders/{id}', at(id))),
      move: (id: string, move: Exclude<t.OrderMove, 'refund'>) => named<t.Order>(ask('post', `/api/v1/orders/{id}/${move}`, at(id))),
      refund: (id: string, body: Body<'post', '/api/v1/orders/{id}/refunds'>) => named<t.Order>(ask('post', '/api/v1/orders/{id}/refunds', { ...at(id), body })),
    },

    grow: {
      promoters: (query: Ask<'get', '/api/v1/promoters'>): Of<t.List<t.Promoter>> => ask('get', '/api/v1/promoters', { query }),
      ledger: () => named<t.Ledger>(ask('get', '/api/v1/ledger')),
      entries: (query: Ask<'get', '/api/v1/ledger/entries'>): Of<t.List<t.LedgerEntry>> => ask('get', '/api/v1/ledger/entries', { query }),
    },
    measure: {
      overview: (): Of<t.Overview> => ask('get', '/api/v1/overview'),
      pool: (weeks: number): Of<{ weeks: t.PoolWeek[] }> => ask('get', '/api/v1/measure/pool', { query: { weeks } }),
      cohorts: (months: number): Of<{ cohorts: t.Cohort[] }> => ask('get', '/api/v1/measure/cohorts', { query: { months } }),
      touchpoints: (): Of<{ items: t.TouchpointMeasure[] }> => ask('get', '/api/v1/measure/touchpoints'),
      campaigns: (): Of<{ items: t.CampaignMeasure[] }> => ask('get', '/api/v1/measure/campaigns'),
      money: (): Of<t.MoneyMeasure> => ask('get', '/api/v1/measure/money'),
    },
  }
}

export type Admin = ReturnType<typeof admin>

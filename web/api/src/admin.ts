/** Every question and act of the admin API that the console uses, as typed functions. */
import type { Client, Query } from './client'
import type * as t from './types'

type Page = { cursor?: string | undefined; limit?: number }
const at = (id: string) => ({ path: { id } })

export function admin(client: Client) {
  const get = <T>(path: string, query?: Query) => client.call<T>('GET', path, query ? { query } : {})
  const getOf = <T>(path: string, id: string, query?: Query) =>
    client.call<T>('GET', path, query ? { ...at(id), query } : at(id))
  const post = <T>(path: string, body?: unknown) => client.call<T>('POST', path, body === undefined ? {} : { body })
  const postTo = <T>(path: string, id: string, body?: unknown) =>
    client.call<T>('POST', path, body === undefined ? at(id) : { ...at(id), body })
  const patch = <T>(path: string, id: string, body: unknown) => client.call<T>('PATCH', path, { ...at(id), body })
  const remove = (path: string, values: Record<string, string>) => client.call<void>('DELETE', path, { path: values })

  return {
    session: {
      open: (body: { email: string; password: string }) => post<t.Me>('/api/v1/session', body),
      close: () => client.call<void>('DELETE', '/api/v1/session'),
      me: () => get<t.Me>('/api/v1/me'),
    },
    brand: {
      save: (body: { name?: string; timezone?: string; settings?: t.Settings }) =>
        client.call<t.Brand>('PATCH', '/api/v1/brand', { body }),
      previewStages: (query: { silent_days: number; churned_days: number }) =>
        get<t.StagePreview>('/api/v1/stage-preview', query),
    },
    stores: {
      list: (query: Page & { q?: string | undefined }) => get<t.List<t.Store>>('/api/v1/stores', query),
      create: (body: { code: string; name: string; city?: string | null }) => post<t.Store>('/api/v1/stores', body),
      save: (id: string, body: { name?: string; city?: string | null; active?: boolean }) =>
        patch<t.Store>('/api/v1/stores/{id}', id, body),
    },
    staff: {
      list: (query: Page = {}) => get<t.List<t.Staff>>('/api/v1/staff', query),
      create: (body: { name: string; email: string; role: t.Role; password: string; store_ids: string[] }) =>
        post<t.Staff>('/api/v1/staff', body),
      save: (
        id: string,
        body: { name?: string; role?: t.Role; store_ids?: string[]; active?: boolean; password?: string },
      ) => patch<t.Staff>('/api/v1/staff/{id}', id, body),
      roles: () => get<{ items: t.RoleGrant[] }>('/api/v1/roles'),
    },
    keys: {
      list: () => get<t.List<t.Key>>('/api/v1/keys'),
      create: (body: { name: string; scope: t.Key['scope'] }) => post<t.KeyMade>('/api/v1/keys', body),
      revoke: (id: string) => remove('/api/v1/keys/{id}', { id }),
    },
    audit: { list: (query: Page) => get<t.List<t.Event>>('/api/v1/audit', query) },

    touchpoints: {
      kinds: () => get<{ items: t.Kind[] }>('/api/v1/touchpoint-kinds'),
      list: (query: Page & { q?: string; kind?: string; store?: string }) =>
        get<t.List<t.Touchpoint>>('/api/v1/touchpoints', query),
      create: (body: { kind: string; name: string; store_id?: string; owner_id?: string; landing?: string }) =>
        post<t.Touchpoint>('/api/v1/touchpoints', body),
      one: (id: string) => getOf<t.Touchpoint>('/api/v1/touchpoints/{id}', id),
      save: (
        id: string,
        body: {
          name?: string
          status?: t.Touchpoint['status']
          store_id?: string | null
          owner_id?: string | null
          landing?: string
        },
      ) => patch<t.Touchpoint>('/api/v1/touchpoints/{id}', id, body),
      costs: (id: string) => getOf<{ items: t.Cost[] }>('/api/v1/touchpoints/{id}/costs', id),
      addCost: (
        id: string,
        body: { kind: t.Cost['kind']; amount_fen: number; from_day: string; to_day?: string | null; note?: string | null },
      ) => postTo<t.Cost>('/api/v1/touchpoints/{id}/costs', id, body),
      removeCost: (id: string, cost: string) => remove('/api/v1/touchpoints/{id}/costs/{cost}', { id, cost }),
      funnel: (id: string) => getOf<t.TouchpointFunnel>('/api/v1/touchpoints/{id}/funnel', id),
      qrUrl: (id: string, format: 'svg' | 'png', size?: number) =>
        client.url(`/api/v1/touchpoints/{id}/qr.${format}`, { ...at(id), query: { size } }),
    },
    imports: {
      list: (query: Page) => get<t.List<t.Import>>('/api/v1/imports', query),
      upload: (kind: t.ImportKind, name: string, raw: Blob) =>
        client.call<t.Import>('POST', '/api/v1/imports', {
          query: { kind, name },
          raw,
          headers: { 'content-type': 'text/csv' },
        }),
      one: (id: string) => getOf<t.Import>('/api/v1/imports/{id}', id),
      start: (
        id: string,
        body: { mapping: Record<string, string>; encoding?: t.Import['encoding']; dry_run: boolean },
      ) => postTo<t.Import>('/api/v1/imports/{id}/start', id, body),
      cancel: (id: string) => postTo<t.Import>('/api/v1/imports/{id}/cancel', id),
      rejects: (id: string) => getOf<{ items: t.Reject[] }>('/api/v1/imports/{id}/rejects', id),
      rejectsUrl: (id: string) => client.url('/api/v1/imports/{id}/rejects.csv', at(id)),
      quarantine: (query: Page) => get<t.List<t.Quarantined>>('/api/v1/quarantine', query),
    },

    persons: {
      list: (
        query: Page & {
          q?: string
          stage?: string
          tag?: string
          touchpoint?: string
          /** A group of touchpoint kinds, or `none`. */
          group?: string
          store?: string
          reachable?: string
          sort?: string
        },
      ) => get<t.List<t.PersonRow>>('/api/v1/persons', query),
      one: (id: string) => getOf<t.Person>('/api/v1/persons/{id}', id),
      create: (body: {
        name?: string
        phone?: string
        email?: string
        portrait?: Record<string, string | null>
        tags?: string[]
      }) => post<t.Person>('/api/v1/persons', body),
      save: (
        id: string,
        body: { name?: string; phone?: string; email?: string; portrait?: Record<string, string | null> },
      ) => patch<t.Person>('/api/v1/persons/{id}', id, body),
      tag: (id: string, tag: string) => postTo<void>('/api/v1/persons/{id}/tags', id, { tag }),
      untag: (id: string, tag: string) => remove('/api/v1/persons/{id}/tags/{tag}', { id, tag }),
      tags: () => get<{ items: t.TagCount[] }>('/api/v1/tags'),
      consent: (id: string, body: { purpose: string; channel: string; status: t.ConsentStatus; proof: string }) =>
        postTo<void>('/api/v1/persons/{id}/consents', id, body),
      timeline: (id: string, query: Page & { name?: string }) =>
        getOf<t.List<t.Event>>('/api/v1/persons/{id}/timeline', id, query),
      money: (id: string) => getOf<t.PersonMoney>('/api/v1/persons/{id}/money', id),
      grow: (id: string) => getOf<t.PersonGrow>('/api/v1/persons/{id}/grow', id),
    },

    campaigns: {
      list: (query: Page & { q?: string; state?: string }) => get<t.List<t.Campaign>>('/api/v1/campaigns', query),
      one: (id: string) => getOf<t.Campaign>('/api/v1/campaigns/{id}', id),
      create: (body: t.CampaignDraft) => post<t.Campaign>('/api/v1/campaigns', body),
      save: (id: string, body: Partial<t.CampaignDraft>) => patch<t.Campaign>('/api/v1/campaigns/{id}', id, body),
      launch: (id: string) => postTo<t.Campaign>('/api/v1/campaigns/{id}/launch', id),
      cancel: (id: string) => postTo<t.Campaign>('/api/v1/campaigns/{id}/cancel', id),
      forecast: (body: { channel: t.Channel; audience: t.Audience; holdout_bp: number }) =>
        post<t.Forecast>('/api/v1/campaigns/forecast', body),
      results: (id: string) => getOf<t.CampaignResults>('/api/v1/campaigns/{id}/results', id),
      messages: (id: string, query: Page & { arm?: string; state?: string }) =>
        getOf<t.List<t.Message>>('/api/v1/campaigns/{id}/messages', id, query),
      sandboxMails: (query: Page = {}) => get<t.List<t.SandboxMail>>('/api/v1/sandbox/mails', query),
    },

    products: {
      list: (query: Page & { q?: string; category?: string; status?: string }) =>
        get<t.List<t.Product>>('/api/v1/products', query),
      one: (id: string) => getOf<t.Product>('/api/v1/products/{id}', id),
      create: (body: t.ProductDraft) => post<t.Product>('/api/v1/products', body),
      save: (id: string, body: Partial<t.ProductDraft>) => patch<t.Product>('/api/v1/products/{id}', id, body),
      categories: () => get<{ items: t.Category[] }>('/api/v1/categories'),
      stock: (sku: string) => getOf<{ items: t.StoreStock[] }>('/api/v1/skus/{id}/stock', sku),
      adjust: (sku: string, body: { store_id: string; delta: number; reason: string }) =>
        postTo<t.StoreStock>('/api/v1/skus/{id}/stock', sku, body),
    },
    orders: {
      list: (
        query: Page & { q?: string; state?: string; store?: string; person?: string; source?: string },
      ) => get<t.List<t.OrderRow>>('/api/v1/orders', query),
      one: (id: string) => getOf<t.Order>('/api/v1/orders/{id}', id),
      move: (id: string, move: Exclude<t.OrderMove, 'refund'>) => postTo<t.Order>(`/api/v1/orders/{id}/${move}`, id),
      refund: (id: string, body: { lines?: { n: number; quantity: number }[]; reason: string }) =>
        postTo<t.Order>('/api/v1/orders/{id}/refunds', id, body),
    },

    grow: {
      promoters: (query: Page) => get<t.List<t.Promoter>>('/api/v1/promoters', query),
      ledger: () => get<t.Ledger>('/api/v1/ledger'),
      entries: (query: Page & { account?: string }) => get<t.List<t.LedgerEntry>>('/api/v1/ledger/entries', query),
    },
    measure: {
      overview: () => get<t.Overview>('/api/v1/overview'),
      pool: (weeks: number) => get<{ weeks: t.PoolWeek[] }>('/api/v1/measure/pool', { weeks }),
      cohorts: (months: number) => get<{ cohorts: t.Cohort[] }>('/api/v1/measure/cohorts', { months }),
      touchpoints: () => get<{ items: t.TouchpointMeasure[] }>('/api/v1/measure/touchpoints'),
      campaigns: () => get<{ items: t.CampaignMeasure[] }>('/api/v1/measure/campaigns'),
      money: () => get<t.MoneyMeasure>('/api/v1/measure/money'),
    },
  }
}

export type Admin = ReturnType<typeof admin>

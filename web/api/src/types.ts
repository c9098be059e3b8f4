/**
 * The nouns of Weir as they travel over HTTP, taken from `schema.d.ts` (which is generated from the server's OpenAPI document),
 * so that drift is a compile error. Money is integer fen, times are UTC milliseconds.
 */
import type { components } from './schema'

type Schemas = components['schemas']

/** The server writes every field of an answer, null when there is no value; the document marks those as optional. */
export type Whole<T> = T extends (infer U)[]
  ? Whole<U>[]
  : T extends object
    ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T

/** Some closed sets are plain texts in the document; here they are named. A field that is gone does not compile. */
type Closed<T, C extends { [K in keyof C]: K extends keyof T ? T[K] : never }> = Omit<T, keyof C> & C

/** A free-form object of the document, with what it holds said. */
type Opened<T, K extends keyof T, V> = Omit<T, K> & Record<K, V>

export interface List<T> { items: T[]; next: string | null; total: number | null }
export interface Ref { id: string; name: string }
export type PersonRef = Whole<Schemas['PersonRef']>

export const STAGES = ['prospect', 'new', 'first_order', 'repurchase', 'silent', 'churned'] as const satisfies Schemas['Stage'][]
export type Stage = Schemas['Stage']
export type StageCounts = Whole<Schemas['StageCounts']>

// keep
export type Settings = Whole<Schemas['Settings']>
export type Brand = Whole<Schemas['Brand']>
export type Role = Schemas['Role']
export type Me = Whole<Schemas['Me']>
export type StagePreview = Whole<Schemas['StagePreview']>
export type Store = Closed<Whole<Schemas['Store']>, { kind: 'hq' | 'store' }>
export type Staff = Whole<Schemas['StaffRow']>
export type RoleGrant = Whole<Schemas['RoleRow']>
export type Key = Closed<Whole<Schemas['Key']>, { scope: 'ingest' | 'admin' }>
export type KeyMade = Closed<Whole<Schemas['NewKey']>, { key: Key }>
export type Event = Opened<Whole<Schemas['Event']>, 'props', Record<string, unknown>>

// gather
export type Kind = Closed<
  Whole<Schemas['Kind']>,
  { line: 'online' | 'offline'; nature: 'social' | 'commercial'; strength: 'strong' | 'weak' }
>
export type Touchpoint = Closed<Whole<Schemas['Touchpoint']>, { status: 'active' | 'paused' }>
export type Cost = Whole<Schemas['Cost']>
export type FunnelStep = Closed<Whole<Schemas['TouchpointStep']>, { step: 'visited' | 'followed' | 'joined' | 'first_order' | 'repurchase' }>
export type TouchpointFunnel = Closed<Whole<Schemas['TouchpointFunnel']>, { steps: FunnelStep[] }>
export type ImportKind = 'persons' | 'products' | 'orders' | 'stores' | 'touchpoints'
export type ImportState = 'uploaded' | 'checking' | 'checked' | 'running' | 'done' | 'cancelled' | 'failed'
export type Import = Opened<
  Closed<Whole<Schemas['Import']>, { kind: ImportKind; state: ImportState; encoding: 'utf-8' | 'gbk' }>,
  'mapping',
  Record<string, string>
>
export type Reject = Whole<Schemas['Rejected']>

// know
export type PersonRow = Whole<Schemas['PersonRow']>
export type PersonMoney = Whole<Schemas['PersonMoney']>
export type ConsentStatus = 'granted' | 'denied' | 'withdrawn'
export type Consent = Closed<Whole<Schemas['Consent']>, { status: ConsentStatus }>
export type Person = Closed<Whole<Schemas['Person']>, { consents: Consent[]; portrait: Record<string, string | null> }>
export type TagCount = Whole<Schemas['TagCount']>
export type PersonGrow = Whole<Schemas['Grow']>

// reach
export type Audience = NonNullable<Schemas['Audience']>
export type Channel = Schemas['Channel']
export type CampaignState = Schemas['CampaignState']
export type Campaign = Whole<Schemas['Campaign']>
export type CampaignDraft = Schemas['AddCampaign']
export type Forecast = Whole<Schemas['Forecast']>
export type Arm = Closed<Whole<Schemas['Arm']>, { arm: Schemas['CampaignArm'] }>
export type CampaignResults = Closed<Whole<Schemas['CampaignResults']>, { arms: Arm[] }>
export type MessageState = Schemas['MessageState']
export type Message = Whole<Schemas['Message']>
export type SandboxMail = Whole<Schemas['SandboxMail']>

// sell
export type Sku = Whole<Schemas['Sku']>
export type Product = Closed<Whole<Schemas['Product']>, { status: 'on_sale' | 'off_sale' }>
export type ProductDraft = Schemas['AddProduct']
export type Category = Whole<Schemas['Category']>
export type StoreStock = Whole<Schemas['StockRow']>
export type OrderState = Schemas['State']
export type OrderMove = 'ready' | 'fulfil' | 'complete' | 'cancel' | 'refund'
type OrderSets = { source: 'mall' | 'import' | 'api'; delivery: 'pickup' | 'delivery' }
export type OrderRow = Closed<Whole<Schemas['OrderRow']>, OrderSets>
export type OrderLine = Whole<Schemas['OrderLine']>
export type OrderCommission = Closed<Whole<Schemas['OrderCommission']>, { state: 'pending' | 'payable' | 'reversed' }>
export type Order = Closed<Whole<Schemas['OrderPage']>, OrderSets & { commission: OrderCommission[] }>
export type Address = Whole<Schemas['Address']>

// grow
export type Promoter = Whole<Schemas['Promoter']>
export type Account = Closed<Whole<Schemas['AccountRow']>, { side: 'debit' | 'credit' }>
export type Ledger = Closed<Whole<Schemas['Books']>, { accounts: Account[] }>
export type LedgerEntry = Whole<Schemas['EntryRow']>

// measure
export type FlowNode = Whole<Schemas['FlowNode']>
export type FlowLink = Whole<Schemas['FlowLink']>
export type Flow = Whole<Schemas['Flow']>
export type Overview = Whole<Schemas['Overview']>
export type PoolWeek = Whole<Schemas['PoolWeek']>
export type Cohort = Whole<Schemas['Cohort']>
export type TouchpointMeasure = Whole<Schemas['TouchpointMeasure']>
export type CampaignMeasure = Whole<Schemas['CampaignMeasure']>
export type MoneyMeasure = Whole<Schemas['Money']>

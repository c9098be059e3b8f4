/** The nouns of Weir as they travel over HTTP. Money is integer fen, times are UTC milliseconds. */

export interface List<T> { items: T[]; next: string | null; total?: number }
export interface Ref { id: string; name: string }

export const STAGES = ['prospect', 'new', 'first_order', 'repurchase', 'silent', 'churned'] as const
export type Stage = (typeof STAGES)[number]
export type StageCounts = Record<Stage, number>

export interface Settings {
  silent_days: number
  churned_days: number
  commission_bp: number
  return_days: number
  order_ttl_minutes: number
  holdout_bp: number
  freight_fen: number
  free_freight_fen: number
}
export interface Brand {
  id: string
  code: string
  name: string
  timezone: string
  currency: string
  sandbox: boolean
  settings: Settings
}
export type Role = 'owner' | 'operator' | 'store_manager' | 'guide' | 'read_only'
export interface Me {
  staff: { id: string; name: string; email: string; role: Role }
  stores: Ref[] | null
  brand: Brand
}
export interface StagePreview { now: StageCounts; then: StageCounts; moving: number }
export interface Store {
  id: string
  code: string
  name: string
  kind: 'hq' | 'store'
  city: string | null
  active: boolean
  persons: number
  orders: number
  revenue_fen: number
}
export interface Staff {
  id: string
  name: string
  email: string
  role: Role
  stores: Ref[]
  active: boolean
  last_seen_at: number | null
  created_at: number
}
export interface RoleGrant { role: Role; may: string[] }
export interface Key {
  id: string
  name: string
  scope: 'ingest' | 'admin'
  prefix: string
  created_at: number
  last_used_at: number | null
  revoked_at: number | null
}
export interface KeyMade { key: Key; secret: string }
export interface Event {
  id: string
  name: string
  at: number
  received_at: number
  source: string
  person_id: string | null
  person_name: string | null
  touchpoint: Ref | null
  store: Ref | null
  actor: string | null
  actor_name: string | null
  value_fen: number | null
  props: Record<string, unknown>
}

export interface Kind {
  code: string
  zh: string
  en: string
  group: string
  group_zh: string
  group_en: string
  line: 'online' | 'offline'
  nature: 'social' | 'commercial'
  platform: string
  strength: 'strong' | 'weak'
}
export interface Touchpoint {
  id: string
  code: string
  kind: string
  name: string
  status: 'active' | 'paused'
  store: Ref | null
  owner: Ref | null
  landing: string
  url: string
  created_at: number
  visits: number
  people: number
  cost_fen: number
  revenue_fen: number
}
export interface Cost {
  id: string
  kind: 'fixed' | 'per_day' | 'per_head'
  amount_fen: number
  from_day: string
  to_day: string | null
  note: string | null
}
export interface TouchpointFunnel {
  steps: { step: 'visited' | 'joined' | 'first_order' | 'repurchase'; people: number }[]
  cost_fen: number
  revenue_fen: number
  cac_fen: number | null
  roi_bp: number | null
  by_day: { day: string; visits: number; people: number; revenue_fen: number }[]
}
export type ImportKind = 'persons' | 'products' | 'orders' | 'stores'
export type ImportState = 'uploaded' | 'checking' | 'checked' | 'running' | 'done' | 'cancelled' | 'failed'
export interface Import {
  id: string
  kind: ImportKind
  name: string
  state: ImportState
  bytes: number
  encoding: 'utf-8' | 'gbk'
  columns: string[]
  fields: { field: string; required: boolean; zh: string; en: string }[]
  mapping: Record<string, string>
  sample: string[][]
  rows_total: number | null
  rows_done: number
  rows_ok: number
  rows_bad: number
  dry_run: boolean
  error: string | null
  created_at: number
  finished_at: number | null
}
export interface Reject { row: number; reason: string; raw: string }
export interface Quarantined { id: string; source: string; reason: string; detail: string; raw: string; received_at: number }

export interface PersonRow {
  id: string
  name: string | null
  phone: string | null
  email: string | null
  stage: Stage
  stage_since_at: number
  touchpoint: (Ref & { kind: string }) | null
  store: Ref | null
  tags: string[]
  orders: number
  paid_fen: number
  last_order_at: number | null
  last_seen_at: number | null
  joined_at: number | null
  created_at: number
  simulated: boolean
}
export interface PersonMoney {
  paid_fen: number
  refunded_fen: number
  cost_fen: number
  commission_fen: number
  clv_fen: number
  average_order_fen: number | null
  days_between_orders: number | null
}
export type ConsentStatus = 'granted' | 'denied' | 'withdrawn'
export interface Consent { purpose: string; channel: string; status: ConsentStatus; proof: string | null; at: number }
export interface Person extends PersonRow {
  portrait: Record<string, string | null>
  identities: { kind: string; value: string; strong: boolean; created_at: number }[]
  consents: Consent[]
  guide: Ref | null
  merged_ids: string[]
}
export interface TagCount { tag: string; persons: number }
export interface PersonGrow {
  code: string | null
  link: string | null
  referrer: Ref | null
  referred: { id: string; name: string | null; bound_at: number; orders: number; paid_fen: number }[]
  pending_fen: number
  payable_fen: number
  owed_fen: number
}

export interface Audience { stages?: Stage[]; tags?: string[]; touchpoints?: string[]; stores?: string[] }
export type Channel = 'inbox' | 'email'
export type CampaignState = 'draft' | 'sending' | 'done' | 'cancelled'
export interface Campaign {
  id: string
  name: string
  channel: Channel
  state: CampaignState
  subject: string
  body: string
  link: string | null
  audience: Audience
  holdout_bp: number
  cost_per_message_fen: number
  created_at: number
  started_at: number | null
  finished_at: number | null
  historical: boolean
  counts: {
    selected: number
    treated: number
    holdout: number
    sent: number
    failed: number
    skipped: number
    read: number
    clicked: number
    /** The connection broke while they were sent. */
    unknown: number
    /** Not attempted yet. */
    waiting: number
  }
}
export interface CampaignDraft {
  name: string
  channel: Channel
  subject: string
  body: string
  link?: string | null
  audience: Audience
  holdout_bp?: number
  cost_per_message_fen?: number
}
export interface Forecast {
  selected: number
  holdout: number
  reachable: number
  not_reachable: { reason: string; persons: number }[]
}
export interface Arm {
  arm: 'treated' | 'holdout'
  persons: number
  buyers: number
  orders: number
  revenue_fen: number
  revenue_per_person_fen: number
}
export interface CampaignResults {
  window_days: number
  primary: string
  arms: Arm[]
  incremental_fen: number | null
  incremental_low_fen: number | null
  incremental_high_fen: number | null
  cost_fen: number
  roi_bp: number | null
  srm_p: number | null
  srm_ok: boolean
  skipped: { reason: string; persons: number }[]
  by_day: { day: string; treated_fen: number; holdout_fen: number }[]
}
export type MessageState = 'intent' | 'sent' | 'failed' | 'skipped' | 'held_out' | 'unknown'
export interface Message {
  id: string
  person: { id: string; name: string | null }
  arm: 'treated' | 'holdout'
  state: MessageState
  reason: string | null
  sent_at: number | null
  read_at: number | null
  clicked_at: number | null
}
export interface SandboxMail { id: string; to: string; subject: string; body: string; at: number }

export interface Sku { id: string; code: string; name: string; price_fen: number; on_hand: number; held: number; available: number }
export interface Product {
  id: string
  code: string
  name: string
  name_en: string | null
  category: string
  category_zh: string
  category_en: string
  image: string | null
  description: string | null
  status: 'on_sale' | 'off_sale'
  price_from_fen: number
  stock_total: number
  sold: number
  skus: Sku[]
  created_at: number
}
export interface ProductDraft {
  code: string
  name: string
  name_en?: string | null
  category: string
  image?: string | null
  description?: string | null
  status: Product['status']
  skus: { id?: string; code: string; name: string; price_fen: number }[]
}
export interface Category { code: string; zh: string; en: string; products: number }
export interface StoreStock { store: Ref; on_hand: number; held: number; available: number }

export type OrderState =
  | 'placed' | 'closing' | 'paid' | 'paid_late' | 'ready' | 'fulfilled' | 'completed' | 'cancelled' | 'refunded'
export type OrderMove = 'ready' | 'fulfil' | 'complete' | 'cancel' | 'refund'
export interface OrderRow {
  id: string
  no: string
  state: OrderState
  source: 'mall' | 'import' | 'api'
  person: { id: string; name: string | null } | null
  store: Ref
  delivery: 'pickup' | 'delivery'
  total_fen: number
  refunded_fen: number
  units: number
  placed_at: number
  paid_at: number | null
}
export interface Address { name: string; phone: string; region: string; detail: string }
export interface OrderLine {
  n: number
  sku_id: string | null
  product_id: string | null
  name: string
  image: string | null
  quantity: number
  price_fen: number
  amount_fen: number
  refunded_quantity: number
  refunded_fen: number
}
export interface Order extends OrderRow {
  lines: OrderLine[]
  goods_fen: number
  freight_fen: number
  address: Address | null
  note: string | null
  pickup_code: string | null
  payments: { id: string; provider: string; state: string; amount_fen: number; at: number }[]
  refunds: { id: string; state: string; amount_fen: number; reason: string; at: number }[]
  referrer: { id: string; name: string | null } | null
  commission: {
    beneficiary: { id: string; name: string | null }
    state: 'pending' | 'payable' | 'reversed'
    amount_fen: number
    reversed_fen: number
  }[]
  history: { name: string; at: number; actor_name: string | null }[]
  expires_at: number | null
  moves: string[]
}

export interface Promoter {
  person: { id: string; name: string | null }
  code: string
  referred: number
  orders: number
  sales_fen: number
  pending_fen: number
  payable_fen: number
  owed_fen: number
}
export interface Account { code: string; name_zh: string; name_en: string; side: 'debit' | 'credit'; balance_fen: number }
export interface Ledger { balanced: boolean; broken: string[]; accounts: Account[] }
export interface LedgerEntry {
  id: string
  key: string
  at: number
  account: string
  debit_fen: number
  credit_fen: number
  balance_after_fen: number | null
}

export interface FlowNode { id: string; kind: 'source' | 'stage' | 'revenue'; zh: string; en: string }
export interface FlowLink { from: string; to: string; persons: number; value_fen: number | null; back: boolean }
export interface Flow { nodes: FlowNode[]; links: FlowLink[] }
export interface Overview {
  as_of: number
  reachable: number
  joined_week: number
  joined_prev_week: number
  active_month: number
  active_prev_month: number
  revenue_per_reachable_fen: number
  incremental_fen: number | null
  campaigns_measured: number
  stages: StageCounts
  gross_fen: number
  month_revenue_fen: number
  prev_month_revenue_fen: number
  repurchase_rate_bp: number
  flow: Flow
}
export interface PoolWeek { week: string; stages: StageCounts; joined: number; revenue_fen: number; orders: number; buyers: number }
export interface Cohort {
  month: string
  persons: number
  cells: ({ month_index: number; active: number; revenue_fen: number } | null)[]
}
export interface TouchpointMeasure {
  id: string
  name: string
  kind: string
  group_zh: string
  group_en: string
  visits: number
  people: number
  buyers: number
  cost_fen: number
  revenue_fen: number
  cac_fen: number | null
  clv_fen: number | null
  roi_bp: number | null
}
export interface CampaignMeasure {
  id: string
  name: string
  started_at: number | null
  treated: number
  holdout: number
  incremental_fen: number | null
  incremental_low_fen: number | null
  incremental_high_fen: number | null
  cost_fen: number
  roi_bp: number | null
  historical: boolean
}
export interface MoneyMeasure {
  cac_fen: number | null
  clv_fen: number | null
  repurchase_rate_bp: number
  gross_fen: number
  refunded_fen: number
  acquired: number
  buyers: number
  repeat_buyers: number
}

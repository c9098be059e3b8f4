/** What keys and codes are called, where the server leaves that to the reader. Without React, so that it can be tested. */
import type { Lang } from 'kit'
import type { AttrKind, Attribute } from './types'

type Both = readonly [zh: string, en: string]
const pick = (both: Both | undefined, lang: Lang, code: string) => both?.[lang === 'zh' ? 0 : 1] ?? code

/** Attributes that every brand has. */
const built: Record<string, readonly [zh: string, en: string, kind: AttrKind]> = {
  orders: ['订单数', 'orders', 'number'],
  net: ['净消费', 'net spend', 'money'],
  paid: ['累计消费', 'total spend', 'money'],
  first_order_at: ['首单时间', 'first order', 'date'],
  last_order_at: ['最近下单时间', 'last order', 'date'],
  joined_at: ['入池时间', 'joined', 'date'],
  created_at: ['首次出现时间', 'first seen', 'date'],
  last_seen_at: ['最近活跃时间', 'last seen', 'date'],
}

/** The attributes of the server, then those built in that it did not list. */
export function attributesOf(listed: Attribute[]): Attribute[] {
  const have = new Set(listed.map((each) => each.key))
  const named = listed.map((each) => {
    const own = built[each.key]
    return own ? { ...each, zh: own[0], en: own[1] } : each
  })
  const rest = Object.entries(built).filter(([key]) => !have.has(key)).map(([key, [zh, en, kind]]) => ({ key, zh, en, kind, values: [] }))
  return [...named, ...rest]
}

const props: Record<string, Both> = {
  value: ['金额', 'amount'], touchpoint: ['触点', 'touchpoint'], store: ['门店', 'store'], hour: ['几点（0–23）', 'hour (0–23)'], weekday: ['星期几（1–7）', 'weekday (1–7)'],
  sku: ['SKU', 'SKU'], product: ['商品', 'product'], product_id: ['商品', 'product'], category: ['类目', 'category'], quantity: ['件数', 'quantity'], brand: ['品牌', 'brand'], price: ['价格', 'price'],
  order: ['订单', 'order'], no: ['订单号', 'order number'], campaign: ['活动', 'campaign'], channel: ['渠道', 'channel'], path: ['页面路径', 'page path'], title: ['页面标题', 'page title'],
  url: ['网址', 'URL'], referrer: ['来源网址', 'referrer'], q: ['搜索词', 'search words'], from: ['原阶段', 'from'], to: ['新阶段', 'to'], tag: ['标签', 'tag'], purpose: ['用途', 'purpose'],
  status: ['状态', 'status'], reason: ['原因', 'reason'], kind: ['种类', 'kind'], name: ['名称', 'name'], coupon: ['优惠券', 'coupon'], subject: ['标题', 'subject'], source: ['来源', 'source'],
  amount_fen: ['金额（分）', 'amount in fen'], discount_fen: ['优惠（分）', 'discount in fen'], historical: ['历史数据', 'historical'], lines: ['明细', 'lines'], skus: ['SKU', 'SKUs'], categories: ['类目', 'categories'],
}
export const propName = (key: string, lang: Lang): string => pick(props[key], lang, key)

const codes: Record<string, Both> = {
  marketing: ['营销', 'marketing'], service: ['服务通知', 'service'], personalisation: ['个性化推荐', 'personalisation'], measurement: ['效果统计', 'measurement'],
  sharing: ['向第三方提供', 'sharing'], conversation_archive: ['会话存档', 'conversation archive'], sensitive_traits: ['敏感信息', 'sensitive traits'],
  inbox: ['站内信', 'mall inbox'], email: ['邮件', 'e-mail'], sms: ['短信', 'SMS'], wecom: ['企业微信', 'WeCom'], phone: ['电话', 'phone'],
}
export const consentName = (code: string, lang: Lang): string => pick(codes[code], lang, code)

const statuses: Record<string, Both> = { granted: ['已同意', 'granted'], denied: ['不同意', 'denied'], withdrawn: ['已撤回', 'withdrawn'] }
export const consentStatus = (code: string, lang: Lang): string => pick(statuses[code], lang, code)

const identities: Record<string, Both> = {
  phone: ['手机号', 'phone'], email: ['邮箱', 'e-mail'], openid: ['微信 openid', 'WeChat openid'], unionid: ['微信 unionid', 'WeChat unionid'], device: ['设备', 'device'], visitor: ['访客编号', 'visitor id'],
  external_userid: ['企业微信客户', 'WeCom customer'], user_id: ['用户编号', 'user id'], anonymous_id: ['匿名编号', 'anonymous id'], external_id: ['外部编号', 'external id'], member_no: ['会员号', 'member number'],
}
export const identityName = (kind: string, lang: Lang): string => pick(identities[kind], lang, kind)

const bounds: Record<string, Both> = { guide: ['导购', 'guide'], promoter: ['分销员', 'promoter'] }
export const boundName = (kind: string, lang: Lang): string => pick(bounds[kind], lang, kind)

const values: Record<string, Record<string, Both>> = {
  gender: { female: ['女', 'female'], male: ['男', 'male'], other: ['其他', 'other'], F: ['女', 'female'], M: ['男', 'male'], U: ['未知', 'unknown'] },
  marital_status: { married: ['已婚', 'married'], single: ['未婚', 'single'], unknown: ['未知', 'unknown'] },
}
/** A value of an attribute: the server's word, ours, or the value itself. */
export function valueName(attribute: Attribute, value: string, lang: Lang): string {
  const given = attribute.values.find((each) => each.value === value)?.[lang]
  return given || pick(values[attribute.key]?.[value.toLowerCase()] ?? values[attribute.key]?.[value], lang, value)
}

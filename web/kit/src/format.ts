/** Numbers and money as people read them: 12,480 in full; 1.25 万 or 12.5k where space is short. Money never meets a float. */

export type Lang = 'zh' | 'en'

const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const MINUS = '−'

const scales: Record<Lang, { from: number; unit: string }[]> = {
  zh: [
    { from: 1e8, unit: ' 亿' },
    { from: 1e4, unit: ' 万' },
  ],
  en: [
    { from: 1e9, unit: 'B' },
    { from: 1e6, unit: 'M' },
    { from: 1e3, unit: 'k' },
  ],
}

const symbols: Record<string, string> = { CNY: '¥', JPY: '¥', USD: '$', EUR: '€', GBP: '£', HKD: 'HK$' }
export const currencySymbol = (currency: string): string => symbols[currency] ?? `${currency} `

const withSign = (value: number, text: string) => (value < 0 ? MINUS + text : text)

/** 12480 → "12,480" */
export function count(value: number): string {
  return withSign(value, GROUPED.format(Math.abs(Math.round(value))))
}

/** Three significant digits, without zeros at the end: 1.25, 12.5, 125, 1,255. */
function significant(value: number): string {
  if (value >= 100) return GROUPED.format(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

/** 12480 → "1.25 万" or "12.5k"; small numbers stay whole. */
export function compact(value: number, lang: Lang): string {
  const size = Math.abs(value)
  const list = scales[lang]
  for (const [index, { from, unit }] of list.entries()) {
    // English keeps four digits whole (9,870), then 12.5k.
    if (size < (unit === 'k' ? 10_000 : from)) continue
    const text = significant(size / from)
    const larger = list[index - 1]
    if (larger && Number(text.replace(/,/g, '')) * from >= larger.from) return withSign(value, `1${larger.unit}`)
    return withSign(value, text + unit)
  }
  return count(value)
}

/** 1248000 fen → "¥12,480.00" */
export function money(fen: number, currency = 'CNY'): string {
  const size = Math.abs(fen)
  const cents = String(size % 100).padStart(2, '0')
  return withSign(fen, `${currencySymbol(currency)}${GROUPED.format(Math.floor(size / 100))}.${cents}`)
}

/** For cards and axes: "¥1.25 万", "$12.5k", and "¥86.40" while the amount is small. */
export function moneyCompact(fen: number, lang: Lang, currency = 'CNY'): string {
  const size = Math.abs(fen)
  if (size < 100_000) return money(fen, currency)
  return withSign(fen, currencySymbol(currency) + compact(Math.round(size / 100), lang))
}

/** For axes: no decimals. */
export function moneyAxis(fen: number, lang: Lang, currency = 'CNY'): string {
  return withSign(fen, currencySymbol(currency) + compact(Math.round(Math.abs(fen) / 100), lang))
}

/** Basis points: 1250 → "12.5%" */
export function percentBp(bp: number): string {
  const size = Math.abs(bp)
  const text = size >= 100_000 ? GROUPED.format(Math.round(size / 100)) : String(Number((size / 100).toFixed(1)))
  return withSign(bp, `${text}%`)
}

/** The part of a whole as a percentage; an empty whole has none. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '—' : percentBp(Math.round((part / whole) * 10_000))
}

/** "+12.5%" against an earlier value; null when there is nothing to compare with. */
export function change(now: number, before: number): string | null {
  if (before === 0) return null
  const bp = Math.round(((now - before) / Math.abs(before)) * 10_000)
  return bp > 0 ? `+${percentBp(bp)}` : percentBp(bp)
}

/** "+¥1.25 万": a gain or a loss, with its sign. */
export function signedMoney(fen: number, lang: Lang, currency = 'CNY'): string {
  return (fen > 0 ? '+' : '') + moneyCompact(fen, lang, currency)
}

/** What a person types, as fen, read digit by digit. Null when it is no amount. */
export function parseMoney(text: string): number | null {
  const clean = text.trim().replace(/[,，\s]/g, '').replace(/^[¥￥$€£]/, '')
  const match = /^(\d{1,12})(?:\.(\d{0,2}))?$/.exec(clean)
  if (!match) return null
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}

/** Fen as the plain text that a form field holds: 1250 → "12.50" */
export function moneyField(fen: number): string {
  const size = Math.abs(fen)
  return `${fen < 0 ? '-' : ''}${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`
}

/** 1536 → "1.5 KB" */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`
  if (value < 1024 ** 2) return `${Number((value / 1024).toFixed(1))} KB`
  return `${Number((value / 1024 ** 2).toFixed(1))} MB`
}

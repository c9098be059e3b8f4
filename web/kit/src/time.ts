/** Times in the brand's zone: relative within a day, then the date; the year only when it is another one. */
import type { Lang } from './format'

const locale: Record<Lang, string> = { zh: 'zh-CN', en: 'en-GB' }
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const cache = new Map<string, Intl.DateTimeFormat>()
function formatter(lang: Lang, timeZone: string, key: string, options: Intl.DateTimeFormatOptions) {
  const id = `${lang}|${timeZone}|${key}`
  let found = cache.get(id)
  if (!found) {
    found = new Intl.DateTimeFormat(locale[lang], { timeZone, ...options })
    cache.set(id, found)
  }
  return found
}

/** The civil day "2024-06-03" on which a moment falls in a zone. */
export function civilDay(at: number, timeZone: string): string {
  const parts = formatter('en', timeZone, 'civil', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(at)
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

export function clock(at: number, timeZone: string): string {
  return formatter('en', timeZone, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

/** A moment to its second; the day, too, when it is not today's. */
export function momentOf(at: number, lang: Lang, timeZone: string, now = Date.now()): string {
  const second = formatter('en', timeZone, 'second', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at)
  return civilDay(at, timeZone) === civilDay(now, timeZone) ? second : `${dayOf(at, lang, timeZone, now)} ${second}`
}

const sameYear = (at: number, now: number, zone: string) => civilDay(at, zone).slice(0, 4) === civilDay(now, zone).slice(0, 4)

/** "6月3日" or "2023年6月3日"; "3 Jun" or "3 Jun 2023". */
export function dayOf(at: number, lang: Lang, timeZone: string, now = Date.now()): string {
  const year = sameYear(at, now, timeZone) ? {} : ({ year: 'numeric' } as const)
  return formatter(lang, timeZone, `day${Object.keys(year).length}`, { ...year, month: 'short', day: 'numeric' }).format(at)
}

/** Day and clock, for lists of events. */
export function dateTime(at: number, lang: Lang, timeZone: string, now = Date.now()): string {
  return `${dayOf(at, lang, timeZone, now)} ${clock(at, timeZone)}`
}

/** "刚刚", "12 分钟前", "5 小时前", then the day and clock. Future moments within a day are "in 5 min". */
export function when(at: number, lang: Lang, timeZone: string, now = Date.now()): string {
  const gap = now - at
  const size = Math.abs(gap)
  if (size >= DAY) return dateTime(at, lang, timeZone, now)
  if (size < MINUTE) return lang === 'zh' ? '刚刚' : 'just now'
  const [value, unit] = size < HOUR ? [Math.floor(size / MINUTE), 'minute'] : [Math.floor(size / HOUR), 'hour']
  if (lang === 'zh') return `${value} ${unit === 'minute' ? '分钟' : '小时'}${gap > 0 ? '前' : '后'}`
  const short = unit === 'minute' ? 'min' : 'h'
  return gap > 0 ? `${value} ${short} ago` : `in ${value} ${short}`
}

const noon = (day: string) => Date.parse(`${day.length === 7 ? `${day}-01` : day}T12:00:00Z`)

/** A civil day "2024-06-03" for an axis: "6/3" or "3 Jun". */
export function shortDay(day: string, lang: Lang): string {
  if (lang === 'zh') return `${Number(day.slice(5, 7))}/${Number(day.slice(8, 10))}`
  return formatter(lang, 'UTC', 'short', { month: 'short', day: 'numeric' }).format(noon(day))
}

/** A civil day in full: "2024年6月3日" or "3 Jun 2024". */
export function fullDay(day: string, lang: Lang): string {
  return formatter(lang, 'UTC', 'full', { year: 'numeric', month: 'short', day: 'numeric' }).format(noon(day))
}

/** A month "2024-06": "2024年6月" or "Jun 2024". */
export function monthName(month: string, lang: Lang): string {
  return formatter(lang, 'UTC', 'month', { year: 'numeric', month: 'short' }).format(noon(month))
}

/** How long something has been so, in the largest whole unit: "3 天", "2 months". */
export function span(ms: number, lang: Lang): string {
  const days = Math.floor(ms / DAY)
  const [value, unit] =
    days >= 730 ? [Math.floor(days / 365), 'year'] : days >= 60 ? [Math.floor(days / 30), 'month'] : [days, 'day']
  if (value === 0) return lang === 'zh' ? '不到 1 天' : 'less than a day'
  if (lang === 'zh') return `${value} ${{ year: '年', month: '个月', day: '天' }[unit as 'year']}`
  return `${value} ${unit}${value === 1 ? '' : 's'}`
}

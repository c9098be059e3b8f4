import { useEffect, useState } from 'react'
import { now } from './api'
import { language } from './kept'
import { shop } from './shop'
import { words } from './words'

const two = (n: number) => String(n).padStart(2, '0')

interface Civil { year: number; month: number; date: number; hour: number; minute: number }

/** The wall clock in the brand's zone; in the phone's where the phone does not know zones (WeChat on some). */
function civil(at: number): Civil {
  const zone = shop.get()?.brand.timezone
  if (zone && typeof Intl !== 'undefined') {
    try {
      const parts = new Intl.DateTimeFormat('en-US', {
        timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
      }).formatToParts(new Date(at))
      const of = (type: string) => Number(parts.find((part) => part.type === type)?.value)
      return { year: of('year'), month: of('month'), date: of('day'), hour: of('hour'), minute: of('minute') }
    } catch { /* an unknown zone: the phone's is better than none */ }
  }
  const d = new Date(at)
  return { year: d.getFullYear(), month: d.getMonth() + 1, date: d.getDate(), hour: d.getHours(), minute: d.getMinutes() }
}

/** Relative within a day, a date otherwise. */
export function when(at: number): string {
  const t = words().ago
  const minutes = Math.floor((now() - at) / 60000)
  if (minutes < 1) return t.now
  if (minutes < 60) return t.minutes(minutes)
  if (minutes < 24 * 60) return t.hours(Math.floor(minutes / 60))
  return day(at)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function day(at: number): string {
  const { year, month, date } = civil(at)
  const other = year !== civil(now()).year
  if (language.get() === 'en') return `${date} ${months[month - 1]}${other ? ` ${year}` : ''}`
  return `${other ? `${year} 年 ` : ''}${month} 月 ${date} 日`
}

/** To the minute, for a receipt. */
export function moment(at: number): string {
  const { year, month, date, hour, minute } = civil(at)
  return `${year}-${two(month)}-${two(date)} ${two(hour)}:${two(minute)}`
}

/** 754000 ms → "12:34". */
export function clock(left: number): string {
  const s = Math.max(0, Math.ceil(left / 1000))
  const hours = Math.floor(s / 3600)
  return `${hours ? `${hours}:` : ''}${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
}

/** Milliseconds until `at`, counted down each second; null when there is nothing to wait for. */
export function useLeft(at: number | null | undefined): number | null {
  const [, tick] = useState(0)
  useEffect(() => {
    if (!at) return
    const timer = setInterval(() => tick((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [at])
  return at ? Math.max(0, at - now()) : null
}

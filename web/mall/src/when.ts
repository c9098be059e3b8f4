import { useEffect, useState } from 'react'
import { now } from './api'
import { language } from './kept'
import { words } from './words'

const two = (n: number) => String(n).padStart(2, '0')

/** Relative within a day, a date otherwise; in the phone's zone. */
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
  const d = new Date(at)
  const other = d.getFullYear() !== new Date(now()).getFullYear()
  if (language.get() === 'en') return `${d.getDate()} ${months[d.getMonth()]}${other ? ` ${d.getFullYear()}` : ''}`
  return `${other ? `${d.getFullYear()} 年 ` : ''}${d.getMonth() + 1} 月 ${d.getDate()} 日`
}

/** To the minute, for a receipt. */
export function moment(at: number): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`
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

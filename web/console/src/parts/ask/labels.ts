/** How the parts of an answer are called: groups, buckets of time, lengths of time, measures. */
import { useMemo } from 'react'
import { civilDay } from 'kit'
import { useFormat } from '@/parts/format'
import { useFields } from '@/parts/rule'
import { propName, valueName } from '@/parts/rule/names'
import { useAsk } from './words'
import type { By, Group, TrendMeasure, Unit } from './types'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The unit in which a length of time is read, and how many of them with at most one decimal. */
export function lengthOf(ms: number): { n: number; unit: 'second' | 'minute' | 'hour' | 'day' } {
  const round = (value: number) => (value >= 10 ? Math.round(value) : Number(value.toFixed(1)))
  if (ms < 59.5 * SECOND) return { n: Math.round(ms / SECOND), unit: 'second' }
  if (ms < 59.5 * MINUTE) return { n: round(ms / MINUTE), unit: 'minute' }
  if (ms < 47.5 * HOUR) return { n: round(ms / HOUR), unit: 'hour' }
  return { n: round(ms / DAY), unit: 'day' }
}

/** A measure as the value of a choice, and back: "sum:value". */
export const measureKey = (measure: TrendMeasure): string =>
  typeof measure === 'string' ? measure : Object.entries(measure).map(([fold, key]) => `${fold}:${key}`).join()

export function measureOf(key: string): TrendMeasure {
  const [fold, ...name] = key.split(':')
  return name.length ? ({ [fold!]: name.join(':') } as TrendMeasure) : (key as TrendMeasure)
}

/** Whether a measure is money: of the amount of an event, and not how many different amounts. */
export const isMoney = (measure: TrendMeasure) =>
  typeof measure === 'object' && !('distinct' in measure) && Object.values(measure)[0] === 'value'

export function useLabels() {
  const t = useAsk()
  const f = useFormat()
  const fields = useFields()
  return useMemo(() => {
    const plain = (n: number) => (Number.isInteger(n) || n >= 100 ? f.count(n) : String(Number(n.toFixed(n < 1 ? 2 : 1))))
    const length = (ms: number | null) => {
      if (ms === null) return '—'
      const { n, unit } = lengthOf(ms)
      return n === 0 ? t('less_second') : t(unit, { n: plain(n), count: n })
    }
    const bucket = (at: string, unit: Unit) => {
      if (unit === 'month') return f.month(at.slice(0, 7))
      if (unit === 'hour') return `${f.shortDay(at.slice(0, 10))} ${at.slice(11, 13)}:00`
      return unit === 'week' ? t('week_of', { day: f.shortDay(at) }) : f.fullDay(at)
    }
    const group = ({ key, zh, en }: Group, by: By | null) => {
      if (key === null) return by ? t('without') : t('everybody')
      if (by && 'stage' in by) return f.stage(key)
      const said = f.lang === 'zh' ? zh : (en ?? zh)
      return said ?? (by && 'attr' in by ? valueName(fields.attribute(by.attr), key, f.lang) : key)
    }
    const measure = (of: TrendMeasure): string => {
      if (of === 'count' || of === 'persons' || of === 'days') return t(`m_${of}`)
      const [fold, key] = Object.entries(of)[0] as ['sum' | 'avg' | 'min' | 'max' | 'distinct', string]
      return t(`m_${fold}`, { what: propName(key, f.lang) })
    }
    const value = (n: number | null, of: TrendMeasure) => (n === null ? '—' : isMoney(of) ? f.money(Math.round(n)) : plain(n))
    const axis = (n: number, of: TrendMeasure) => (isMoney(of) ? f.moneyAxis(n) : f.compact(n))
    const clock = (at: number) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: f.timezone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at)
    const exact = (at: number) => (civilDay(at, f.timezone) === civilDay(Date.now(), f.timezone) ? clock(at) : f.dateTime(at))
    return { length, bucket, group, measure, value, axis, exact, fields }
  }, [t, f, fields])
}
export type Labels = ReturnType<typeof useLabels>

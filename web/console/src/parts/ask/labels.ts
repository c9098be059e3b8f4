/** How the parts of an answer are called: groups, buckets of time, lengths of time, measures. */
import { useMemo } from 'react'
import { useFormat } from '@/parts/format'
import { useFields } from '@/parts/rule'
import { propName, valueName } from '@/parts/rule/names'
import { isMoney, lengthOf } from './measures'
import { useAsk } from './words'
import type { By, Group, TrendMeasure, Unit } from './types'

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
    /** Shorter, for an axis. */
    const tick = (at: string, unit: Unit) => (unit === 'day' || unit === 'week' ? f.shortDay(at) : bucket(at, unit))
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
    return { length, bucket, tick, group, measure, value, axis, fields }
  }, [t, f, fields])
}
export type Labels = ReturnType<typeof useLabels>

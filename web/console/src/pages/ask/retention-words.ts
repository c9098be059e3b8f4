import { useMemo } from 'react'
import { useFormat } from '@/parts/format'
import { useAsk } from '@/parts/ask/words'
import type { RetentionQuestion } from '@/parts/ask/types'
import { useWords } from './words'

/** What cohorts ("6月3日 当周") and the periods after them ("第 2 周") are called. */
export function usePeriods({ unit }: Pick<RetentionQuestion, 'unit'>) {
  const t = useWords()
  const ask = useAsk()
  const f = useFormat()
  return useMemo(() => ({
    period: (n: number) => (n === 0 ? t(`period_0_${unit}`) : t(`period_${unit}`, { n })),
    cohort: (from: string) => (unit === 'month' ? f.month(from.slice(0, 7)) : unit === 'week' ? ask('week_of', { day: f.shortDay(from) }) : f.fullDay(from)),
  }), [unit, t, ask, f])
}

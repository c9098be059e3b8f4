/** What the server says of how often people buy again. */
import { client } from '@/server'

export interface Rhythm {
  buyers: number
  persons: number
  intervals: number
  q1: number | null
  median: number | null
  q3: number | null
  p90: number | null
  silent_days: number | null
  churned_days: number | null
  distribution: { days: number; intervals: number; share: number }[]
}
export interface CategoryRhythm extends Rhythm { code: string; zh: string; en: string }
export interface Evidence { silent_days: number; churned_days: number; stages: { stage: string; persons: number; bought: number }[] }
export interface StageRhythm { overall: Rhythm; categories: CategoryRhythm[]; horizon_days: number; evidence: Evidence[] }

export const stageRhythm = () => client.call<StageRhythm>('GET', '/api/v1/stage-rhythm')

/** The part of all intervals, by weight, that are no longer than so many days. */
export function within(rhythm: Rhythm, days: number): number {
  return rhythm.distribution.reduce((sum, each) => (each.days <= days ? sum + each.share : sum), 0)
}

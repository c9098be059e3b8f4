/** The questions of the console as they travel: what is asked, and what is answered. Times are UTC ms, money is fen, `_bp` are hundredths of a percent. */
import type { EventTest, Measure, Rule, Span } from '@/parts/rule/types'

export const KINDS = ['funnel', 'retention', 'paths', 'trend', 'distribution', 'interval', 'rfm', 'cohorts'] as const
export type Kind = (typeof KINDS)[number]

export type Range = { days: number } | { from: string; to: string }
export type By = { attr: string } | { prop: string } | { touchpoint: true } | { store: true } | { stage: true }
export type Unit = 'hour' | 'day' | 'week' | 'month'

/** What every question has: when, of whom, and broken down by what. A segment and a rule exclude each other. */
export interface Common { range: Range; segment: string | null; rule: Rule | null; by: By | null; top: number }

export interface FunnelQuestion extends Common { steps: EventTest[]; window: Span; order: 'strict' | 'any'; count: 'persons' }
/** `start: null` begins when a person joined the pool. */
export interface RetentionQuestion extends Common {
  start: EventTest | null
  back: EventTest
  unit: 'day' | 'week' | 'month'
  periods: number
  mode: 'n' | 'unbounded'
  first: boolean
}
export interface PathsQuestion extends Common { anchor: EventTest; direction: 'from' | 'to'; depth: number; within: Span }
export type TrendMeasure = 'persons' | Measure
export interface TrendQuestion extends Common { event: EventTest; measure: TrendMeasure; unit: Unit }
export interface DistributionQuestion extends Common { event: EventTest; measure: Measure; cuts: number[] | null }
export interface IntervalQuestion extends Common { first: EventTest; then: EventTest }
export interface RfmQuestion extends Common { r: number[] | null; f: number[] | null; m: number[] | null }
export interface CohortsQuestion extends Common { unit: 'day' | 'week' | 'month'; periods: number }

/** How an answer came about: how long it took, up to when it is exact, and how many people it is about. */
export interface Answer { took_ms: number; exact_at: number; persons: number }
/** A null key is everybody, or those without a value when the question is broken down. */
export interface Group { key: string | null; zh?: string | null; en?: string | null }

export interface FunnelStep { name: string; persons: number; rate_bp: number; from_first_bp: number; median_ms: number | null; p90_ms: number | null }
export interface FunnelAnswer extends Answer { groups: (Group & { steps: FunnelStep[] })[]; times: { le_ms: number | null; persons: number }[][] }
/** A null in `back` is a period that has not passed yet. */
export interface Cohort { from: string; size: number; back: (number | null)[] }
export interface RetentionAnswer extends Answer {
  cohorts: Cohort[]
  total: (number | null)[]
  groups: (Group & { cohorts: Cohort[]; total: (number | null)[] })[]
}
export interface PathNode { step: number; name: string; persons: number }
export interface PathLink { step: number; from: string; to: string; persons: number; median_ms: number | null }
export interface PathsAnswer extends Answer { nodes: PathNode[]; links: PathLink[] }
export interface TrendAnswer extends Answer { buckets: string[]; groups: (Group & { values: number[]; total: number })[] }
export interface DistributionAnswer extends Answer {
  bins: { min: number | null; max: number | null; persons: number }[]
  mean: number | null
  median: number | null
  p90: number | null
}
export interface IntervalAnswer extends Answer {
  bins: { min_ms: number; max_ms: number | null; pairs: number; persons: number }[]
  pairs: number
  median_ms: number | null
  p25_ms: number | null
  p75_ms: number | null
  p90_ms: number | null
}
export interface RfmCell { r: number; f: number; persons: number; revenue_fen: number; avg_days: number | null }
export interface RfmAnswer extends Answer {
  cuts: { r: number[]; f: number[]; m: number[] }
  cells: RfmCell[]
  groups: (Group & { key: string; persons: number; revenue_fen: number })[]
}
export interface RevenueCohort {
  from: string
  size: number
  revenue_fen: (number | null)[]
  cumulative_per_head_fen: (number | null)[]
  repurchase_bp: number
}
export interface CohortsAnswer extends Answer { cohorts: RevenueCohort[] }

export interface Questions {
  funnel: FunnelQuestion
  retention: RetentionQuestion
  paths: PathsQuestion
  trend: TrendQuestion
  distribution: DistributionQuestion
  interval: IntervalQuestion
  rfm: RfmQuestion
  cohorts: CohortsQuestion
}
export interface Answers {
  funnel: FunnelAnswer
  retention: RetentionAnswer
  paths: PathsAnswer
  trend: TrendAnswer
  distribution: DistributionAnswer
  interval: IntervalAnswer
  rfm: RfmAnswer
  cohorts: CohortsAnswer
}

/** Which part of an answer is meant when its people are asked for. */
export type Pick = Record<string, string | number | boolean | null>

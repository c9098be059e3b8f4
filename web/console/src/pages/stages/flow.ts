/** What the server says of who moved from stage to stage. */
import { client } from '@/server'

export type Step = 'week' | 'month'
export type StageName = 'prospect' | 'new' | 'first_order' | 'repurchase' | 'silent' | 'churned'
export interface Move { from: StageName | null; to: StageName; persons: number }
export interface Period {
  from_day: string
  to_day: string
  at_start: Record<StageName, number>
  at_end: Record<StageName, number>
  fell_silent: number
  came_back: number
  moves: Move[]
}
export interface Mover { id: string; name: string | null; stage: StageName; orders: number; kept_fen: number; last_order_at: number | null }
/** One way that somebody went in one period. */
export interface Way { period: Period; from: StageName | null; to: StageName }

export const stageFlow = (step: Step, periods: number) =>
  client.call<{ periods: Period[] }>('GET', '/api/v1/measure/stage-flow', { query: { step, periods } })

export const movers = (step: Step, way: Way) =>
  client.call<{ total: number; items: Mover[] }>('GET', '/api/v1/measure/stage-flow/persons', {
    query: { step, from_day: way.period.from_day, from: way.from ?? 'none', to: way.to },
  })

/** What the server says of scores: the grid, the groups, the cuts and what others would do. */
import { client } from '@/server'

export type Group = 'champion' | 'promising' | 'keep' | 'win_back' | 'regular' | 'newcomer' | 'fading' | 'lost'
export const GROUPS: Group[] = ['champion', 'promising', 'keep', 'win_back', 'regular', 'newcomer', 'fading', 'lost']
export type Cuts = Record<'r' | 'f' | 'm', number[]>
export interface Version { n: number; kind: 'quantile' | 'fixed'; window_days: number; cuts: Cuts; made_by: string | null; made_at: number }
export interface Cell { r: number; f: number; persons: number; revenue_fen: number; mean_fen: number; by_m: number[] }
export interface GroupRow { group: Group; persons: number; revenue_fen: number; mean_fen: number; orders: number; median_days: number | null }
export interface Table { buyers: number; others: number; revenue_fen: number; cells: Cell[]; groups: GroupRow[] }
export interface Move { from: Group | null; to: Group | null; persons: number }
export interface Preview { version: Version; table: Table; changing: number; moving: number; moves: Move[] }
export interface Try { window_days?: number; cuts?: Cuts; kind?: 'quantile' | 'fixed' }

export const rfm = () => client.call<{ version: Version; table: Table }>('GET', '/api/v1/rfm')
export const preview = (body: Try) => client.call<Preview>('POST', '/api/v1/rfm/preview', { body })
export const freeze = (body: Try) => client.call<Version>('POST', '/api/v1/rfm/versions', { body })
export const versions = () => client.call<{ items: Version[] }>('GET', '/api/v1/rfm/versions')

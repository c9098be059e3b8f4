/** The state of a segment and up to where it is exact, as every page says it. */
import { StateChip, type Tone } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import type { SegmentRow, SegmentState } from '@/parts/rule/ask'
import { useSegments, type SegmentWord } from './words'

const tones: Record<SegmentState, Tone> = { building: 'warn', live: 'good', stale: 'bad', archived: 'plain' }

export function SegmentStateChip({ state }: { state: SegmentState }) {
  const t = useSegments()
  return <StateChip tone={tones[state]}>{t(`state_${state}`)}</StateChip>
}

/** "数据截至 12:03:05"; the clock alone where a heading says the rest. */
export function Exact({ at, bare }: { at: number; bare?: boolean | undefined }) {
  const t = useSegments()
  const f = useFormat()
  return <span className="small muted num nowrap" style={{ fontWeight: 400 }} title={t('exact_note')} data-testid="exact-at">{bare ? f.moment(at) : t('exact', { when: f.moment(at) })}</span>
}

/** Freshness of a row: a list is fixed, a stale one says since when. */
export function Freshness({ of, bare }: { of: Pick<SegmentRow, 'kind' | 'state' | 'exact_at'>; bare?: boolean }) {
  const t = useSegments()
  const f = useFormat()
  if (of.state === 'archived') return <span className="faint">—</span>
  if (of.kind === 'static') return bare ? <span className="faint">—</span> : <span className="small muted" style={{ fontWeight: 400 }}>{t('fixed')}</span>
  if (of.state === 'stale') return <span className="small bad num nowrap" style={{ fontWeight: 400 }} data-testid="exact-at">{t('stale_at', { when: f.moment(of.exact_at) })}</span>
  if (of.state === 'building') return <span className="small muted" style={{ fontWeight: 400 }}>{t('building_at')}</span>
  return <Exact at={of.exact_at} bare={bare} />
}

/** Why somebody came in: a word for each known cause, else what the server says. */
export function useCause(): (cause: string) => string {
  const t = useSegments()
  return (cause) => {
    const said = t(`cause_${cause.split(/[:.]/)[0]}` as SegmentWord)
    return said.startsWith('cause_') ? cause : said
  }
}

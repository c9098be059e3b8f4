/** How long people took from one step to the next, as a histogram. */
import { useMemo, useState } from 'react'
import { Select } from 'antd'
import { useEventText } from '@/parts/ask/events'
import { useLabels } from '@/parts/ask/labels'
import type { FunnelAnswer, FunnelQuestion } from '@/parts/ask/types'
import { ChartCard } from '@/parts/chart/Chart'
import { Histogram } from '@/parts/ask/Histogram'
import { useFormat } from '@/parts/format'
import { useWords } from './words'

export function FunnelTimes({ answer, q }: { answer: FunnelAnswer; q: FunnelQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const event = useEventText()
  const [wanted, setWanted] = useState(0)
  const n = Math.min(wanted, answer.times.length - 1)
  const all = useMemo(() => answer.times.map((times) => times.map((bin, at) => {
    const from = at === 0 ? null : (times[at - 1]?.le_ms ?? null)
    const name = bin.le_ms === null ? t('over', { from: labels.length(from) })
      : from === null ? t('within_le', { to: labels.length(bin.le_ms) }) : t('from_to', { from: labels.length(from), to: labels.length(bin.le_ms) })
    return { name, n: bin.persons }
  })), [answer.times, labels, t])
  const bars = all[n]
  if (!bars || all.every((each) => each.every((bar) => bar.n === 0))) return null
  const step = (at: number) => event(q.steps[at] ?? { name: '', where: [] })
  const way = (at: number) => `${step(at)} → ${step(at + 1)}`
  const choice = answer.times.length > 1 && (
    <Select size="small" variant="filled" value={n} onChange={setWanted} popupMatchSelectWidth={false} aria-label={t('step')}
      options={answer.times.map((_, at) => ({ value: at, label: way(at) }))} />
  )
  return (
    <ChartCard id="funnel-times" title={t('times')} note={t('times_note')} extra={choice}
      sheet={{ head: [t('step'), t('took'), t('size')], rows: all.flatMap((each, at) => each.map((bar) => [way(at), bar.name, bar.n])), show: (value, column) => (column === 2 ? f.count(Number(value)) : undefined) }}>
      <Histogram bars={bars} height={200} label={t('times')} />
    </ChartCard>
  )
}

/** From one thing to the next: how long it takes people. */
import { useMemo } from 'react'
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { DataTable } from '@/parts/ask/DataTable'
import { useEventText } from '@/parts/ask/events'
import { EventField, RangeField, WhoField } from '@/parts/ask/fields'
import { Histogram } from '@/parts/ask/Histogram'
import { useLabels } from '@/parts/ask/labels'
import { PeopleCount, usePeople } from '@/parts/ask/people'
import { Phrase } from '@/parts/ask/Phrase'
import type { IntervalAnswer, IntervalQuestion } from '@/parts/ask/types'
import { Facts } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useWords } from './words'

const paid = { name: 'order.paid', where: [] }
const first: IntervalQuestion = { range: { days: 365 }, segment: null, rule: null, by: null, top: 5, first: paid, then: paid }

export default function Interval() {
  const t = useWords()
  return (
    <AskPage kind="interval" note={t('interval_note')} first={first} events={(q) => [q.first, q.then]}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.pairs === 0}>
      {(answer, q) => <Shown answer={answer} q={q} />}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: IntervalQuestion; set: Change<'interval'> }) {
  const t = useWords()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    first: <EventField value={q.first} set={(next) => set({ first: next })} label={t('first_event')} />,
    then: <EventField value={q.then} set={(then) => set({ then })} label={t('then_event')} />,
  }
  return <Phrase text={t('interval_s')} slots={slots} />
}

function Shown({ answer, q }: { answer: IntervalAnswer; q: IntervalQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const event = useEventText()
  const choose = usePeople()
  const names = useMemo(() => answer.bins.map(({ min_ms, max_ms }) => (max_ms === null ? t('over', { from: labels.length(min_ms) })
    : min_ms === 0 ? t('within_le', { to: labels.length(max_ms) }) : t('from_to', { from: labels.length(min_ms), to: labels.length(max_ms) }))), [answer, labels, t])
  const bars = useMemo(() => answer.bins.map((bin, n) => ({ name: names[n] ?? '', n: bin.pairs })), [answer, names])
  const pick = (bin: number) => ({ pick: { bin }, what: t('pick_interval', { first: event(q.first), then: event(q.then), bin: names[bin] ?? '' }) })
  return (
    <>
      <Card id="figures">
        <Facts items={[
          { name: t('mid'), value: labels.length(answer.median_ms), note: t('pairs_note', { n: f.count(answer.pairs), count: answer.pairs }) },
          { name: t('p25'), value: labels.length(answer.p25_ms) },
          { name: t('p75'), value: labels.length(answer.p75_ms) },
          { name: t('top_tenth'), value: labels.length(answer.p90_ms) },
        ]} />
      </Card>
      <Card title={`${event(q.first)} → ${event(q.then)}`} note={t('interval_chart')} id="chart">
        <Histogram bars={bars} label={t('interval_chart')} onPick={(bin) => {
          const { pick: part, what } = pick(bin)
          if (answer.bins[bin]?.persons) choose(part, what)
        }} />
      </Card>
      <DataTable kind="interval" question={q} head={[t('bin'), t('pairs'), t('share'), t('interval_people')]}
        rows={answer.bins.map((bin, n) => ({
          key: String(n),
          cells: [names[n], f.count(bin.pairs), f.share(bin.pairs, answer.pairs), <PeopleCount key="n" n={bin.persons} {...pick(n)} testid="bin" />],
        }))} />
    </>
  )
}

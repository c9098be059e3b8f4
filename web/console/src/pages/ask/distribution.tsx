/** How much each person has: how many have one, how many have ten. */
import { useMemo } from 'react'
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { CutsField } from '@/parts/ask/CutsField'
import { DataTable } from '@/parts/ask/DataTable'
import { useEventText } from '@/parts/ask/events'
import { ChoiceField, EventField, MeasureField, RangeField, WhoField } from '@/parts/ask/fields'
import { Histogram } from '@/parts/ask/Histogram'
import { useLabels } from '@/parts/ask/labels'
import { isMoney } from '@/parts/ask/measures'
import { PeopleCount, usePeople } from '@/parts/ask/people'
import { Phrase } from '@/parts/ask/Phrase'
import type { DistributionAnswer, DistributionQuestion } from '@/parts/ask/types'
import type { Measure } from '@/parts/rule/types'
import { Facts } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { useWords } from './words'
import css from './pages.module.css'

const first: DistributionQuestion = {
  range: { days: 365 }, segment: null, rule: null, by: null, top: 5, event: { name: 'order.paid', where: [] }, measure: 'count', cuts: null,
}
const PLAIN = ['count' as const, 'days' as const]
const FOLDS = ['sum' as const, 'avg' as const, 'min' as const, 'max' as const, 'distinct' as const]
const COUNTS = [1, 2, 3, 5, 10]
/** 50, 100, 200, 500, 1,000 yuan. */
const AMOUNTS = [5_000, 10_000, 20_000, 50_000, 100_000]

export default function Distribution() {
  const t = useWords()
  return (
    <AskPage kind="distribution" note={t('distribution_note')} first={first} events={(q) => [q.event]}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.bins.every((bin) => bin.persons === 0)}>
      {(answer, q) => <Shown answer={answer} q={q} />}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: DistributionQuestion; set: Change<'distribution'> }) {
  const t = useWords()
  const f = useFormat()
  const scale = isMoney(q.measure) ? 100 : 1
  const cuts = (
    <>
      <ChoiceField value={q.cuts ? 'own' : 'auto'} set={(value) => set({ cuts: value === 'own' ? (isMoney(q.measure) ? AMOUNTS : COUNTS) : null })} label={t('cuts')}
        options={[{ value: 'auto', label: t('cuts_auto') }, { value: 'own', label: t('cuts_custom') }]} />
      {q.cuts && (
        <CutsField className={css.cuts} value={q.cuts.map((cut) => cut / scale)} set={(next) => set({ cuts: next.map((cut) => cut * scale) })}
          label={scale === 1 ? t('cuts') : `${t('cuts')} (${f.symbol})`} hint={t('cuts_hint')} />
      )}
    </>
  )
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    event: <EventField value={q.event} set={(event) => set({ event })} />,
    // Cuts of money mean nothing for times, and the other way round.
    measure: <MeasureField value={q.measure} set={(measure) => set({ measure: measure as Measure, cuts: null })} event={q.event} plain={PLAIN} folds={FOLDS} />,
    cuts,
  }
  return (
    <>
      <Phrase text={t('distribution_s')} slots={slots} />
      <Phrase text={t('distribution_s2')} slots={slots} />
    </>
  )
}

function Shown({ answer, q }: { answer: DistributionAnswer; q: DistributionQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const event = useEventText()
  const choose = usePeople()
  const whole = q.measure === 'count' || q.measure === 'days' || (typeof q.measure === 'object' && 'distinct' in q.measure)
  const bars = useMemo(() => answer.bins.map(({ min, max, persons }) => {
    const value = (n: number) => labels.value(n, q.measure).replace(/\.00$/, '')
    // A bin ends before `max`; where only whole numbers occur, it is better called by its last one.
    const last = whole && max !== null ? Math.ceil(max) - 1 : max
    const name = min === null ? t('at_most', { to: value(max ?? 0) })
      : last === null ? t('at_least', { from: value(min) })
        : last <= min ? value(min) : `${value(min)}–${value(last)}`
    return { name, n: persons }
  }), [answer, q.measure, whole, labels, t])
  const all = bars.reduce((sum, bar) => sum + bar.n, 0)
  const pick = (bin: number) => ({ pick: { bin }, what: t('pick_bin', { event: event(q.event), measure: labels.measure(q.measure), bin: bars[bin]?.name ?? '' }) })
  let run = 0
  return (
    <>
      <Card id="figures">
        <Facts items={[
          { name: t('size'), value: f.count(all) },
          { name: t('mean'), value: labels.value(answer.mean, q.measure) },
          { name: t('mid'), value: labels.value(answer.median, q.measure) },
          { name: t('top_tenth'), value: labels.value(answer.p90, q.measure) },
        ]} />
      </Card>
      <Card title={`${event(q.event)} · ${labels.measure(q.measure)}`} id="chart">
        <Histogram bars={bars} label={t('distribution_chart')} onPick={(bin) => {
          const { pick: part, what } = pick(bin)
          if (bars[bin]?.n) choose(part, what)
        }} />
      </Card>
      <DataTable kind="distribution" question={q} head={[whole ? labels.measure(q.measure) : t('bin'), t('size'), t('share'), t('cumulative')]}
        rows={bars.map((bar, n) => {
          run += bar.n
          return { key: String(n), cells: [bar.name, <PeopleCount key="n" n={bar.n} {...pick(n)} testid="bin" />, f.share(bar.n, all), f.share(run, all)] }
        })} />
    </>
  )
}

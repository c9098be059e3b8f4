/** The ways people take before or after something. */
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { ChoiceField, EventField, NumberField, RangeField, SpanField, WhoField } from '@/parts/ask/fields'
import { Phrase } from '@/parts/ask/Phrase'
import type { PathsQuestion } from '@/parts/ask/types'
import { PathsChart } from './PathsChart'
import { PathsTable } from './PathsTable'
import { useWords } from './words'

const first: PathsQuestion = {
  range: { days: 90 }, segment: null, rule: null, by: null, top: 6,
  anchor: { name: 'order.paid', where: [] }, direction: 'from', depth: 4, within: { n: 7, unit: 'day' },
}

export default function Paths() {
  const t = useWords()
  return (
    <AskPage kind="paths" note={t('paths_note')} first={first} events={(q) => [q.anchor]}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.links.length === 0}>
      {(answer, q) => (
        <>
          <PathsChart answer={answer} q={q} />
          <PathsTable answer={answer} q={q} />
        </>
      )}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: PathsQuestion; set: Change<'paths'> }) {
  const t = useWords()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    direction: <ChoiceField value={q.direction} set={(direction) => set({ direction })} label={t('direction')} testid="ask-direction"
      options={(['from', 'to'] as const).map((value) => ({ value, label: t(`direction_${value}`) }))} />,
    anchor: <EventField value={q.anchor} set={(anchor) => set({ anchor })} />,
    within: <SpanField value={q.within} set={(within) => set({ within })} label={t('within')} />,
    depth: <NumberField value={q.depth} set={(depth) => set({ depth })} label={t('depth')} max={10} />,
    top: <NumberField value={q.top} set={(top) => set({ top })} label={t('top')} max={20} />,
  }
  return <Phrase text={t('paths_s')} slots={slots} />
}

/** People by the day, week or month of their first order, and what they brought in since. */
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { ChoiceField, NumberField, RangeField, WhoField } from '@/parts/ask/fields'
import { Phrase } from '@/parts/ask/Phrase'
import type { CohortsQuestion } from '@/parts/ask/types'
import { useAsk } from '@/parts/ask/words'
import { CohortsCurves } from './CohortsCurves'
import { CohortsTable } from './CohortsTable'
import { useWords } from './words'

const first: CohortsQuestion = { range: { days: 365 }, segment: null, rule: null, by: null, top: 8, unit: 'month', periods: 12 }

const UNITS = ['day', 'week', 'month'] as const
/** How much time the cohorts of a unit need, so that changing the unit shows something. */
const OPENS = { day: { range: { days: 30 }, periods: 14 }, week: { range: { days: 180 }, periods: 12 }, month: { range: { days: 365 }, periods: 12 } } as const

export default function Cohorts() {
  const t = useWords()
  return (
    <AskPage kind="cohorts" note={t('cohorts_note')} first={first} events={() => []}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.cohorts.every((cohort) => cohort.size === 0)}>
      {(answer, q) => (
        <>
          <CohortsCurves answer={answer} q={q} />
          <CohortsTable answer={answer} q={q} />
        </>
      )}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: CohortsQuestion; set: Change<'cohorts'> }) {
  const t = useWords()
  const ask = useAsk()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    unit: <ChoiceField value={q.unit} set={(unit) => set({ unit, ...OPENS[unit] })} label={ask('unit')} testid="ask-unit"
      options={UNITS.map((value) => ({ value, label: ask(`by_unit_${value}`) }))} />,
    periods: <NumberField value={q.periods} set={(periods) => set({ periods })} label={t('periods')} max={60} />,
  }
  return <Phrase text={t('cohorts_s')} slots={slots} />
}

/** People by the month of their first order, and what they brought in since. */
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { NumberField, RangeField, WhoField } from '@/parts/ask/fields'
import { Phrase } from '@/parts/ask/Phrase'
import type { CohortsQuestion } from '@/parts/ask/types'
import { CohortsCurves } from './CohortsCurves'
import { CohortsTable } from './CohortsTable'
import { useWords } from './words'

const first: CohortsQuestion = { range: { days: 365 }, segment: null, rule: null, by: null, top: 8, unit: 'month', periods: 12 }

export default function Cohorts() {
  const t = useWords()
  return (
    <AskPage kind="cohorts" note={t('cohorts_note')} first={first} events={() => []}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.cohorts.every((cohort) => cohort.size === 0)}>
      {(answer, q) => (
        <>
          <CohortsCurves answer={answer} />
          <CohortsTable answer={answer} q={q} />
        </>
      )}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: CohortsQuestion; set: Change<'cohorts'> }) {
  const t = useWords()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    periods: <NumberField value={q.periods} set={(periods) => set({ periods })} label={t('periods')} max={36} />,
  }
  return <Phrase text={t('cohorts_s')} slots={slots} />
}

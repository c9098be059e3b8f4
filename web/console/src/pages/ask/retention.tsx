/** Those who came once: who comes back, and when. */
import { useState } from 'react'
import { Select } from 'antd'
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { ByField, ChoiceField, EventField, NumberField, RangeField, WhoField } from '@/parts/ask/fields'
import { useLabels } from '@/parts/ask/labels'
import { Phrase } from '@/parts/ask/Phrase'
import type { RetentionAnswer, RetentionQuestion } from '@/parts/ask/types'
import { useAsk } from '@/parts/ask/words'
import { RetentionCurve } from './RetentionCurve'
import { RetentionHeat } from './RetentionHeat'
import { usePeriods } from './retention-words'
import { useWords } from './words'

const first: RetentionQuestion = {
  range: { days: 180 }, segment: null, rule: null, by: null, top: 5,
  start: null, back: { name: 'order.paid', where: [] }, unit: 'month', periods: 6, mode: 'n', first: true,
}
const UNITS = ['day', 'week', 'month'] as const
/** How much time the cohorts of a unit need, so that changing the unit shows something. */
const DAYS = { day: 30, week: 90, month: 365 } as const
const PERIODS = { day: 14, week: 8, month: 6 } as const

export default function Retention() {
  const t = useWords()
  return (
    <AskPage kind="retention" note={t('retention_note')} first={first} events={(q) => [q.start, q.back]}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.cohorts.every((cohort) => cohort.size === 0)}>
      {(answer, q) => <Shown answer={answer} q={q} />}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: RetentionQuestion; set: Change<'retention'> }) {
  const t = useWords()
  const ask = useAsk()
  const start = (
    <>
      <ChoiceField value={q.start ? 'event' : 'joined'} set={(kind) => set({ start: kind === 'event' ? { name: 'order.paid', where: [] } : null })} label={t('start')}
        testid="ask-start" options={(['joined', 'event'] as const).map((value) => ({ value, label: t(`start_${value}`) }))} />
      {q.start && <EventField value={q.start} set={(next) => set({ start: next })} label={t('start')} />}
    </>
  )
  const once = (
    <ChoiceField value={q.first ? 'only' : 'every'} set={(value) => set({ first: value === 'only' })} label={t('first')}
      options={(['only', 'every'] as const).map((value) => ({ value, label: t(`first_${value}`) }))} />
  )
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    first: q.start ? once : null,
    start,
    back: <EventField value={q.back} set={(back) => set({ back })} label={t('back_event')} />,
    unit: <ChoiceField value={q.unit} set={(unit) => set({ unit, periods: PERIODS[unit], range: { days: DAYS[unit] } })} label={t('unit')} testid="ask-unit"
      options={UNITS.map((value) => ({ value, label: ask(`by_unit_${value}`) }))} />,
    periods: <NumberField value={q.periods} set={(periods) => set({ periods })} label={t('periods')} max={60} />,
    mode: <ChoiceField value={q.mode} set={(mode) => set({ mode })} label={t('mode')} options={(['n', 'unbounded'] as const).map((value) => ({ value, label: t(`mode_${value}`) }))} />,
    by: <ByField question={q} set={set} event={q.start} />,
  }
  return (
    <>
      <Phrase text={t('retention_s')} slots={slots} />
      <Phrase text={t('retention_s2')} slots={slots} />
    </>
  )
}

function Shown({ answer, q }: { answer: RetentionAnswer; q: RetentionQuestion }) {
  const t = useWords()
  const labels = useLabels()
  const says = usePeriods(q)
  const [wanted, setWanted] = useState(-1)
  const group = q.by ? answer.groups[wanted] : undefined
  const choice = q.by && answer.groups.length > 0 && (
    <Select size="small" variant="filled" value={group ? wanted : -1} onChange={setWanted} popupMatchSelectWidth={false} aria-label={t('which_group')}
      options={[{ value: -1, label: t('total') }, ...answer.groups.map((each, n) => ({ value: n, label: labels.group(each, q.by) }))]} />
  )
  const byGroup = {
    name: 'retention-groups', label: t('csv_groups'), head: [t('group'), t('cohort'), t('size'), ...answer.total.map((_, n) => says.period(n))],
    rows: answer.groups.flatMap((each) => each.cohorts.filter((cohort) => cohort.size > 0).map((cohort) => [labels.group(each, q.by), cohort.from, cohort.size, ...cohort.back])),
  }
  return (
    <>
      <RetentionCurve answer={answer} q={q} />
      <RetentionHeat q={q} cohorts={group?.cohorts ?? answer.cohorts} total={group?.total ?? answer.total} extra={choice}
        within={group ? { key: group.key, name: labels.group(group, q.by) } : null} more={q.by ? [byGroup] : []} />
    </>
  )
}

/** Step by step: who stays, who is lost, and how long it takes. */
import { Button } from 'antd'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { DataTable } from '@/parts/ask/DataTable'
import { useEventText } from '@/parts/ask/events'
import { ByField, ChoiceField, EventField, RangeField, SpanField, WhoField } from '@/parts/ask/fields'
import { useLabels } from '@/parts/ask/labels'
import { PeopleCount } from '@/parts/ask/people'
import { Phrase } from '@/parts/ask/Phrase'
import type { FunnelAnswer, FunnelQuestion } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { FunnelChart } from './FunnelChart'
import { FunnelTimes } from './FunnelTimes'
import { droppedAt, reached } from './funnel-picks'
import { useWords } from './words'
import css from './pages.module.css'

const MOST = 8
const first: FunnelQuestion = {
  range: { days: 90 }, segment: null, rule: null, by: null, top: 5, window: { n: 7, unit: 'day' }, order: 'strict', count: 'persons',
  steps: ['order.placed', 'order.paid', 'order.completed'].map((name) => ({ name, where: [] })),
}

export default function Funnel() {
  const t = useWords()
  return (
    <AskPage kind="funnel" note={t('funnel_note')} first={first} events={(q) => q.steps} lacking={(q) => (q.steps.length < 2 ? 'lack_steps' : null)}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.groups.every((group) => !group.steps[0]?.persons)}>
      {(answer, q) => (
        <>
          <FunnelChart answer={answer} q={q} />
          <FunnelTimes answer={answer} q={q} />
          <Table answer={answer} q={q} />
        </>
      )}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: FunnelQuestion; set: Change<'funnel'> }) {
  const t = useWords()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    window: <SpanField value={q.window} set={(window) => set({ window })} label={t('window')} />,
    order: <ChoiceField value={q.order} set={(order) => set({ order })} label={t('order')} testid="ask-order" options={(['strict', 'any'] as const).map((value) => ({ value, label: t(`order_${value}`) }))} />,
    by: <ByField question={q} set={set} event={q.steps[0] ?? null} />,
  }
  return (
    <>
      <Phrase text={t('funnel_s')} slots={slots} />
      <Steps steps={q.steps} set={(steps) => set({ steps })} />
    </>
  )
}

type StepList = FunnelQuestion['steps']

function Steps({ steps, set }: { steps: StepList; set: (steps: StepList) => void }) {
  const t = useWords()
  const put = (n: number, step: StepList[number]) => set(steps.map((each, at) => (at === n ? step : each)))
  function move(n: number, by: -1 | 1) {
    const next = [...steps]
    const [taken] = next.splice(n, 1)
    if (taken) next.splice(n + by, 0, taken)
    set(next)
  }
  return (
    <ol className={css.steps}>
      {steps.map((step, n) => (
        <li key={n} data-testid="funnel-step">
          <span className={css.ordinal} aria-hidden>{n + 1}</span>
          <div className="grow"><EventField value={step} set={(next) => put(n, next)} label={t('step_n', { n: n + 1 })} /></div>
          <span className={css.stepTools}>
            <Button type="text" size="small" icon={<ArrowUp size={15} />} disabled={n === 0} aria-label={t('step_up', { n: n + 1 })} onClick={() => move(n, -1)} />
            <Button type="text" size="small" icon={<ArrowDown size={15} />} disabled={n === steps.length - 1} aria-label={t('step_down', { n: n + 1 })} onClick={() => move(n, 1)} />
            <Button type="text" size="small" icon={<X size={15} />} disabled={steps.length <= 2} aria-label={t('remove_step', { n: n + 1 })} onClick={() => set(steps.filter((_, at) => at !== n))} />
          </span>
        </li>
      ))}
      {steps.length < MOST && (
        <li>
          <Button type="text" icon={<Plus size={15} />} onClick={() => set([...steps, { name: '', where: [] }])} data-testid="add-step">{t('add_step')}</Button>
        </li>
      )}
    </ol>
  )
}

function Table({ answer, q }: { answer: FunnelAnswer; q: FunnelQuestion }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const event = useEventText()
  const many = q.by !== null
  return (
    <DataTable kind="funnel" question={q} texts={many ? 2 : 1}
      head={[...(many ? [t('group')] : []), t('step'), t('size'), t('from_before'), t('from_first'), t('dropped'), t('median'), t('p90')]}
      rows={answer.groups.flatMap((group, g) => group.steps.map((step, n) => {
        const name = labels.group(group, q.by)
        const said = event(q.steps[n] ?? { name: step.name, where: [] })
        const within = (what: string) => (many ? t('in_group', { what, group: name }) : what)
        const lost = n === 0 ? 0 : (group.steps[n - 1]?.persons ?? 0) - step.persons
        return {
          key: `${g}-${n}`,
          cells: [
            ...(many ? [n === 0 ? name : ''] : []),
            `${n + 1}. ${said}`,
            <PeopleCount key="n" n={step.persons} pick={reached(n, group.key)} what={within(t('pick_step', { step: said }))} />,
            n === 0 ? '—' : f.percent(step.rate_bp),
            f.percent(step.from_first_bp),
            n === 0 ? '—' : <PeopleCount key="d" n={lost} pick={droppedAt(n, group.key)} what={within(t('pick_dropped', { step: said }))} />,
            n === 0 ? '—' : labels.length(step.median_ms),
            n === 0 ? '—' : labels.length(step.p90_ms),
          ],
        }
      }))} />
  )
}

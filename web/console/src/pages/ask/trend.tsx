/** How much of something there was, hour by hour or month by month. */
import { useMemo, useState } from 'react'
import { Segmented } from 'antd'
import { stageColour } from 'kit'
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { DataTable } from '@/parts/ask/DataTable'
import { ByField, ChoiceField, EventField, MeasureField, RangeField, WhoField } from '@/parts/ask/fields'
import { useLabels } from '@/parts/ask/labels'
import { isMoney } from '@/parts/ask/measures'
import { PeopleCount, usePeople } from '@/parts/ask/people'
import { Phrase } from '@/parts/ask/Phrase'
import type { TrendAnswer, TrendQuestion, Unit } from '@/parts/ask/types'
import { useAsk } from '@/parts/ask/words'
import { Chart } from '@/parts/chart/Chart'
import { useEventText } from '@/parts/ask/events'
import { Card } from '@/parts/Page'
import { useTheme } from '@/shell/theme'
import { useWords } from './words'

const first: TrendQuestion = {
  range: { days: 30 }, segment: null, rule: null, by: null, top: 5,
  event: { name: 'order.paid', where: [] }, measure: { sum: 'value' }, unit: 'day',
}
const UNITS: Unit[] = ['hour', 'day', 'week', 'month']
const PLAIN = ['count' as const, 'persons' as const]
const FOLDS = ['sum' as const, 'avg' as const]

export default function Trend() {
  const t = useWords()
  return (
    <AskPage kind="trend" note={t('trend_note')} first={first} events={(q) => [q.event]}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.groups.every((group) => group.values.every((n) => n === 0))}>
      {(answer, q) => <Shown answer={answer} q={q} />}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: TrendQuestion; set: Change<'trend'> }) {
  const t = useWords()
  const ask = useAsk()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    event: <EventField value={q.event} set={(event) => set({ event })} />,
    measure: <MeasureField value={q.measure} set={(measure) => set({ measure })} event={q.event} plain={PLAIN} folds={FOLDS} />,
    unit: <ChoiceField value={q.unit} set={(unit) => set({ unit })} label={t('unit')} testid="ask-unit" options={UNITS.map((value) => ({ value, label: ask(`by_unit_${value}`) }))} />,
    by: <ByField question={q} set={set} event={q.event} />,
  }
  return <Phrase text={t('trend_s')} slots={slots} />
}

type Shape = 'line' | 'area' | 'bar'
/** Sums and counts of groups add up to a whole; averages and people (who may be in several) do not. */
const addsUp = (q: TrendQuestion) => q.measure === 'count' || (typeof q.measure === 'object' && 'sum' in q.measure)

function Shown({ answer, q }: { answer: TrendAnswer; q: TrendQuestion }) {
  const t = useWords()
  const labels = useLabels()
  const event = useEventText()
  const choose = usePeople()
  const { mode } = useTheme()
  const [shape, setShape] = useState<Shape>('line')
  const names = useMemo(() => answer.groups.map((group) => labels.group(group, q.by)), [answer, q.by, labels])
  const drawn: Shape = shape === 'area' && !addsUp(q) ? 'line' : shape
  const option = useMemo(() => {
    const one = answer.groups.length === 1
    return {
      aria: { enabled: true },
      animation: false,
      grid: { left: 4, right: 12, top: one ? 12 : 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      ...(one ? {} : { legend: { top: 0, left: 0, type: 'scroll' } }),
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => labels.value(Number(value), q.measure) },
      xAxis: { type: 'category', data: answer.buckets.map((at) => labels.tick(at, q.unit)), boundaryGap: drawn === 'bar' },
      yAxis: { type: 'value', ...(isMoney(q.measure) ? {} : { minInterval: 1 }), axisLabel: { formatter: (value: number) => labels.axis(value, q.measure) } },
      series: answer.groups.map((group, n) => ({
        name: names[n],
        type: drawn === 'bar' ? 'bar' : 'line',
        data: group.values,
        ...(q.by && 'stage' in q.by && group.key ? { color: stageColour(group.key, mode) } : {}),
        ...(drawn === 'line' ? {} : addsUp(q) ? { stack: 'all' } : {}),
        ...(drawn === 'area' ? { areaStyle: { opacity: 0.5 } } : one && drawn === 'line' ? { areaStyle: { opacity: 0.1 } } : {}),
        showSymbol: answer.buckets.length < 3, symbolSize: 8, triggerLineEvent: true,
      })),
    }
  }, [answer, q, names, drawn, labels, mode])
  const said = event(q.event)
  const buckets = useMemo(() => answer.buckets.map((at) => labels.bucket(at, q.unit)), [answer, q.unit, labels])
  const pickOf = (bucket: number, group: number) => {
    const what = t('pick_bucket', { event: said, bucket: buckets[bucket] ?? '' })
    return {
      pick: { bucket: answer.buckets[bucket] ?? null, group: answer.groups[group]?.key ?? null },
      what: q.by ? t('in_group', { what, group: names[group] ?? '' }) : what,
    }
  }
  const shapes = (addsUp(q) && answer.groups.length > 1 ? ['line', 'area', 'bar'] : ['line', 'bar']) as Shape[]
  return (
    <>
      <Card title={`${said} · ${labels.measure(q.measure)}`} id="chart"
        extra={<Segmented<Shape> size="small" value={drawn} onChange={setShape} aria-label={t('shape')} options={shapes.map((value) => ({ value, label: t(`shape_${value}`) }))} />}>
        <Chart option={option} height={320} label={t('trend_chart', { measure: labels.measure(q.measure) })}
          onClick={(index, series) => {
            const group = names.indexOf(series)
            if (group < 0 || !answer.buckets[index]) return
            const { pick, what } = pickOf(index, group)
            choose(pick, what)
          }} />
      </Card>
      <DataTable kind="trend" question={q} head={[t('bucket'), ...names]}
        rows={[
          ...(addsUp(q) ? [{ key: 'total', strong: true, cells: [t('total'), ...answer.groups.map((group) => labels.value(group.total, q.measure))] }] : []),
          ...answer.buckets.map((at, b) => ({
            key: at,
            cells: [
              buckets[b],
              ...answer.groups.map((group, g) => {
                const n = group.values[b] ?? 0
                return <PeopleCount key={g} n={n} {...pickOf(b, g)}>{labels.value(n, q.measure)}</PeopleCount>
              }),
            ],
          })).reverse(),
        ]} />
    </>
  )
}

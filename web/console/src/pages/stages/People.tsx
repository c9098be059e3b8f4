/** Who went one way in one period, beside the page. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Button, Drawer, Form, Input } from 'antd'
import { useAct } from '@/parts/act'
import { StageChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { segments } from '@/parts/rule/ask'
import { Empty, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { movers, type Mover, type Step, type Way } from './flow'
import { useStages } from './words'

export function People({ step, way, close }: { step: Step; way: Way | undefined; close: () => void }) {
  const t = useStages()
  const f = useFormat()
  const title = way && (way.from === way.to ? t('stay', { stage: f.stage(way.to) }) : t('moved', { from: way.from ? f.stage(way.from) : t('not_here'), to: f.stage(way.to) }))
  return (
    <Drawer open={Boolean(way)} onClose={close} title={title} size={560} destroyOnHidden>
      {way && title && <List step={step} way={way} title={`${title} · ${f.shortDay(way.period.from_day)} – ${f.shortDay(way.period.to_day)}`} />}
    </Drawer>
  )
}

function List({ step, way, title }: { step: Step; way: Way; title: string }) {
  const t = useStages()
  const { can } = useSession()
  const f = useFormat()
  const people = useQuery({ queryKey: ['measure', 'stage-flow', 'persons', step, way.period.from_day, way.from, way.to], queryFn: () => movers(step, way) })
  return (
    <Shown of={people} what={t('who')} rows={8} empty={(data) => data.total === 0 && <Empty title={t('nobody')} />}>
      {(data) => (
        <div className="stack" data-testid="flow-people">
          <p className="muted">
            {f.fullDay(way.period.from_day)} – {f.fullDay(way.period.to_day)} · <span className="strong">{t('n_people', { n: f.count(data.total), count: data.total })}</span>
            {data.total > data.items.length && <> · {t('first_n', { n: f.count(data.items.length) })}</>}
          </p>
          {can('campaign.write') && <Keep people={data.items} all={data.total} name={title} />}
          <div className="scroll-x" tabIndex={0}>
            <table className="plain-table">
              <thead><tr><th scope="col">{t('who')}</th><th scope="col">{t('stage_now')}</th><th scope="col" className="end">{t('orders')}</th><th scope="col" className="end">{t('kept')}</th><th scope="col" className="end">{t('last_order')}</th></tr></thead>
              <tbody>{data.items.map((each) => <Row key={each.id} of={each} />)}</tbody>
            </table>
          </div>
        </div>
      )}
    </Shown>
  )
}

/** Those of the list as a segment that stays as it is. */
function Keep({ people, all, name }: { people: Mover[]; all: number; name: string }) {
  const t = useStages()
  const f = useFormat()
  const [given, setGiven] = useState(name)
  const save = useAct(() => segments.createStatic({ name: given.trim(), persons: people.map((each) => each.id) }), { done: null, refresh: ['segments'] })
  if (save.data) return <p role="status" data-testid="flow-kept"><Link to={`/segments/${save.data.id}`}>{t('kept_as', { name: save.data.name, n: f.count(people.length), count: people.length })}</Link></p>
  const part = all > people.length
  return (
    <Form onFinish={() => given.trim() && save.mutate(undefined)} className="stack tight">
      <div className="row">
        <Input value={given} maxLength={80} onChange={(event) => setGiven(event.target.value)} aria-label={t('keep_name')} data-testid="flow-keep-name" />
        <Button htmlType="submit" loading={save.isPending} disabled={!given.trim()} data-testid="flow-keep">{t(part ? 'keep_first' : 'keep_all', { n: f.count(people.length), count: people.length })}</Button>
      </div>
      <p className="muted small">{t('keep_note')}</p>
    </Form>
  )
}

function Row({ of }: { of: Mover }) {
  const t = useStages()
  const f = useFormat()
  return (
    <tr>
      <td><Link to={`/persons/${of.id}`}>{of.name ?? t('unnamed')}</Link></td>
      <td><StageChip stage={of.stage} /></td>
      <td className="end">{f.count(of.orders)}</td>
      <td className="end">{f.money(of.kept_fen)}</td>
      <td className="end nowrap">{of.last_order_at === null ? '—' : f.day(of.last_order_at)}</td>
    </tr>
  )
}

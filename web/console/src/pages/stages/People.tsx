/** Who went one way in one period, beside the page. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Drawer } from 'antd'
import { StageChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { movers, type Mover, type Step, type Way } from './flow'
import { useStages } from './words'

export function People({ step, way, close }: { step: Step; way: Way | undefined; close: () => void }) {
  const t = useStages()
  const f = useFormat()
  const title = way && (way.from === way.to ? t('stay', { stage: f.stage(way.to) }) : t('moved', { from: way.from ? f.stage(way.from) : t('not_here'), to: f.stage(way.to) }))
  return (
    <Drawer open={Boolean(way)} onClose={close} title={title} size={560} destroyOnHidden>
      {way && <List step={step} way={way} />}
    </Drawer>
  )
}

function List({ step, way }: { step: Step; way: Way }) {
  const t = useStages()
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

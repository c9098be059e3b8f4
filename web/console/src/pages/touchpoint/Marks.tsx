/** Visits by campaign marks, and machines that were counted apart. */
import { useQuery } from '@tanstack/react-query'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useTouchpoints } from '../touchpoints/words'
import { touchpoints, type Machines } from './server'
import css from './touchpoint.module.css'

export function Marks({ id }: { id: string }) {
  const t = useTouchpoints()
  const f = useFormat()
  const marks = useQuery({ queryKey: ['touchpoint', id, 'marks'], queryFn: () => touchpoints.marks(id) })
  return (
    <Card title={t('marks')} note={t('marks_note')}>
      <Shown of={marks} what={t('marks')} rows={2} empty={(data) => data.items.length === 0 && <p className="muted">{t('marks_empty')}</p>}>
        {(data) => (
          <div className={css.cohorts}>
            <table className="plain-table">
              <thead><tr><th scope="col">{t('utm_source')}</th><th scope="col">{t('utm_medium')}</th><th scope="col">{t('utm_campaign')}</th><th scope="col" className="end">{t('visits')}</th><th scope="col" className="end">{t('persons')}</th></tr></thead>
              <tbody>
                {data.items.map((row, n) => (
                  <tr key={n}><td>{row.utm_source ?? '—'}</td><td>{row.utm_medium ?? '—'}</td><td>{row.utm_campaign ?? '—'}</td><td className="end">{f.count(row.visits)}</td><td className="end">{f.count(row.people)}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </Card>
  )
}

export function MachineCard({ machines }: { machines: Machines[] }) {
  const t = useTouchpoints()
  const f = useFormat()
  return (
    <Card title={t('machines')} note={t('machines_note')}>
      {machines.length === 0 ? <p className="muted">{t('machines_empty')}</p> : (
        <ul className={css.costs}>
          {machines.map((each) => <li key={each.reason}><span className="grow">{t(`m_${each.reason}`)}</span><span className="num strong">{f.count(each.hits)}</span></li>)}
        </ul>
      )}
    </Card>
  )
}

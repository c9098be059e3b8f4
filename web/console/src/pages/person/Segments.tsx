/** The segments that this person is in; each leads to the reasons. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { segments } from '@/parts/rule/ask'
import { useSegments } from '../segments/words'
import css from './person.module.css'

export function Segments({ id }: { id: string }) {
  const t = useSegments()
  const f = useFormat()
  const member = useQuery({ queryKey: ['person', id, 'segments'], queryFn: () => segments.ofPerson(id) })
  return (
    <Card title={t('person_title')} id="person-segments">
      <Shown of={member} what={t('person_title')} rows={2}>
        {({ items }) => items.length === 0 ? <p className="muted">{t('person_none')}</p> : (
          <ul className={css.consents}>
            {items.map((each) => (
              <li key={each.id} className={css.line}>
                <Link to={`/segments/${each.id}?tab=why&person=${id}`} className="cut" title={t('m_why')} data-testid="person-segment">{each.name}</Link>
                <span className="muted small nowrap num">{t('person_since', { when: f.day(each.since_at) })}</span>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

import type { Person } from 'api'
import { Link } from 'react-router'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { usePerson } from './words'

export function Belongs({ person }: { person: Person }) {
  const t = usePerson()
  const f = useFormat()
  return (
    <Card title={t('belongs')}>
      <Pairs
        items={[
          [t('touchpoint'), person.touchpoint && <Link to={`/touchpoints/${person.touchpoint.id}`}>{person.touchpoint.name}</Link>],
          [t('store'), person.store?.name],
          [t('guide'), person.guide?.name],
          [t('joined'), person.joined_at !== null && f.when(person.joined_at)],
          [t('first_seen'), f.when(person.created_at)],
        ]}
      />
    </Card>
  )
}

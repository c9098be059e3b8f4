import type { Person } from 'api'
import { TagChip } from '@/parts/chips'
import { Link } from 'react-router'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { Guide } from './Guide'
import { usePerson } from './words'

/** The traffic pools of a person, as the server tells them. */
type Pooled = Person & { pools: { code: string; zh: string; en: string }[] }

export function Belongs({ person }: { person: Person }) {
  const t = usePerson()
  const f = useFormat()
  const { pools } = person as Pooled
  return (
    <Card title={t('belongs')}>
      <Pairs
        items={[
          [t('touchpoint'), person.touchpoint && <Link to={`/touchpoints/${person.touchpoint.id}`}>{person.touchpoint.name}</Link>],
          [t('store'), person.store?.name],
          [t('pools'), pools.length > 0 && (
            <span className="row wrap" data-testid="person-pools">
              {pools.map((pool) => <Link key={pool.code} to="/pools"><TagChip>{pool[f.lang]}</TagChip></Link>)}
            </span>
          )],
          [t('guide'), <Guide key="guide" person={person} />],
          [t('joined'), person.joined_at !== null && f.when(person.joined_at)],
          [t('first_seen'), f.when(person.created_at)],
        ]}
      />
    </Card>
  )
}

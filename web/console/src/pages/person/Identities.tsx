import type { Person } from 'api'
import { StateChip } from '@/parts/chips'
import { Card } from '@/parts/Page'
import { usePerson, type PersonWord } from './words'
import css from './person.module.css'

export function Identities({ person }: { person: Person }) {
  const t = usePerson()
  const kind = (code: string) => {
    const said = t(`id_${code}` as PersonWord)
    return said === `id_${code}` ? code : said
  }
  return (
    <Card title={t('identities')}>
      <ul className={css.consents}>
        {person.identities.map((identity) => (
          <li key={`${identity.kind}-${identity.value}`}>
            <span className="row between">
              <span className="muted small">{kind(identity.kind)}</span>
              <StateChip tone={identity.strong ? 'water' : 'plain'} title={t('strong_note')}>{identity.strong ? t('strong') : t('weak')}</StateChip>
            </span>
            <span className="mono" style={{ overflowWrap: 'anywhere' }}>{identity.value}</span>
          </li>
        ))}
        {person.identities.length === 0 && <li className="muted">—</li>}
      </ul>
      {person.merged_ids.length > 0 && <p className="muted small" style={{ marginTop: 12 }}>{t('merged', { n: person.merged_ids.length })}</p>}
    </Card>
  )
}

/** What is known of a customer, the brand's own attributes too, each with who said it and when. */
import type { Person } from 'api'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
import { useCommon } from '@/words/common'
import { SOURCES, useAttributes, type Attribute } from '../attributes/ask'
import { useAttributeWords } from '../attributes/words'
import { usePerson, type PersonWord } from './words'

export const PORTRAIT = [
  'gender', 'birthday', 'age_band', 'income_band', 'region', 'education', 'household_size', 'household_comp', 'home_ownership', 'marital_status',
  'kids_count', 'occupation',
] as const

/** Known codes have words; bands such as "50-74K" are shown as the source gives them. */
export function usePortraitValue() {
  const t = usePerson()
  return (key: string, value: string): string => {
    const word = `${key === 'marital_status' ? 'marital' : key}_${value.toLowerCase()}`
    const said = t(word as PersonWord)
    return said === word ? value : said
  }
}

/** What an attribute is called: by the brand's own schema, else by its key. */
export function useAttributeName() {
  const { lang } = useFormat()
  const schema = useAttributes()
  const known = new Map<string, Attribute>((schema.data?.items ?? []).map((each) => [each.key, each]))
  return { of: (key: string) => known.get(key), name: (key: string) => known.get(key)?.[lang] ?? key }
}

export function Portrait({ person }: { person: Person }) {
  const t = usePerson()
  const w = useAttributeWords()
  const c = useCommon()
  const f = useFormat()
  const say = usePortraitValue()
  const { of, name } = useAttributeName()
  const shown = (key: string, value: string) => (of(key)?.kind === 'bool' ? c(value === 'true' ? 'yes' : 'no') : say(key, value))
  const who = (source: string | null) => {
    const known = SOURCES.find((each) => each === source)
    return known ? w(`by_${known}`) : w('unknown_source')
  }
  return (
    <Card title={t('portrait')} id="person-portrait">
      {person.attributes.length === 0 ? <p className="muted">{t('portrait_empty')}</p> : (
        <Pairs items={person.attributes.map(({ key, value, source, at, stale }) => [
          name(key),
          <span title={at === null ? who(source) : w('said', { who: who(source), when: f.dateTime(at) })}>
            {shown(key, value)}
            <span className="small muted" style={{ display: 'block' }}>{[who(source), at !== null && f.day(at), stale && w('stale')].filter(Boolean).join(' · ')}</span>
          </span>,
        ])} />
      )}
    </Card>
  )
}

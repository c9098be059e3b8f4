import { Card } from '@/parts/Page'
import { Pairs } from '@/parts/Pairs'
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

export function Portrait({ portrait }: { portrait: Record<string, string | null> }) {
  const t = usePerson()
  const say = usePortraitValue()
  const known = PORTRAIT.filter((key) => portrait[key])
  return (
    <Card title={t('portrait')}>
      {known.length === 0 ? <p className="muted">{t('portrait_empty')}</p>
        : <Pairs items={known.map((key) => [t(`p_${key}`), say(key, portrait[key] ?? '')])} />}
    </Card>
  )
}

/** Where questions start: what each kind answers, and those that were kept. */
import { useState } from 'react'
import { Button } from 'antd'
import { ChartColumn, ChartLine, Coins, Filter, Grid3x3, Hourglass, RotateCw, Trash2, Waypoints, type LucideIcon } from 'lucide-react'
import { Link } from 'react-router'
import { readKept, writeKept, type Kept } from '@/parts/ask/saved'
import { KINDS, type Kind } from '@/parts/ask/types'
import { useAsk } from '@/parts/ask/words'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { useWords } from './words'
import css from './pages.module.css'

const icons: Record<Kind, LucideIcon> = {
  funnel: Filter, retention: RotateCw, paths: Waypoints, trend: ChartLine, distribution: ChartColumn, interval: Hourglass, rfm: Grid3x3, cohorts: Coins,
}

export default function Start() {
  const t = useWords()
  const ask = useAsk()
  return (
    <Page title={t('start_title')} note={t('start_page_note')}>
      <ul className={css.start}>
        {KINDS.map((kind) => {
          const Icon = icons[kind]
          return (
            <li key={kind}>
              <Link to={`/ask/${kind}`} data-testid={`start-${kind}`}>
                <Icon size={20} aria-hidden />
                <span><strong>{ask(`kind_${kind}`)}</strong><span className="muted">{t(`ask_${kind}`)}</span></span>
              </Link>
            </li>
          )
        })}
      </ul>
      <KeptQuestions />
    </Page>
  )
}

function KeptQuestions() {
  const t = useWords()
  const ask = useAsk()
  const f = useFormat()
  const [kept, setKept] = useState(readKept)
  function forget(gone: Kept) {
    const rest = kept.filter((each) => each !== gone)
    writeKept(rest)
    setKept(rest)
  }
  return (
    <Card title={ask('saved_questions')} id="kept">
      {kept.length === 0 ? <p className="muted">{t('kept_none')}</p> : (
        <ul className={css.kept}>
          {kept.map((each) => (
            <li key={each.name}>
              <Link to={{ pathname: `/ask/${each.kind}`, search: each.search }} className="grow cut">{each.name}</Link>
              <span className="muted small nowrap">{ask(`kind_${each.kind}`)}<span className="wide-only"> · {t('kept_at', { at: f.when(each.at) })}</span></span>
              <Button type="text" icon={<Trash2 size={15} />} aria-label={ask('forget', { name: each.name })} onClick={() => forget(each)} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

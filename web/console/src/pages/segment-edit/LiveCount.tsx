/** The number of people that a rule has, now, as it is being written. */
import { useDeferredValue, useState } from 'react'
import { Link } from 'react-router'
import { Button } from 'antd'
import { StageChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { useExplain } from '@/parts/state'
import type { Counted } from '@/parts/rule/ask'
import type { Rule } from '@/parts/rule/types'
import { useCommon } from '@/words/common'
import { useSegments } from '../segments/words'
import { useCount } from './use-count'
import css from './edit.module.css'

interface LiveCountProps {
  rule: Rule
  sample: number
  /** The segment that this rule would replace: what saving would move. */
  against?: string | undefined
  /** Conditions that are not complete and were left out. */
  open?: number
}

export function LiveCount({ rule, sample, against, open = 0 }: LiveCountProps) {
  const t = useSegments()
  const c = useCommon()
  const f = useFormat()
  const explain = useExplain()
  const [again, setAgain] = useState(0)
  const { data, error, answers, settled } = useCount(rule, { sample, against, again })
  if (error && !data) {
    return (
      <div className="stack tight" role="alert">
        <p className="strong">{t('e_failed')}</p>
        <p className="muted">{explain(error)}</p>
        <Button onClick={() => setAgain((n) => n + 1)}>{c('retry')}</Button>
      </div>
    )
  }
  if (!data) return <p className="muted" role="status">{t('e_counting')}</p>
  const wanted = JSON.stringify(rule)
  const everyone = wanted === '{"all":[]}'
  return (
    <div className="stack" style={{ gap: 12 }}>
      <div className={settled ? undefined : css.stale} aria-busy={!settled}>
        <p className={css.big} data-testid="live-count" data-answers={answers} data-settled={settled} data-rule={wanted} aria-live="polite">{f.count(data.count)}</p>
        <div className={css.bar} aria-hidden><span style={{ width: `${Math.min(100, (data.count / Math.max(1, data.pool)) * 100)}%` }} /></div>
        <p className="small muted num" style={{ marginTop: 4 }}>
          {everyone ? t('e_all') : t('e_share', { share: f.share(data.count, data.pool) })} · {t('e_pool', { n: f.count(data.pool) })}
        </p>
        {open > 0 && <p className="small bad" data-testid="count-open">{t('e_open', { n: open, count: open })}</p>}
        {error !== null && <p className="small bad" role="alert">{explain(error)}</p>}
      </div>
      {against && data.enter !== null && data.enter !== undefined && <Moves of={data} />}
      {sample > 0 && <Sample of={data} />}
      <p className={`small faint num ${css.quiet}`}>{t('exact', { when: f.moment(data.exact_at) })} · {t('e_took', { ms: data.took_ms < 10 ? Math.round(data.took_ms * 10) / 10 : Math.round(data.took_ms) })}</p>
    </div>
  )
}

function Moves({ of }: { of: Counted }) {
  const t = useSegments()
  const f = useFormat()
  return (
    <div>
      <p className={`small muted ${css.quiet}`}>{t('e_move')}</p>
      <dl className={css.moves}>
        <dt>{t('e_enter')}</dt><dd className="good" data-testid="moves-enter">+{f.count(of.enter ?? 0)}</dd>
        <dt>{t('e_leave')}</dt><dd className="bad" data-testid="moves-leave">−{f.count(of.leave ?? 0)}</dd>
        <dt>{t('e_stay')}</dt><dd data-testid="moves-stay">{f.count(of.stay ?? 0)}</dd>
      </dl>
    </div>
  )
}

/** Names may come a moment later than the number. */
function Sample({ of }: { of: Counted }) {
  const t = useSegments()
  const c = useCommon()
  const people = useDeferredValue(of.sample)
  if (people.length === 0) return <p className="muted">{t('e_sample_none')}</p>
  return (
    <div className="wide-only">
      <p className="small muted">{t('e_sample')}</p>
      <ul className={css.people} data-testid="sample">
        {people.map((each) => (
          <li key={each.id}><Link to={`/persons/${each.id}`} className="cut" target="_blank">{each.name ?? c('unnamed')}</Link><StageChip stage={each.stage} /></li>
        ))}
      </ul>
    </div>
  )
}

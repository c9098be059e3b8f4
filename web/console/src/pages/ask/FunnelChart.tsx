/** Bars of water, one a step and group; between two steps how many went on, and who did not. */
import type { CSSProperties } from 'react'
import { ArrowDown } from 'lucide-react'
import { useSeriesColours } from '@/parts/ask/colours'
import { useEventText } from '@/parts/ask/events'
import { useLabels } from '@/parts/ask/labels'
import { PeopleCount } from '@/parts/ask/people'
import type { FunnelAnswer, FunnelQuestion } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { droppedAt, reached } from './funnel-picks'
import { useWords } from './words'
import css from './pages.module.css'

interface Props { answer: FunnelAnswer; q: FunnelQuestion }

export function FunnelChart({ answer, q }: Props) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const event = useEventText()
  const colours = useSeriesColours(answer.groups.map((group) => group.key), q.by)
  const many = q.by !== null
  const most = Math.max(1, ...answer.groups.map((group) => group.steps[0]?.persons ?? 0))
  const whole = answer.groups.reduce((sum, group) => sum + (group.steps.at(-1)?.persons ?? 0), 0)
  const began = answer.groups.reduce((sum, group) => sum + (group.steps[0]?.persons ?? 0), 0)
  return (
    <Card title={t('funnel_chart')} id="chart" extra={<span className={css.headline}>{t('funnel_total')} <strong className="num">{f.share(whole, began)}</strong></span>}>
      {many && (
        <ul className={css.legend}>
          {answer.groups.map((group, g) => <li key={g}><span className={css.swatch} style={{ background: colours[g] }} aria-hidden />{labels.group(group, q.by)}</li>)}
        </ul>
      )}
      <ol className={css.funnel}>
        {q.steps.map((asked, n) => {
          const said = event(asked)
          return (
            <li key={n}>
              {n > 0 && !many && answer.groups[0] && <Between group={answer.groups[0]} n={n} said={said} />}
              <div className={many ? `${css.step} ${css.many}` : css.step}>
                <span className={css.stepName}><span className={css.ordinal} aria-hidden>{n + 1}</span><span className={css.wrap}>{said}</span></span>
                <div className={css.bars}>
                  {answer.groups.map((group, g) => {
                    const step = group.steps[n]
                    if (!step) return null
                    const name = labels.group(group, q.by)
                    const what = t('pick_step', { step: said })
                    return (
                      <div key={g} className={many ? `${css.bar} ${css.thin}` : css.bar}>
                        <span className={css.track}>
                          <span className={css.fill} style={{ '--share': `${Math.max(0.3, (step.persons / (many ? Math.max(1, group.steps[0]?.persons ?? 1) : most)) * 100)}%`, background: colours[g] } as CSSProperties} />
                        </span>
                        <span className={css.figures}>
                          <PeopleCount n={step.persons} pick={reached(n, group.key)} what={many ? t('in_group', { what, group: name }) : what} className={step.persons ? 'linklike strong num' : 'strong num'} testid={`funnel-reached-${n}`} />
                          <span className="muted small num">{f.percent(step.from_first_bp)}</span>
                        </span>
                      </div>
                    )
                  })}
                </div>
              </div>
            </li>
          )
        })}
      </ol>
    </Card>
  )
}

function Between({ group, n, said }: { group: FunnelAnswer['groups'][number]; n: number; said: string }) {
  const t = useWords()
  const f = useFormat()
  const labels = useLabels()
  const step = group.steps[n]
  const before = group.steps[n - 1]
  if (!step || !before) return null
  const lost = before.persons - step.persons
  return (
    <p className={css.between}>
      <span><ArrowDown size={14} aria-hidden /> {t('converted', { share: f.percent(step.rate_bp) })}</span>
      {step.median_ms !== null && <span>{t('median_is', { time: labels.length(step.median_ms) })}</span>}
      {lost > 0 && (
        <PeopleCount n={lost} pick={droppedAt(n, group.key)} what={t('pick_dropped', { step: said })} className={css.lost} testid={`funnel-dropped-${n}`}>
          {t('dropped_n', { n: f.count(lost) })}
        </PeopleCount>
      )}
    </p>
  )
}

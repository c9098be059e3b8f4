import { Link } from 'react-router'
import type { Touchpoint } from 'api'
import { stageColour } from 'kit'
import { ChartCard } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useTheme } from '@/shell/theme'
import { useTouchpoints } from '../touchpoints/words'
import type { Step } from './server'
import { segmentOf } from './step-rule'
import css from './touchpoint.module.css'

const colours = { visited: 'prospect', followed: 'new', joined: 'new', first_order: 'first_order', repurchase: 'repurchase' } as const

/** Five steps as bars of water; each says its share of those who came, how long it took and what it cost. */
export function Funnel({ touchpoint, steps }: { touchpoint: Touchpoint; steps: Step[] }) {
  const t = useTouchpoints()
  const f = useFormat()
  const { mode } = useTheme()
  const { can } = useSession()
  const most = Math.max(1, ...steps.map((step) => step.people))
  const rate = (step: Step) => (step.rate_bp === null ? '—' : f.percent(step.rate_bp))
  const took = (step: Step) => {
    const minutes = (step.median_ms ?? 0) / 60_000
    if (minutes < 1) return t('n_moment')
    return minutes < 120 ? t('n_minutes', { n: Math.round(minutes) }) : minutes < 2880 ? t('n_hours', { n: Math.round(minutes / 60) }) : t('n_days', { n: f.count(Math.round(minutes / 1440)) })
  }
  const each = (step: Step) => (step.cost_each_fen === null ? '—' : f.money(step.cost_each_fen))
  const sheet = {
    head: [t('step'), t('people'), t('rate'), t('median_seconds'), t('cost_each')],
    rows: steps.map((step) => [t(step.step), step.people, step.rate_bp === null ? null : step.rate_bp / 100, step.median_ms === null ? null : Math.round(step.median_ms / 1000), step.cost_each_fen === null ? null : step.cost_each_fen / 100]),
    show: (value: string | number | null | undefined, column: number) => (column === 1 ? f.count(Number(value)) : column === 2 && value !== null ? `${value}%` : undefined),
  }
  return (
    <ChartCard id="funnel" title={t('funnel')} note={t('funnel_note')} sheet={sheet}>
      {most <= 1 && steps.every((step) => step.people === 0) ? <Empty title={t('funnel_empty')} hint={t('funnel_empty_hint')} /> : (
        <ol className={css.funnel}>
          {steps.map((step, index) => (
            <li key={step.step} data-testid={`funnel-${step.step}`}>
              <span className={css.stepName}>{t(step.step)}</span>
              <span className={css.track}>
                <span className={css.fill} style={{ width: `${Math.max(0.5, (step.people / most) * 100)}%`, background: stageColour(colours[step.step], mode) }} />
              </span>
              <span className={css.stepValue}>
                {step.people > 0 && can('campaign.write')
                  ? <Link to={segmentOf(touchpoint.id, step.step)} className="strong" title={t('see_step', { n: f.count(step.people) })}>{f.count(step.people)}</Link>
                  : <span className="strong">{f.count(step.people)}</span>}
                <span className="small muted">
                  {[index > 0 && t('of_visited', { share: rate(step) }), step.median_ms !== null && t('took', { time: took(step) }), step.cost_each_fen !== null && t('each', { cost: each(step) })].filter(Boolean).join(' · ')}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </ChartCard>
  )
}

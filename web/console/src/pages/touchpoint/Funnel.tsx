import { Link } from 'react-router'
import type { Touchpoint, TouchpointFunnel } from 'api'
import { stageColour } from 'kit'
import { ChartCard } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Empty } from '@/parts/state'
import { useTheme } from '@/shell/theme'
import { useTouchpoints } from '../touchpoints/words'
import css from './touchpoint.module.css'

const colours = { visited: 'prospect', joined: 'new', first_order: 'first_order', repurchase: 'repurchase' } as const

/** Four steps as bars of water; each says its share of the step before. */
export function Funnel({ touchpoint, steps }: { touchpoint: Touchpoint; steps: TouchpointFunnel['steps'] }) {
  const t = useTouchpoints()
  const f = useFormat()
  const { mode } = useTheme()
  const first = steps[0]?.people ?? 0
  const most = Math.max(1, ...steps.map((step) => step.people))
  const link = (step: string) =>
    step === 'visited' || step === 'joined' ? `/persons?touchpoint=${touchpoint.id}` : `/persons?touchpoint=${touchpoint.id}&stage=${step}`
  return (
    <ChartCard id="funnel" title={t('funnel')} note={t('funnel_note')}
      sheet={{ head: [t('step'), t('people')], rows: steps.map((step) => [t(step.step), step.people]), show: (value, column) => (column ? f.count(Number(value)) : undefined) }}>
      {first === 0 && most <= 1 ? <Empty title={t('funnel_empty')} hint={t('funnel_empty_hint')} /> : (
        <ol className={css.funnel}>
          {steps.map((step, index) => (
            <li key={step.step} data-testid={`funnel-${step.step}`}>
              <span className={css.stepName}>{t(step.step)}</span>
              <span className={css.track}>
                <span className={css.fill} style={{ width: `${Math.max(0.5, (step.people / most) * 100)}%`, background: stageColour(colours[step.step], mode) }} />
              </span>
              <span className={css.stepValue}>
                <Link to={link(step.step)} className="strong">{f.count(step.people)}</Link>
                <span className="small muted">{index > 0 && t('of_before', { share: f.share(step.people, steps[index - 1]?.people ?? 0) })}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </ChartCard>
  )
}

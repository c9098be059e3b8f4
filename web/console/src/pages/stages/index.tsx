/** The life cycle over time: who fell silent, who came back. */
import { useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Button, Segmented, Select } from 'antd'
import { Page } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { Flow } from './Flow'
import { stageFlow, type Period, type Step, type Way } from './flow'
import { Matrix } from './Matrix'
import { People } from './People'
import { Counts, Turns } from './Turns'
import { useStages } from './words'

const LENGTHS: Record<Step, number[]> = { week: [8, 12, 26, 52], month: [6, 12, 24] }

export default function StagesPage() {
  const t = useStages()
  const { can } = useSession()
  const [step, setStep] = useState<Step>('week')
  const [length, setLength] = useState(12)
  const flow = useQuery({ queryKey: ['measure', 'stage-flow', step, length], queryFn: async () => ({ step, ...(await stageFlow(step, length)) }), placeholderData: keepPreviousData })
  const turnTo = (next: Step) => {
    setStep(next)
    setLength(12)
  }
  const actions = (
    <>
      <Segmented<Step> value={step} onChange={turnTo} options={(['week', 'month'] as const).map((value) => ({ value, label: t(value) }))} />
      <Select<number> value={length} onChange={setLength} aria-label={t('period')} popupMatchSelectWidth={false} options={LENGTHS[step].map((n) => ({ value: n, label: t(`last_n_${step}`, { n }) }))} />
      <Link to="/rfm"><Button>{t('rfm')}</Button></Link>
      {can('settings.write') && <Link to="/settings#stage-settings"><Button>{t('rules')}</Button></Link>}
    </>
  )
  return (
    <Page title={t('title')} note={t('note')} actions={actions}>
      <Shown of={flow} what={t('title')} rows={12} empty={({ periods }) => periods.every((period) => period.moves.length === 0) && <Empty title={t('empty')} hint={t('empty_hint')} />}>
        {({ periods, step: of }) => <Detail key={`${of} ${periods.length}`} periods={periods} step={of} />}
      </Shown>
    </Page>
  )
}

function Detail({ periods, step }: { periods: Period[]; step: Step }) {
  const t = useStages()
  // Of the running period little has happened yet.
  const [chosen, choose] = useState(Math.max(0, periods.length - 2))
  const [way, setWay] = useState<Way>()
  return (
    <div className="stack">
      <Turns periods={periods} step={step} choose={choose} />
      <Matrix periods={periods} step={step} chosen={chosen} choose={choose} open={setWay} />
      <Flow periods={periods} open={setWay} />
      <Counts periods={periods} step={step} />
      <p className="muted small">{t('how')}</p>
      <People step={step} way={way} close={() => setWay(undefined)} />
    </div>
  )
}

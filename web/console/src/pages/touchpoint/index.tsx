/** One touchpoint: its code to print, what it costs, and what came of it. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { Button } from 'antd'
import { Pencil } from 'lucide-react'
import type { Touchpoint } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useKinds } from '@/parts/choices'
import { Facts, StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { PageFailed, PageLoading, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { TouchpointForm } from '../touchpoints/TouchpointForm'
import { useTouchpoints } from '../touchpoints/words'
import { ByDay } from './ByDay'
import { Costs } from './Costs'
import { Funnel } from './Funnel'
import { LiveCode, PrintedCode } from './LiveCode'
import { MachineCard, Marks } from './Marks'
import { Retention } from './Retention'
import { touchpoints, type Funnel as FunnelAnswer } from './server'

export default function TouchpointPage() {
  const { id = '' } = useParams()
  const touchpoint = useQuery({ queryKey: ['touchpoint', id], queryFn: () => api.touchpoints.one(id) })
  if (touchpoint.data) return <Detail touchpoint={touchpoint.data} />
  if (touchpoint.isError) return <PageFailed error={touchpoint.error} retry={() => void touchpoint.refetch()} />
  return <PageLoading />
}

function Detail({ touchpoint }: { touchpoint: Touchpoint }) {
  const t = useTouchpoints()
  const kinds = useKinds()
  const { can } = useSession()
  const [editing, setEditing] = useState(false)
  const funnel = useQuery({ queryKey: ['touchpoint', touchpoint.id, 'funnel'], queryFn: () => touchpoints.funnel(touchpoint.id) })
  const active = touchpoint.status === 'active'
  const toggle = useAct(() => api.touchpoints.save(touchpoint.id, { status: active ? 'paused' : 'active' }), {
    done: active ? t('paused_done') : t('resumed_done'),
    refresh: ['touchpoint', 'touchpoints'],
  })
  const kind = kinds.find(touchpoint.kind)
  const actions = can('touchpoint.write') && (
    <>
      <Button onClick={() => toggle.mutate(undefined)} loading={toggle.isPending}>{active ? t('pause') : t('resume')}</Button>
      <Button icon={<Pencil size={15} />} onClick={() => setEditing(true)}>{t('edit')}</Button>
    </>
  )
  const heading = <><span>{touchpoint.name}</span><StateChip tone={active ? 'good' : 'plain'}>{active ? t('active') : t('paused')}</StateChip></>
  const note = [kinds.name(touchpoint.kind), kind && t(kind.line), touchpoint.store?.name, touchpoint.owner?.name].filter(Boolean).join(' · ')
  return (
    <Page title={touchpoint.name} heading={heading} note={note} back={{ to: '/touchpoints', label: t('back') }} actions={actions}>
      <div className="side">
        <div className="stack">
          <Shown of={funnel} what={t('funnel')} rows={8}>
            {(data) => (
              <>
                <Summary touchpoint={touchpoint} funnel={data} />
                <Funnel touchpoint={touchpoint} steps={data.steps} />
                <ByDay days={data.by_day} />
              </>
            )}
          </Shown>
          <Retention id={touchpoint.id} />
          <Marks id={touchpoint.id} />
        </div>
        <div className="stack">
          <PrintedCode touchpoint={touchpoint} />
          <LiveCode touchpoint={touchpoint} />
          <Costs id={touchpoint.id} writes={can('touchpoint.write')} />
          {funnel.data && <MachineCard machines={funnel.data.machines} />}
        </div>
      </div>
      <TouchpointForm of={touchpoint} open={editing} close={() => setEditing(false)} />
    </Page>
  )
}

function Summary({ touchpoint, funnel }: { touchpoint: Touchpoint; funnel: FunnelAnswer }) {
  const t = useTouchpoints()
  const f = useFormat()
  return (
    <Card title={t('summary')} extra={<Link to={`/persons?touchpoint=${touchpoint.id}`}>{t('see_people')}</Link>}>
      <Facts
        items={[
          { name: t('visits'), value: f.count(touchpoint.visits), testid: 'touchpoint-visits' },
          { name: t('people'), to: `/persons?touchpoint=${touchpoint.id}`, value: f.count(touchpoint.people), testid: 'touchpoint-people' },
          { name: t('cost'), value: f.money(funnel.cost_fen) },
          { name: t('revenue'), value: f.money(funnel.revenue_fen) },
          { name: t('cac'), value: funnel.cac_fen === null ? '—' : f.money(funnel.cac_fen), ...(funnel.cac_fen === null ? { note: t('no_cost') } : {}) },
          { name: t('roi'), value: funnel.roi_bp === null ? '—' : f.percent(funnel.roi_bp), note: funnel.roi_bp === null ? t('no_cost') : t('roi_note') },
        ]}
      />
    </Card>
  )
}

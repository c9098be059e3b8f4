/** The weir on one page: five figures, the picture, and below it what each step costs and brings. */
import { lazy, Suspense } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate } from 'react-router'
import { Button } from 'antd'
import type { Overview } from 'api'
import { api } from '@/server'
import { ChartCard } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Page } from '@/parts/Page'
import { Empty, Loading, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { Figures } from './Figures'
import { Money } from './Money'
import { Picture } from './weir/Picture'
import { useHome } from './words'

const Pool = lazy(() => import('./Pool'))
const Cohorts = lazy(() => import('./Cohorts'))
const Touchpoints = lazy(() => import('./Touchpoints'))
const Campaigns = lazy(() => import('./Campaigns'))

/** Guides and store managers do not see the figures of the brand: their work begins with their customers. */
export default function Home() {
  const { can } = useSession()
  return can('measure.read') ? <Weir /> : <Navigate to="/persons" replace />
}

function Weir() {
  const t = useHome()
  const f = useFormat()
  const overview = useQuery({ queryKey: ['overview'], queryFn: api.measure.overview, refetchInterval: 60_000 })
  return (
    <Page title={t('title')} note={overview.data && t('as_of', { at: f.when(overview.data.as_of) })}>
      <Shown of={overview} what={t('what')} rows={10}>
        {(data) => (
          <>
            <Figures of={data} />
            <WeirCard of={data} />
          </>
        )}
      </Shown>
      <Suspense fallback={<Loading rows={6} />}>
        <Money />
        <Pool />
        <Cohorts />
        <Touchpoints />
        <Campaigns />
      </Suspense>
    </Page>
  )
}

function WeirCard({ of: { flow } }: { of: Overview }) {
  const t = useHome()
  const f = useFormat()
  const name = (id: string) => flow.nodes.find((node) => node.id === id)
  const label = (id: string) => {
    const node = name(id)
    return node?.kind === 'stage' ? f.stage(node.id) : (node?.[f.lang] ?? id)
  }
  const sheet = {
    head: [t('flow_from'), t('flow_to'), t('people'), t('income')],
    rows: flow.links.map((link) => [label(link.from), label(link.to), link.persons, link.value_fen === null ? null : link.value_fen / 100]),
    show: (value: unknown, column: number) =>
      column < 2 || value === null ? undefined : column === 3 ? f.money(Math.round(Number(value) * 100)) : f.count(Number(value)),
  }
  const dry = !flow.links.some((link) => link.persons > 0)
  const start = (
    <span className="row">
      <Link to="/imports"><Button type="primary">{t('import_persons')}</Button></Link>
      <Link to="/touchpoints?new=1"><Button>{t('new_touchpoint')}</Button></Link>
    </span>
  )
  return (
    <ChartCard id="weir" title={t('picture')} note={t('picture_note')} sheet={sheet}>
      {dry ? <Empty title={t('picture_empty')} hint={t('picture_empty_hint')} action={start} /> : <Picture flow={flow} />}
    </ChartCard>
  )
}

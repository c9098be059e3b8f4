import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Button } from 'antd'
import { Megaphone, Plus, Upload } from 'lucide-react'
import type { PersonRow } from 'api'
import { api } from '@/server'
import { useKinds, useGuideChoices, useStageChoices, useStoreChoices, useTagChoices, useTouchpointChoices } from '@/parts/choices'
import { useColumnChoice } from '@/parts/list/columns'
import { ListBar, type FilterSpec } from '@/parts/list/ListBar'
import { ListTable } from '@/parts/list/ListTable'
import { useFilters, useList, type Filters } from '@/parts/list/use-list'
import { Card, Page } from '@/parts/Page'
import { Empty } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { PersonCard, usePersonColumns } from './columns'
import { useRfmChoices } from '../rfm/choices'
import { CreatePerson } from './CreatePerson'
import { TagMany } from './TagMany'
import { usePersons } from './words'

const FILTERS = ['stage', 'rfm', 'tag', 'group', 'touchpoint', 'store', 'guide', 'reachable']

function useSpecs(): FilterSpec[] {
  const t = usePersons()
  const [stage, tag, touchpoint, store, guide] = [useStageChoices(), useTagChoices(), useTouchpointChoices(), useStoreChoices(), useGuideChoices()]
  const rfm = useRfmChoices()
  const c = useCommon()
  const kinds = useKinds()
  return useMemo(
    () => [
      { name: 'stage', label: t('stage'), options: stage },
      { name: 'rfm', label: 'RFM', options: rfm },
      { name: 'tag', label: t('tag'), options: tag },
      { name: 'group', label: t('source'), options: [...kinds.grouped.map(({ group, label }) => ({ value: group, label })), { value: 'none', label: t('no_source') }] },
      { name: 'touchpoint', label: t('touchpoint'), options: touchpoint },
      { name: 'store', label: t('store'), options: store },
      { name: 'guide', label: t('guide'), options: [...guide, { value: 'none', label: t('no_guide') }] },
      { name: 'reachable', label: t('reachable'), options: [{ value: 'true', label: c('yes') }, { value: 'false', label: c('no') }] },
    ],
    [t, c, kinds, stage, rfm, tag, touchpoint, store, guide],
  )
}

export default function Persons() {
  const t = usePersons()
  const navigate = useNavigate()
  const { can, me } = useSession()
  const filters = useFilters(FILTERS)
  const list = useList<PersonRow>(['persons', filters.values], (page) => api.persons.list({ ...filters.values, ...page }))
  const columns = usePersonColumns()
  const choice = useColumnChoice('persons', columns)
  const specs = useSpecs()
  const [chosen, setChosen] = useState<string[]>([])
  const [creating, setCreating] = useState(false)
  const sorts = [
    { value: 'recent', label: t('sort_recent') },
    { value: 'worth', label: t('sort_worth') },
    { value: 'joined', label: t('sort_joined') },
  ]
  const writes = can('person.write')
  const actions = writes && (
    <>
      {can('import.run') && <Link to="/imports"><Button icon={<Upload size={15} />}>{t('import')}</Button></Link>}
      <Button type="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)} data-testid="new-person">{t('create')}</Button>
    </>
  )
  return (
    <Page title={t('title')} actions={actions}>
      <Card flush>
        <ListBar topic="persons" filters={filters} specs={specs} searchHint={t('search')} sorts={sorts} columns={columns} choice={choice} rows={list.rows}
          extra={can('campaign.write') && <Reach values={filters.values} />} />
        {chosen.length > 0 && <TagMany ids={chosen} clear={() => setChosen([])} />}
        <ListTable
          topic="persons"
          what={t('what')}
          list={list}
          columns={choice.visible}
          id={(row) => row.id}
          open={(row) => void navigate(`/persons/${row.id}`)}
          card={(row) => <PersonCard row={row} />}
          filtered={filters.active.length > 0 || Boolean(filters.values.q)}
          clear={filters.clear}
          {...(writes ? { selection: { keys: chosen, set: setChosen } } : {})}
          empty={me.stores ? <Empty title={t('empty_stores')} hint={t('empty_stores_hint')} />
            : <Empty title={t('empty')} hint={t('empty_hint')} action={can('import.run') && <Link to="/imports"><Button type="primary">{t('import')}</Button></Link>} />}
        />
      </Card>
      <CreatePerson open={creating} close={() => setCreating(false)} />
    </Page>
  )
}

/** From a filtered list straight to a message for the same people. */
function Reach({ values }: { values: Filters }) {
  const t = usePersons()
  const kept = Object.entries(values).filter(([name]) => ['stage', 'tag', 'touchpoint', 'store'].includes(name))
  const others = Object.keys(values).some((name) => ['q', 'group', 'guide', 'reachable', 'rfm'].includes(name))
  if (kept.length === 0 || others) return null
  return <Link to={`/campaigns/new?${new URLSearchParams(kept).toString()}`}><Button icon={<Megaphone size={15} />} data-testid="reach-these">{t('reach_these')}</Button></Link>
}

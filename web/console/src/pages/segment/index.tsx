/** One segment: how many, who, what they are like, and why each of them. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { Alert, App, Button, Dropdown, Form, Input, Modal, Tabs } from 'antd'
import { Ellipsis, Megaphone, Pencil } from 'lucide-react'
import { useAct } from '@/parts/act'
import { Facts } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { PageFailed, PageLoading } from '@/parts/state'
import { segments, type Segment } from '@/parts/rule/ask'
import { ruleText } from '@/parts/rule/text'
import { useFields } from '@/parts/rule/use-fields'
import { useSaid } from '@/said'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { Freshness, SegmentStateChip } from '../segments/state'
import { useSegments } from '../segments/words'
import { History } from './History'
import { Members } from './Members'
import { Portrait } from './Portrait'
import { Use } from './Use'
import { Why } from './Why'
import css from './segment.module.css'

export default function SegmentPage() {
  const { id = '' } = useParams()
  const segment = useQuery({
    queryKey: ['segment', id],
    queryFn: () => segments.one(id),
    refetchInterval: ({ state }) => (state.data?.state === 'building' ? 1500 : state.data?.state === 'archived' ? false : 10_000),
  })
  if (segment.data) return <Detail of={segment.data} />
  if (segment.isError) return <PageFailed error={segment.error} retry={() => void segment.refetch()} />
  return <PageLoading />
}

const TABS = ['size', 'members', 'portrait', 'why', 'use'] as const
type Tab = (typeof TABS)[number]

function Detail({ of }: { of: Segment }) {
  const t = useSegments()
  const f = useFormat()
  const fields = useFields()
  const [search, setSearch] = useSearchParams()
  const tab = TABS.find((each) => each === search.get('tab')) ?? 'size'
  const says = of.rule ? ruleText(of.rule, fields, f.lang) : t('fixed')
  const shown: Record<Tab, () => React.ReactNode> = {
    size: () => <History id={of.id} />, members: () => <Members of={of} />, portrait: () => <Portrait of={of} />, why: () => <Why of={of} />, use: () => <Use of={of} />,
  }
  return (
    <Page title={of.name} heading={<><span>{of.name}</span><SegmentStateChip state={of.state} /><Freshness of={of} /></>} back={{ to: '/segments', label: t('back') }} actions={<Acts of={of} />}>
      <Condition of={of} />
      <Card title={t('d_summary')} note={<span className={css.rule} data-testid="segment-says">{says}{of.note && <><br />{of.note}</>}</span>}>
        <Facts
          items={[
            { name: t('d_size'), value: f.count(of.size), testid: 'segment-size' },
            { name: t('d_week'), value: of.kind === 'static' ? '—' : `+${f.count(of.entered_week)}` },
            { name: t('d_week_left'), value: of.kind === 'static' ? '—' : `−${f.count(of.left_week)}` },
            { name: t('version'), value: of.version, note: f.when(of.updated_at) },
          ]}
        />
      </Card>
      <Tabs activeKey={tab} onChange={(next) => setSearch({ tab: next }, { replace: true })} destroyOnHidden
        items={TABS.map((key) => ({ key, label: t(`tab_${key}`), children: key === tab ? shown[key]() : null }))} />
    </Page>
  )
}

/** What is the matter, when it is not simply live. */
function Condition({ of }: { of: Segment }) {
  const t = useSegments()
  const f = useFormat()
  const { say } = useSaid()
  if (of.state === 'stale') {
    return (
      <Alert type="error" showIcon title={t('d_error')} data-testid="segment-stale"
        description={<>{of.error && <p>{say(of.error)}</p>}<p>{t('d_error_hint', { when: f.moment(of.exact_at) })}</p></>} />
    )
  }
  if (of.state === 'building') return <Alert type="warning" showIcon title={t('d_building')} />
  if (of.state === 'archived') return <Alert type="info" showIcon title={t('d_archived_note')} />
  return null
}

function Acts({ of }: { of: Segment }) {
  const t = useSegments()
  const f = useFormat()
  const { can } = useSession()
  const { modal } = App.useApp()
  const navigate = useNavigate()
  const [renaming, setRenaming] = useState(false)
  const archive = useAct(() => segments.archive(of.id), { done: t('d_archived'), refresh: ['segments', 'segment'], then: () => void navigate('/segments') })
  if (!can('campaign.write') || of.state === 'archived') return null
  const ask = () =>
    modal.confirm({
      title: t('d_archive_title', { name: of.name }),
      content: <><p>{t('d_archive_note', { n: f.count(of.size) })}</p>{of.used_by.length > 0 && <p className="bad">{t('d_archive_used', { names: of.used_by.map((each) => each.name).join(f.lang === 'zh' ? '、' : ', ') })}</p>}</>,
      okText: t('d_archive'), cancelText: t('d_keep'), okButtonProps: { danger: true },
      onOk: () => archive.mutateAsync(undefined).catch(() => undefined),
    })
  const items = [
    { key: 'rename', label: t('d_rename') },
    { key: 'combine', label: t('d_combine') },
    ...(of.rule ? [{ key: 'copy', label: t('d_duplicate') }] : []),
    { type: 'divider' as const },
    { key: 'archive', label: t('d_archive'), danger: true },
  ]
  const act: Record<string, () => void> = {
    rename: () => setRenaming(true), archive: ask,
    combine: () => void navigate(`/segments/combine?ids=${of.id}`), copy: () => void navigate(`/segments/new?from=${of.id}`),
  }
  return (
    <>
      <Link to={`/campaigns/new?segment=${of.id}`}><Button icon={<Megaphone size={15} />} data-testid="segment-reach">{t('d_reach')}</Button></Link>
      {of.kind === 'live' && <Link to={`/segments/${of.id}/edit`}><Button icon={<Pencil size={15} />} data-testid="segment-edit">{t('d_edit')}</Button></Link>}
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => act[key]?.() }}>
        <Button icon={<Ellipsis size={16} />} aria-label={t('d_more')} data-testid="segment-more" />
      </Dropdown>
      <Rename of={of} open={renaming} close={() => setRenaming(false)} />
    </>
  )
}

function Rename({ of, open, close }: { of: Segment; open: boolean; close: () => void }) {
  const t = useSegments()
  const c = useCommon()
  const [form] = Form.useForm<{ name: string; note: string }>()
  const save = useAct((body: { name: string; note: string }) => segments.save(of.id, body), { refresh: ['segments', 'segment'], then: close })
  return (
    <Modal open={open} onCancel={close} title={t('d_rename')} okText={c('save')} cancelText={c('cancel')} confirmLoading={save.isPending} onOk={() => form.submit()} destroyOnHidden>
      <Form form={form} layout="vertical" initialValues={{ name: of.name, note: of.note ?? '' }} onFinish={(values) => save.mutate({ name: values.name.trim(), note: (values.note ?? '').trim() })}>
        <Form.Item name="name" label={t('e_name')} rules={[{ required: true, whitespace: true, message: t('e_name_needed') }]}><Input maxLength={80} /></Form.Item>
        <Form.Item name="note" label={t('e_note')}><Input maxLength={200} /></Form.Item>
      </Form>
    </Modal>
  )
}

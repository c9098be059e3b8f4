import { useState } from 'react'
import { Link } from 'react-router'
import { App, Button, Form, Input } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { TagChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { segments, type Segment } from '@/parts/rule/ask'
import { readsSegments } from '@/parts/rule/tree'
import { useFields } from '@/parts/rule/use-fields'
import { useSession } from '@/shell/session'
import { useCommon } from '@/words/common'
import { useSegments } from '../segments/words'

const places = [['cmp_', '/campaigns/', 'u_campaign'], ['seg_', '/segments/', 'u_segment']] as const

export function Use({ of }: { of: Segment }) {
  const t = useSegments()
  const fields = useFields()
  const { can } = useSession()
  const campaigns = useQuery({ queryKey: ['campaigns', 'of-segment', of.id], queryFn: () => api.campaigns.list({ segment: of.id, limit: 50 }), enabled: can('measure.read') })
  const reads = of.rule ? readsSegments(of.rule) : []
  return (
    <div className="two" style={{ alignItems: 'start' }}>
      <Card title={t('u_title')} id="used-by">
        {can('measure.read') ? <Shown of={campaigns} what={t('u_title')} rows={2}>{(data) => <Used by={[...of.used_by, ...data.items]} />}</Shown> : <Used by={of.used_by} />}
        {reads.length > 0 && (
          <>
            <p className="muted small" style={{ marginTop: 12 }}>{t('u_reads')}</p>
            <ul style={{ listStyle: 'none' }}>{reads.map((id) => <li key={id} style={{ padding: '6px 0' }}><Link to={`/segments/${id}`}>{fields.segmentName(id)}</Link></li>)}</ul>
          </>
        )}
      </Card>
      <RuleTag of={of} />
    </div>
  )
}

function Used({ by }: { by: { id: string; name: string }[] }) {
  const t = useSegments()
  if (by.length === 0) return <p className="muted">{t('u_none')}<br />{t('u_hint')}</p>
  return (
    <ul style={{ listStyle: 'none' }}>
      {by.map((each) => {
        const place = places.find(([prefix]) => each.id.startsWith(prefix))
        return (
          <li key={each.id} className="row" style={{ padding: '6px 0' }}>
            {place ? <Link to={place[1] + each.id} className="cut">{each.name}</Link> : <span className="cut">{each.name}</span>}
            {place && <TagChip>{t(place[2])}</TagChip>}
          </li>
        )
      })}
    </ul>
  )
}

/** A tag that follows the segment. */
function RuleTag({ of }: { of: Segment }) {
  const t = useSegments()
  const c = useCommon()
  const f = useFormat()
  const { can } = useSession()
  const { modal } = App.useApp()
  const [tag, setTag] = useState('')
  const refresh = ['segment', 'segments', 'tags']
  const set = useAct((next: string | null) => segments.tag(of.id, next), { done: (_, next) => (next ? t('u_tag_saved') : t('u_tag_removed')), refresh })
  const writes = can('campaign.write') && of.state !== 'archived'
  const stop = () =>
    modal.confirm({
      title: t('u_tag_off_title', { tag: of.tag ?? '' }), content: t('u_tag_off_note', { n: f.count(of.size) }), okText: t('u_tag_off'), cancelText: c('cancel'), okButtonProps: { danger: true },
      onOk: () => set.mutateAsync(null).catch(() => undefined),
    })
  return (
    <Card title={t('u_tag')} note={t('u_tag_note')} id="rule-tag">
      {of.tag ? (
        <div className="row wrap between"><span>{t('u_tag_now', { tag: of.tag })}</span>{writes && <Button onClick={stop} loading={set.isPending}>{t('u_tag_off')}</Button>}</div>
      ) : writes ? (
        <Form onFinish={() => tag.trim() && set.mutate(tag.trim())} className="row">
          <Input value={tag} onChange={(event) => setTag(event.target.value)} maxLength={40} aria-label={t('u_tag')} data-testid="rule-tag-name" />
          <Button htmlType="submit" loading={set.isPending} disabled={!tag.trim()} data-testid="rule-tag-set">{t('u_tag_set')}</Button>
        </Form>
      ) : <p className="muted">{c('none')}</p>}
    </Card>
  )
}

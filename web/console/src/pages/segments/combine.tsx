/** Set algebra: choose segments, see how they overlap, pick parts, keep them as a segment that follows. */
import { useMemo, useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { Button, Form, Input, Segmented, Select } from 'antd'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { segments } from '@/parts/rule/ask'
import { ruleText } from '@/parts/rule/text'
import type { Rule } from '@/parts/rule/types'
import { useFields, type Fields } from '@/parts/rule/use-fields'
import { useSession } from '@/shell/session'
import { LiveCount } from '../segment-edit/LiveCount'
import { algebraRule, operationOf, partsOf, type Operation } from './algebra'
import { Picture } from './Picture'
import { useSegments } from './words'
import css from './segments.module.css'

export default function CombinePage() {
  const t = useSegments()
  const fields = useFields()
  const [search, setSearch] = useSearchParams()
  const ids = useMemo(() => (search.get('ids') ?? '').split(',').filter(Boolean).slice(0, 4), [search])
  const choose = (next: string[]) => setSearch(next.length ? { ids: next.slice(0, 4).join() } : {}, { replace: true })
  return (
    <Page title={t('c_title')} note={t('c_intro')} back={{ to: '/segments', label: t('back') }}>
      <Card>
        <Select mode="multiple" value={ids} onChange={choose} maxCount={4} options={fields.segments} style={{ width: '100%' }} aria-label={t('c_pick')} placeholder={t('c_pick')}
          showSearch={{ optionFilterProp: 'label' }} data-testid="combine-pick" />
      </Card>
      {ids.length < 2 ? <Card><Empty title={t('c_need')} /></Card> : <Combined key={ids.length} ids={ids} fields={fields} />}
    </Page>
  )
}

function Combined({ ids, fields }: { ids: string[]; fields: Fields }) {
  const t = useSegments()
  const [parts, setParts] = useState(() => partsOf('union', ids.length))
  const overlap = useQuery({ queryKey: ['segments', 'overlap', ids], queryFn: () => segments.overlap(ids), placeholderData: keepPreviousData })
  const operation = operationOf(parts, ids.length)
  const names = ids.map((id) => fields.segmentName(id))
  const rule = useMemo(() => algebraRule(ids, parts), [ids, parts])
  const toggle = (key: string) => setParts(parts.includes(key) ? parts.filter((part) => part !== key) : [...parts, key])
  const options = (['union', 'intersect', 'minus'] as const).map((value) => ({ value: value as Operation, label: t(`c_${value}`) }))
  const note = operation === 'custom' ? t('c_custom') : t(`c_${operation}_note`, { name: names[0] ?? '' })
  return (
    <div className="side">
      <Shown of={overlap} what={t('c_picture')} rows={6}>
        {(data) => <Picture names={names} of={data} title={t('c_picture')} note={t('c_picture_note')} empty={t('c_empty')} picked={parts} press={toggle} tools={(
          <Segmented<Operation> size="small" value={operation} options={operation === 'custom' ? [...options, { value: 'custom', label: t('c_custom') }] : options}
            onChange={(next) => next !== 'custom' && setParts(partsOf(next, ids.length))} data-testid="operation" />
        )} />}
      </Shown>
      <Card title={t('c_result')} note={note} id="combine-result">
        {rule ? <Keep rule={rule} fields={fields} /> : <p className="muted">{t('c_zero')}</p>}
      </Card>
    </div>
  )
}

function Keep({ rule, fields }: { rule: Rule; fields: Fields }) {
  const t = useSegments()
  const f = useFormat()
  const { can } = useSession()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const save = useAct(() => segments.create({ name: name.trim(), rule }), { done: t('e_saved'), refresh: ['segments'], then: (made) => void navigate(`/segments/${made.id}`) })
  function submit() {
    setTried(true)
    if (name.trim()) save.mutate(undefined)
  }
  return (
    <div className="stack">
      <LiveCount rule={rule} sample={0} />
      <p className={`small muted ${css.sentence}`}>{ruleText(rule, fields, f.lang)}</p>
      {can('campaign.write') && (
        <Form layout="vertical" onFinish={submit}>
          <Form.Item label={t('c_name')} htmlFor="combine-name" {...(tried && !name.trim() ? { validateStatus: 'error' as const, help: t('e_name_needed') } : {})}>
            <Input id="combine-name" value={name} onChange={(event) => setName(event.target.value)} maxLength={80} data-testid="combine-name" />
          </Form.Item>
          <Button type="primary" block htmlType="submit" loading={save.isPending} data-testid="combine-save">{t('c_save')}</Button>
        </Form>
      )}
    </div>
  )
}

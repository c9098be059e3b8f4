/** Write a rule and watch whom it has. */
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useBlocker, useNavigate, useParams, useSearchParams } from 'react-router'
import { App, Button, Form, Input, Modal } from 'antd'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, PageFailed, PageLoading } from '@/parts/state'
import { segments, type Segment } from '@/parts/rule/ask'
import { RuleEditor } from '@/parts/rule/RuleEditor'
import { ruleText } from '@/parts/rule/text'
import { asGroup, tally, whole } from '@/parts/rule/tree'
import type { Rule } from '@/parts/rule/types'
import { useFields } from '@/parts/rule/use-fields'
import { poolRule } from '../pools/rule'
import { stepRule } from '../touchpoint/step-rule'
import { useSegments } from '../segments/words'
import { LiveCount } from './LiveCount'
import { Templates } from './Templates'
import css from './edit.module.css'

export default function SegmentEditPage() {
  const { id } = useParams()
  const [search] = useSearchParams()
  const from = id ?? search.get('from') ?? undefined
  const t = useSegments()
  const segment = useQuery({ queryKey: ['segment', from], queryFn: () => segments.one(from ?? ''), enabled: from !== undefined })
  const tag = search.get('tag')
  const start = tag ? { tag: { any: [tag] } } : (poolRule(search) ?? stepRule(search))
  if (from === undefined) return <Editor {...(start ? { start } : {})} />
  if (segment.isError) return <PageFailed error={segment.error} retry={() => void segment.refetch()} />
  if (!segment.data) return <PageLoading />
  if (!segment.data.rule) return <Page title={segment.data.name} back={{ to: `/segments/${from}`, label: segment.data.name }}><Card><Empty title={t('e_empty_rule')} /></Card></Page>
  return id ? <Editor key={id} of={segment.data} /> : <Editor key={from} copy={segment.data} />
}

function Editor({ of, copy, start }: { of?: Segment; copy?: Segment; start?: Rule }) {
  const t = useSegments()
  const known = useFields()
  // A segment cannot be a condition of itself.
  const fields = useMemo(() => ({ ...known, segments: known.segments.filter((each) => each.value !== of?.id) }), [known, of?.id])
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [name, setName] = useState(of?.name ?? (copy ? t('d_copy_name', { name: copy.name }) : ''))
  const [note, setNote] = useState(of?.note ?? copy?.note ?? '')
  const [rule, setRule] = useState<Rule>(() => asGroup(of?.rule ?? copy?.rule ?? start ?? null))
  const [tried, setTried] = useState(false)
  const changed = useRef(false)
  const edit = useCallback((next: Rule) => {
    setRule(next)
    changed.current = true
  }, [])
  const counted = useMemo(() => whole(rule) ?? { all: [] }, [rule])
  const open = tally(rule).open
  const save = useAct(
    () => {
      const body = { name: name.trim(), note: note.trim(), rule }
      return of ? segments.save(of.id, body) : segments.create(body)
    },
    {
      done: t('e_saved'), refresh: ['segments', 'segment'], then: (made) => {
        changed.current = false
        void navigate(`/segments/${made.id}`)
      },
    },
  )
  function submit() {
    setTried(true)
    if (!name.trim()) return document.getElementById('segment-name')?.focus()
    if (tally(rule).leaves === 0) return void message.warning(t('e_nothing'))
    if (open > 0) return void message.warning(t('e_open_left'))
    save.mutate(undefined)
  }
  const title = of ? t('e_edit') : t('e_new')
  return (
    <Page title={title} back={of ? { to: `/segments/${of.id}`, label: of.name } : { to: '/segments', label: t('back') }} {...(of ? { note: t('e_version_note', { n: of.version + 1 }) } : {})}
      actions={<Button type="primary" onClick={submit} loading={save.isPending} data-testid="segment-save">{of ? t('e_save_edit') : t('e_save')}</Button>}>
      <div className={css.page}>
        <div className="stack">
          <Card>
            <Form layout="vertical" className="two">
              <Form.Item label={t('e_name')} htmlFor="segment-name" style={{ marginBottom: 0 }} {...(tried && !name.trim() ? { validateStatus: 'error' as const, help: t('e_name_needed') } : {})}>
                <Input id="segment-name" value={name} maxLength={80} placeholder={t('e_name_hint')} onChange={(event) => { setName(event.target.value); changed.current = true }} data-testid="segment-name" />
              </Form.Item>
              <Form.Item label={t('e_note')} htmlFor="segment-note" style={{ marginBottom: 0 }}>
                <Input id="segment-note" value={note} maxLength={200} placeholder={t('e_note_hint')} onChange={(event) => { setNote(event.target.value); changed.current = true }} />
              </Form.Item>
            </Form>
          </Card>
          <Card title={t('e_rule')}>
            <Sentence rule={rule} />
            <RuleEditor value={rule} onChange={edit} fields={fields} />
          </Card>
          {tally(rule).leaves === 0 && !of && (
            <Templates fields={fields} take={(template) => {
              edit(template.rule)
              if (!name.trim()) setName(fields.lang === 'zh' ? template.zh : template.en)
            }} />
          )}
        </div>
        <aside className={css.aside}>
          <Card title={t('e_count')} id="segment-count"><LiveCount rule={counted} sample={6} against={of?.id} open={open} /></Card>
        </aside>
      </div>
      <Leaving changed={changed} />
    </Page>
  )
}

/** The rule in words; it may lag behind the keys, the number may not. */
function Sentence({ rule }: { rule: Rule }) {
  const t = useSegments()
  const { lang } = useFormat()
  const fields = useFields()
  const settled = useDeferredValue(rule)
  const text = useMemo(() => ruleText(settled, fields, lang), [settled, fields, lang])
  return <p className={css.says} data-testid="rule-sentence"><span className="muted">{t('e_says')}{lang === 'zh' ? '：' : ': '}</span>{text}</p>
}

/** Asks before changes are lost: by going to another page, or by closing this one. */
function Leaving({ changed }: { changed: React.RefObject<boolean> }) {
  const t = useSegments()
  const blocker = useBlocker(({ currentLocation, nextLocation }) => changed.current && currentLocation.pathname !== nextLocation.pathname)
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => changed.current && event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [changed])
  return (
    <Modal open={blocker.state === 'blocked'} title={t('e_lose')} okText={t('e_lose_yes')} cancelText={t('e_lose_no')} okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()} onCancel={() => blocker.reset?.()}>
      {t('e_lose_note')}
    </Modal>
  )
}

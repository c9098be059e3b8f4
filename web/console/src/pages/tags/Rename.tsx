/** Another name for a tag; a name that is in use makes one of the two, and says so before. */
import { useState } from 'react'
import { Alert, Form, Input, Modal } from 'antd'
import { useAct } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { tags, TOUCHED, type Tag } from './ask'
import { useTags } from './words'

export function Rename({ of, all, close }: { of: Tag; all: Tag[]; close: () => void }) {
  const t = useTags()
  const f = useFormat()
  const [text, setText] = useState(of.tag)
  const [tried, setTried] = useState(false)
  const to = text.trim()
  const there = to === of.tag ? undefined : all.find((each) => each.tag === to)
  const wrong = to === '' ? t('name_needed') : to === of.tag ? t('same_name') : null
  const save = useAct(() => tags.rename({ from: of.tag, to, merge: Boolean(there) }), {
    done: ({ persons }) => t(there ? 'merged' : 'renamed', { n: f.count(persons) }), refresh: TOUCHED, then: close,
  })
  function submit() {
    setTried(true)
    if (!wrong) save.mutate(undefined)
  }
  return (
    <Modal open title={t('rename_title', { tag: of.tag })} onCancel={close} onOk={submit} okText={there ? t('merge') : t('rename')} confirmLoading={save.isPending}
      okButtonProps={{ danger: Boolean(there), 'data-testid': 'save-rename' }}>
      <Form layout="vertical" onFinish={submit}>
        <Form.Item label={t('new_name')} htmlFor="tag-new-name" extra={t('rename_note')} {...(tried && wrong ? { validateStatus: 'error' as const, help: wrong } : {})}>
          <Input id="tag-new-name" value={text} maxLength={30} autoFocus onChange={(event) => setText(event.target.value)} data-testid="tag-new-name" />
        </Form.Item>
        {there && <Alert type="warning" showIcon title={t('merge_note', { to, n: f.count(there.persons) })} data-testid="merge-warning" />}
      </Form>
    </Modal>
  )
}

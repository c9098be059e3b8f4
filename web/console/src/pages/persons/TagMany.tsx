import { useState } from 'react'
import { App, Button, Modal } from 'antd'
import { Tag } from 'lucide-react'
import { api, queries } from '@/server'
import { useTagChoices } from '@/parts/choices'
import { useFormat } from '@/parts/format'
import { SuggestInput } from '@/parts/SuggestInput'
import { usePersons } from './words'

/** One tag for everyone chosen, a few at a time; says how many it reached. */
export function TagMany({ ids, clear }: { ids: string[]; clear: () => void }) {
  const t = usePersons()
  const f = useFormat()
  const { message } = App.useApp()
  const tags = useTagChoices()
  const [open, setOpen] = useState(false)
  const [tag, setTag] = useState('')
  const [busy, setBusy] = useState(false)

  async function run() {
    setBusy(true)
    let failed = 0
    const queue = [...ids]
    const work = async () => {
      for (let id = queue.shift(); id; id = queue.shift()) await api.persons.tag(id, tag.trim()).catch(() => failed++)
    }
    await Promise.all([work(), work(), work(), work()])
    setBusy(false)
    setOpen(false)
    setTag('')
    clear()
    for (const topic of ['persons', 'tags']) void queries.invalidateQueries({ queryKey: [topic] })
    if (failed) void message.warning(t('tag_partly', { done: ids.length - failed, failed }))
    else void message.success(t('tagged', { n: f.count(ids.length), tag: tag.trim() }))
  }
  return (
    <div className="row" style={{ padding: '0 16px 12px' }} role="status">
      <span className="strong">{t('selected', { n: ids.length })}</span>
      <Button icon={<Tag size={15} />} onClick={() => setOpen(true)}>{t('tag_them')}</Button>
      <Button type="text" onClick={clear}>{t('clear_selection')}</Button>
      <Modal open={open} title={t('tag_title', { n: f.count(ids.length) })} onCancel={() => setOpen(false)} onOk={() => void run()}
        okText={t('tag_them')} okButtonProps={{ disabled: !tag.trim() }} confirmLoading={busy}>
        <SuggestInput value={tag} onChange={setTag} usual={tags.slice(0, 8).map(({ value }) => value)} placeholder={t('tag_name')} label={t('tag_name')} />
      </Modal>
    </div>
  )
}

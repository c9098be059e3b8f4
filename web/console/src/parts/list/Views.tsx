/** Saved views: a name for a search, its filters and its order, kept in this browser. */
import { useState } from 'react'
import { App, Button, Input, Popover } from 'antd'
import { Bookmark, Trash2 } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { useCommon } from '@/words/common'
import css from './list.module.css'

interface View { name: string; search: string }

function read(key: string): View[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as View[]
  } catch {
    return []
  }
}

export function Views({ topic }: { topic: string }) {
  const t = useCommon()
  const { message } = App.useApp()
  const key = `weir.views.${topic}`
  const [views, setViews] = useState(() => read(key))
  const [name, setName] = useState('')
  const [search, setSearch] = useSearchParams()

  function keep(next: View[]) {
    localStorage.setItem(key, JSON.stringify(next))
    setViews(next)
  }
  function save() {
    const clean = name.trim()
    if (!clean) return
    keep([...views.filter((view) => view.name !== clean), { name: clean, search: search.toString() }])
    setName('')
    void message.success(t('saved_as_view', { name: clean }))
  }
  const content = (
    <div className={css.pop} data-testid="views">
      {views.length === 0 && <p className="muted small">{t('no_views')}</p>}
      {views.map((view) => (
        <div key={view.name} className={css.viewRow}>
          <button type="button" className="linklike grow" onClick={() => setSearch(new URLSearchParams(view.search))}>{view.name}</button>
          <Button type="text" size="small" icon={<Trash2 size={14} />} aria-label={t('delete_view', { name: view.name })}
            onClick={() => keep(views.filter((each) => each !== view))} />
        </div>
      ))}
      <div className="row">
        <Input value={name} onChange={(event) => setName(event.target.value)} onPressEnter={save} placeholder={t('view_name')} aria-label={t('view_name')} />
        <Button onClick={save} disabled={!name.trim()}>{t('save')}</Button>
      </div>
    </div>
  )
  return (
    <Popover content={content} trigger="click" placement="bottomRight">
      <Button icon={<Bookmark size={15} />} aria-label={t('views')}><span className="wide-only">{t('views')}</span></Button>
    </Popover>
  )
}

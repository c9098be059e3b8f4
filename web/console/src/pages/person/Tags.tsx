import { useState } from 'react'
import { AutoComplete, Button } from 'antd'
import { Plus, X } from 'lucide-react'
import type { Person } from 'api'
import { api } from '@/server'
import { useAct } from '@/parts/act'
import { useTagChoices } from '@/parts/choices'
import { Card } from '@/parts/Page'
import { usePerson } from './words'
import css from './person.module.css'

export function Tags({ person, writes }: { person: Person; writes: boolean }) {
  const t = usePerson()
  const tags = useTagChoices()
  const [adding, setAdding] = useState(false)
  const [text, setText] = useState('')
  const changed = { done: null, refresh: ['person', 'persons', 'tags', 'timeline'] }
  const add = useAct((tag: string) => api.persons.tag(person.id, tag), changed)
  const remove = useAct((tag: string) => api.persons.untag(person.id, tag), changed)
  function save(tag: string) {
    const clean = tag.trim()
    setText('')
    setAdding(false)
    if (clean && !person.tags.includes(clean)) add.mutate(clean)
  }
  return (
    <Card title={t('tags')}>
      <div className="row wrap" data-testid="person-tags">
        {person.tags.length === 0 && !adding && <span className="muted">{t('tags_empty')}</span>}
        {person.tags.map((tag) => (
          <span key={tag} className={css.tag}>
            {tag}
            {writes && (
              <button type="button" aria-label={t('tag_remove', { tag })} onClick={() => remove.mutate(tag)}><X size={12} aria-hidden /></button>
            )}
          </span>
        ))}
        {writes && !adding && (
          <Button size="small" type="dashed" icon={<Plus size={12} />} onClick={() => setAdding(true)} data-testid="add-tag">{t('tag_add')}</Button>
        )}
        {adding && (
          <AutoComplete autoFocus size="small" style={{ width: 160 }} value={text} onChange={setText} onSelect={save} onBlur={() => save(text)} showSearch={{ filterOption: true }}
            options={tags.filter(({ value }) => !person.tags.includes(value)).map(({ value }) => ({ value }))} aria-label={t('tag_add')}
            onKeyDown={(event) => {
              if (event.key === 'Enter') save(text)
              if (event.key === 'Escape') setAdding(false)
            }} />
        )}
      </div>
    </Card>
  )
}

/** Groups beside the list of tags: choosing one filters it. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import { Pencil } from 'lucide-react'
import type { List } from 'api'
import { StateChip } from '@/parts/chips'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import type { Group } from './ask'
import { useTags } from './words'
import css from './tags.module.css'

interface GroupsProps {
  query: UseQueryResult<List<Group>>
  chosen: string | undefined
  choose: (id: string | undefined) => void
  edit?: (group: Group) => void
}

export function Groups({ query, chosen, choose, edit }: GroupsProps) {
  const t = useTags()
  return (
    <Card title={t('groups')} note={t('groups_note')} id="tag-groups">
      <Shown of={query} what={t('groups')} rows={3}>
        {({ items }) => items.length === 0 ? <p className="muted">{t('groups_empty')}</p> : (
          <ul className={css.groups}>
            {items.map((each) => (
              <li key={each.id} data-testid="tag-group">
                <button type="button" className={css.pick} aria-pressed={chosen === each.id} onClick={() => choose(chosen === each.id ? undefined : each.id)}>
                  <span className={`${css.swatch} ${css[each.colour] ?? ''}`} aria-hidden />
                  <span className="cut">{each.name}</span>
                  {each.exclusive && <StateChip tone="plain" title={t('exclusive_hint')}>{t('exclusive')}</StateChip>}
                  <span className="grow" />
                  <span className="small muted nowrap">{t('n_tags', { n: each.tags.length, count: each.tags.length })}</span>
                </button>
                {edit && <Button type="text" size="small" icon={<Pencil size={14} />} aria-label={t('edit_group_of', { name: each.name })} onClick={() => edit(each)} data-testid="edit-tag-group" />}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

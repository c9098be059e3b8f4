/**
 * The rule builder: groups of conditions, each a sentence of fields. The tree is changed by path, and what a change does not
 * touch stays the very same object, so that typing into one condition renders that condition alone.
 */
import { createContext, memo, useContext, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { Button, Select } from 'antd'
import { Copy, Group, Plus, Trash2, Ungroup } from 'lucide-react'
import { useLang } from '@/words'
import { BEHAVIOUR, blank, KINDS } from './blank'
import { matches, NumberBox, Pick } from './boxes'
import { Leaf } from './Leaf'
import { asGroup, at, childrenOf, groupOf, marked, move, put, tally, unmarked, withChildren } from './tree'
import { kindOf, part, type GroupKind, type Rule } from './types'
import { ruleText } from './text'
import type { Fields } from './use-fields'
import { useRuleWords } from './words'
import css from './rule.module.css'

interface Edit {
  fields: Fields
  /** Grows when nodes change places: their fields begin anew. */
  epoch: number
  set: (path: string, rule: Rule) => void
  remove: (path: string) => void
  add: (path: string, rule: Rule) => void
  duplicate: (path: string) => void
  move: (path: string, by: -1 | 1) => void
  dissolve: (path: string) => void
}
const EditContext = createContext<Edit | null>(null)
function useEdit(): Edit {
  const edit = useContext(EditContext)
  if (!edit) throw new Error('useEdit outside RuleEditor')
  return edit
}

export interface RuleEditorProps {
  value: Rule
  onChange: (rule: Rule) => void
  fields: Fields
}

const child = (path: string, index: number) => (path === '' ? String(index) : `${path}.${index}`)
const parentOf = (path: string) => path.split('.').slice(0, -1).join('.')
const indexOf = (path: string) => Number(path.split('.').at(-1))

export function RuleEditor({ value, onChange, fields }: RuleEditorProps) {
  const t = useRuleWords()
  const root = asGroup(value)
  const box = useRef<HTMLDivElement>(null)
  const latest = useRef({ root, onChange })
  latest.current = { root, onChange }
  const [epoch, setEpoch] = useState(0)
  /** Where the focus belongs after the next change. */
  const next = useRef<{ path: string; to: 'first' | 'add' } | null>(null)

  const acts = useMemo(() => {
    const give = (rule: Rule | null) => rule && latest.current.onChange(rule)
    const shift = (rule: Rule | null, path: string, to: 'first' | 'add') => {
      next.current = { path, to }
      setEpoch((n) => n + 1)
      give(rule)
    }
    return {
      set: (path: string, rule: Rule) => give(put(latest.current.root, path, rule)),
      remove: (path: string) => path !== '' && shift(put(latest.current.root, path, null), parentOf(path), 'add'),
      add(path: string, rule: Rule) {
        const group = at(latest.current.root, path)
        if (!group) return
        const { negated, inner } = unmarked(group)
        const children = childrenOf(inner) ?? []
        next.current = { path: child(path, children.length), to: 'first' }
        give(put(latest.current.root, path, marked(withChildren(inner, [...children, rule]), negated)))
      },
      duplicate(path: string) {
        const [group, node] = [at(latest.current.root, parentOf(path)), at(latest.current.root, path)]
        if (!group || !node) return
        const { negated, inner } = unmarked(group)
        const children = childrenOf(inner) ?? []
        const after = [...children.slice(0, indexOf(path) + 1), node, ...children.slice(indexOf(path) + 1)]
        shift(put(latest.current.root, parentOf(path), marked(withChildren(inner, after), negated)), child(parentOf(path), indexOf(path) + 1), 'first')
      },
      move(path: string, by: -1 | 1) {
        const moved = move(latest.current.root, path, by)
        if (moved) shift(moved.rule, moved.path, 'first')
      },
      dissolve(path: string) {
        const [group, node] = [at(latest.current.root, parentOf(path)), at(latest.current.root, path)]
        if (!group || !node) return
        const { negated, inner } = unmarked(group)
        const children = childrenOf(inner) ?? []
        const after = [...children.slice(0, indexOf(path)), ...(childrenOf(unmarked(node).inner) ?? []), ...children.slice(indexOf(path) + 1)]
        shift(put(latest.current.root, parentOf(path), marked(withChildren(inner, after), negated)), parentOf(path), 'add')
      },
    }
  }, [])
  const edit = useMemo<Edit>(() => ({ fields, epoch, ...acts }), [fields, epoch, acts])

  useLayoutEffect(() => {
    const wanted = next.current
    if (!wanted) return
    next.current = null
    const node = box.current?.querySelector(wanted.to === 'first' ? `[data-path="${wanted.path}"] [data-words]` : `[data-path="${wanted.path}"]`)
    const field = node?.querySelector<HTMLElement>(wanted.to === 'first' ? 'input, button' : `[data-add="${wanted.path}"] input`)
    field?.focus({ preventScroll: false })
  }, [value, epoch])

  return (
    <EditContext value={edit}>
      <div ref={box} className={css.group + ' ' + css.root} data-path="" data-testid="rule-editor">
        {fields.error !== null && <p className={css.note} role="alert">{t('failed')}</p>}
        <GroupBody rule={root} path="" />
        <p className={`${css.note} wide-only`}>{t('keys')}</p>
      </div>
    </EditContext>
  )
}

/** Keys that act on a condition, wherever in it the focus is. */
function useNodeKeys(path: string) {
  const edit = useEdit()
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.defaultPrevented) return
    const command = event.metaKey || event.ctrlKey
    const act =
      command && event.key === 'Backspace' ? () => edit.remove(path)
      : event.altKey && event.key === 'ArrowUp' ? () => edit.move(path, -1)
      : event.altKey && event.key === 'ArrowDown' ? () => edit.move(path, 1)
      : command && event.key === 'Enter' ? () => event.currentTarget.closest('[data-group]')?.querySelector<HTMLElement>(`[data-add="${parentOf(path)}"] input`)?.focus()
      : null
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
}

const Node = memo(function Node({ rule, path }: { rule: Rule; path: string }) {
  const t = useRuleWords()
  const edit = useEdit()
  const press = useNodeKeys(path)
  const { negated, inner } = unmarked(rule)
  const tools = (group: boolean) => (
    <span className={css.tools}>
      <Button type="text" size="small" aria-pressed={negated} title={t('not_note')} onClick={() => edit.set(path, marked(inner, !negated))} data-testid="negate">{t('not')}</Button>
      {group ? <Button type="text" size="small" icon={<Ungroup size={15} />} aria-label={t('unwrap')} title={t('unwrap')} disabled={negated} onClick={() => edit.dissolve(path)} />
        : <Button type="text" size="small" icon={<Group size={15} />} aria-label={t('wrap')} title={t('wrap')} onClick={() => edit.set(path, { any: [rule] })} />}
      <Button type="text" size="small" icon={<Copy size={14} />} aria-label={t('duplicate')} title={t('duplicate')} onClick={() => edit.duplicate(path)} />
      <Button type="text" size="small" icon={<Trash2 size={15} />} aria-label={group ? t('remove_group') : t('remove')} title={group ? t('remove_group') : t('remove')} onClick={() => edit.remove(path)} data-testid="remove-rule" />
    </span>
  )
  const mark = negated && <span className={css.negated}>{t('negated')}</span>
  if (childrenOf(inner)) {
    return (
      <div className={css.group} data-path={path} role="group" aria-label={t('group')} onKeyDown={press}>
        <GroupBody rule={rule} path={path} mark={mark} tools={tools(true)} />
      </div>
    )
  }
  return <LeafRow rule={rule} path={path} mark={mark} tools={tools(false)} press={press} />
})

interface LeafRowProps { rule: Rule; path: string; mark: React.ReactNode; tools: React.ReactNode; press: (event: KeyboardEvent<HTMLElement>) => void }

function LeafRow({ rule, path, mark, tools, press }: LeafRowProps) {
  const t = useRuleWords()
  const lang = useLang()
  const edit = useEdit()
  const { negated, inner } = unmarked(rule)
  const open = tally(inner).open > 0
  return (
    <div className={open ? `${css.leaf} ${css.leafOpen}` : css.leaf} data-path={path} role="group" aria-label={t('condition', { text: ruleText(rule, edit.fields, lang) })}
      onKeyDown={press} data-testid="rule-leaf" data-kind={kindOf(inner)} data-open={open || undefined}>
      {mark}
      <div className={css.words} data-words>
        <Leaf rule={inner} fields={edit.fields} onChange={(next) => edit.set(path, marked(next, negated))} />
        {open && <span className={css.note}>{t('open')}</span>}
      </div>
      {tools}
    </div>
  )
}

function GroupBody({ rule, path, mark, tools }: { rule: Rule; path: string; mark?: React.ReactNode; tools?: React.ReactNode }) {
  const t = useRuleWords()
  const edit = useEdit()
  const { negated, inner } = unmarked(rule)
  const kind = kindOf(inner) as GroupKind
  const children = childrenOf(inner) ?? []
  const k = part(inner, 'at_least')?.k ?? 2
  const set = (next: Rule) => edit.set(path, marked(next, negated))
  return (
    <div data-group className="stack" style={{ gap: 8 }}>
      <div className={css.groupHead} data-words={path === '' ? undefined : true}>
        {mark}
        <span>{t('match')}</span>
        <Pick<GroupKind> value={kind} label={t('match')} testid="group-kind" options={(['all', 'any', 'at_least'] as const).map((each) => ({ value: each, label: t(each) }))}
          onChange={(next) => set(groupOf(next, children, k))} />
        {kind === 'at_least' && <NumberBox value={k} from={1} label={t('k')} onChange={(n) => set(groupOf('at_least', children, n ?? 1))} testid="k" />}
        <span>{kind === 'at_least' && t('k_unit')}{t('of_these')}</span>
        <span className="grow" />
        {tools}
      </div>
      {children.length === 0 && path !== '' && <p className={css.note}>{t('nobody_yet')}</p>}
      <ol className={css.list}>
        {children.map((each, index) => (
          <li key={`${edit.epoch}.${index}`} className={children.length > 1 ? css.item : css.only}>
            {children.length > 1 && <Join kind={kind} index={index} />}
            <Node rule={each} path={child(path, index)} />
          </li>
        ))}
      </ol>
      <div className={css.footRow}>
        <AddCondition path={path} />
        <Button type="text" icon={<Plus size={15} />} onClick={() => edit.add(path, { any: [] })} data-testid="add-group">{t('add_group')}</Button>
      </div>
    </div>
  )
}

/** What stands between two conditions. */
function Join({ kind, index }: { kind: GroupKind; index: number }) {
  const t = useRuleWords()
  if (kind === 'at_least') return <span className={css.join}>{index + 1}</span>
  return <span className={index === 0 ? `${css.join} ${css.joinFirst}` : css.join} aria-hidden={index === 0}>{index > 0 && (kind === 'all' ? t('and') : t('or'))}</span>
}

/**
 * One box for everything that a condition can be about: type a few letters of a field, an event or a kind. It has many choices,
 * so it is not drawn anew while a condition is typed.
 */
const AddCondition = memo(function AddCondition({ path }: { path: string }) {
  const t = useRuleWords()
  const lang = useLang()
  const { fields, add } = useEdit()
  const options = useMemo(
    () => [
      { label: t('g_common'), options: KINDS.filter((kind) => kind !== 'rfm' || fields.rfm).map((kind) => ({ value: kind as string, label: t(kind) })) },
      { label: t('g_attr'), options: fields.attributes.map((each) => ({ value: `attr:${each.key}`, label: each[lang] })) },
      { label: t('g_did'), options: fields.eventChoices.map((each) => ({ value: `event:${each.value}`, label: `${t('did')} ${each.label}` })) },
      { label: t('g_more'), options: [...BEHAVIOUR.map((kind) => ({ value: kind as string, label: t(kind) })), { value: 'group', label: t('new_group') }] },
    ],
    [fields, lang, t],
  )
  return (
    <span data-add={path}>
      <Select<string>
        className={css.add}
        value={null}
        options={options}
        placeholder={t('add_hint')}
        aria-label={path === '' ? t('add') : t('add_here')}
        prefix={<Plus size={15} aria-hidden />}
        suffixIcon={null}
        showSearch={{ filterOption: matches }}
        popupMatchSelectWidth={false}
        listHeight={360}
        onChange={(code) => code && add(path, blank(code, fields))}
        data-testid="add-rule"
      />
    </span>
  )
})

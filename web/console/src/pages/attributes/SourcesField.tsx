/** In which order sources count for one attribute, and which are not taken: by buttons, keys or dragging. */
import { useEffect, useRef, useState } from 'react'
import { Button } from 'antd'
import { ArrowDown, ArrowUp, GripVertical, Plus, X } from 'lucide-react'
import { sameOrder, SOURCES, type Source } from './ask'
import { useAttributeWords } from './words'
import css from './attributes.module.css'

interface Props { value?: Source[]; onChange?: (now: Source[]) => void }
type Way = 'up' | 'down'

const moved = (order: Source[], from: number, to: number) => {
  const rest = order.filter((_, at) => at !== from)
  return [...rest.slice(0, to), order[from] as Source, ...rest.slice(to)]
}

export function SourcesField({ value = [...SOURCES], onChange }: Props) {
  const t = useAttributeWords()
  const [dragged, setDragged] = useState<Source | null>(null)
  const [told, setTold] = useState('')
  const list = useRef<HTMLOListElement>(null)
  const pressed = useRef<{ source: Source; way: Way } | null>(null)
  const left = SOURCES.filter((each) => !value.includes(each))

  // A row that moves takes the keyboard with it.
  useEffect(() => {
    if (!pressed.current) return
    const { source, way } = pressed.current
    const buttons = [way, way === 'up' ? 'down' : 'up'].map((each) => list.current?.querySelector<HTMLButtonElement>(`[data-source="${source}"] [data-way="${each}"]`))
    buttons.find((button) => button && !button.disabled)?.focus()
    pressed.current = null
  }, [value])

  const name = (source: Source) => t(`by_${source}`)
  function move(from: number, to: number, way?: Way) {
    const source = value[from]
    if (!source || to < 0 || to >= value.length || from === to) return
    if (way) pressed.current = { source, way }
    setTold(t('moved_to', { name: name(source), n: to + 1 }))
    onChange?.(moved(value, from, to))
  }
  const take = (source: Source) => onChange?.([...value, source])
  const leave = (source: Source) => onChange?.(value.filter((each) => each !== source))
  return (
    <div className="stack tight" data-testid="attribute-sources-field">
      <ol className={css.places} ref={list}>
        {value.map((source, at) => (
          <li key={source} data-source={source} data-testid="attribute-source" draggable className={dragged === source ? css.dragged : undefined}
            onDragStart={(event) => { event.dataTransfer.effectAllowed = 'move'; setDragged(source) }} onDragEnd={() => setDragged(null)}
            onDragOver={(event) => { if (dragged) event.preventDefault() }}
            onDragEnter={() => dragged && dragged !== source && move(value.indexOf(dragged), at)} onDrop={(event) => event.preventDefault()}>
            <GripVertical size={16} aria-hidden className={css.grip} />
            <span className="grow">{name(source)}</span>
            <Button type="text" icon={<ArrowUp size={16} />} data-way="up" disabled={at === 0} aria-label={t('move_up', { name: name(source) })} onClick={() => move(at, at - 1, 'up')} />
            <Button type="text" icon={<ArrowDown size={16} />} data-way="down" disabled={at === value.length - 1} aria-label={t('move_down', { name: name(source) })} onClick={() => move(at, at + 1, 'down')} />
            <Button type="text" icon={<X size={16} />} disabled={value.length === 1} aria-label={t('leave_out', { name: name(source) })} title={t('leave_out', { name: name(source) })} onClick={() => leave(source)} />
          </li>
        ))}
      </ol>
      {left.length > 0 && (
        <div className="row wrap">
          <span className="small muted">{t('not_taken')}</span>
          {left.map((source) => <Button key={source} size="small" icon={<Plus size={14} />} aria-label={t('take', { name: name(source) })} onClick={() => take(source)}>{name(source)}</Button>)}
        </div>
      )}
      {!sameOrder(value, SOURCES) && <button type="button" className="linklike small" style={{ alignSelf: 'flex-start' }} onClick={() => onChange?.([...SOURCES])}>{t('usual_order')}</button>}
      <span className="sr" aria-live="polite">{told}</span>
    </div>
  )
}

/** ⌘K: type a few letters of anything and go there. Pages and acts answer at once, customers and orders from the server. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { Modal } from 'antd'
import { Search } from 'lucide-react'
import { useFound, usePlacesFound, type Found } from './palette-search'
import { useShell } from './words'
import css from './Palette.module.css'

export function Palette({ open, close }: { open: boolean; close: () => void }) {
  const t = useShell()
  return (
    <Modal
      open={open}
      onCancel={close}
      footer={null}
      closable={false}
      width={600}
      destroyOnHidden
      title={<span className="sr">{t('go_anywhere')}</span>}
      styles={{ header: { margin: 0 }, container: { padding: 0 }, body: { padding: 0 } }}
      style={{ top: '12vh' }}
    >
      <PaletteBody close={close} />
    </Modal>
  )
}

function PaletteBody({ close }: { close: () => void }) {
  const t = useShell()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const near = usePlacesFound(text)
  const { found: far, searching } = useFound(text)
  const all = useMemo(() => [...near, ...far], [near, far])
  useEffect(() => setAt(0), [text])
  useEffect(() => {
    const timer = setTimeout(() => input.current?.focus(), 50)
    return () => clearTimeout(timer)
  }, [])

  function choose(item: Found | undefined) {
    if (!item) return
    close()
    if (item.to) void navigate(item.to)
    item.act?.()
  }
  function press(event: React.KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : all.length - 1
      setAt((now) => (all.length ? (now + step) % all.length : 0))
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(all[at])
  }

  return (
    <div data-testid="palette">
      <div className={css.box}>
        <Search size={18} aria-hidden />
        <input
          ref={input}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={press}
          placeholder={t('palette_hint')}
          aria-label={t('palette_hint')}
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={`palette-${at}`}
        />
      </div>
      <div id="palette-list" role="listbox" aria-label={t('go_anywhere')} className={css.list}>
        {all.map((item, index) => (
          <Row key={item.key} item={item} id={`palette-${index}`} first={all[index - 1]?.group !== item.group}
            chosen={index === at} hover={() => setAt(index)} choose={() => choose(item)} />
        ))}
        {searching && <p className={css.note} role="status">{t('searching')}</p>}
        {!searching && all.length === 0 && (
          <p className={css.note}>{t('palette_empty', { q: text })}<br />{t('palette_empty_hint')}</p>
        )}
      </div>
    </div>
  )
}

interface RowProps { item: Found; id: string; first: boolean; chosen: boolean; hover: () => void; choose: () => void }

function Row({ item, id, first, chosen, hover, choose }: RowProps) {
  const own = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (chosen) own.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <>
      {first && <p className={css.group} role="presentation">{item.group}</p>}
      <div ref={own} id={id} role="option" aria-selected={chosen} className={css.item} onMouseMove={hover} onClick={choose}>
        <item.icon size={16} aria-hidden />
        <span className="cut grow">{item.title}</span>
        {item.note && <span className="muted small nowrap">{item.note}</span>}
      </div>
    </>
  )
}

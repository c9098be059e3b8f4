/** Questions kept under a name, in this browser: a kind and the address that asks it again. */
import { useState } from 'react'
import { App, Button, Input, Popover } from 'antd'
import { Bookmark } from 'lucide-react'
import { useCommon } from '@/words/common'
import type { Kind } from './types'
import { useAsk } from './words'
import css from './ask.module.css'

export interface Kept { kind: Kind; name: string; search: string; at: number }
const KEY = 'weir.questions'

export function readKept(): Kept[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as Kept[]
  } catch {
    return []
  }
}

export function writeKept(kept: Kept[]) {
  localStorage.setItem(KEY, JSON.stringify(kept))
}

export function KeepButton({ kind, search }: { kind: Kind; search: string }) {
  const t = useAsk()
  const common = useCommon()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  function keep() {
    const clean = name.trim()
    if (!clean) return
    writeKept([{ kind, name: clean, search, at: Date.now() }, ...readKept().filter((each) => each.name !== clean)])
    setOpen(false)
    setName('')
    void message.success(t('kept', { name: clean }))
  }
  const form = (
    <div className={css.keep}>
      <p className="muted small">{t('keep_note')}</p>
      <div className="row">
        <Input value={name} onChange={(event) => setName(event.target.value)} onPressEnter={keep} placeholder={t('keep_name')} aria-label={t('keep_name')} maxLength={60} data-testid="keep-name" />
        <Button type="primary" onClick={keep} disabled={!name.trim()} data-testid="keep-save">{common('save')}</Button>
      </div>
    </div>
  )
  return (
    <Popover content={form} trigger="click" placement="bottomRight" open={open} onOpenChange={setOpen}>
      <Button icon={<Bookmark size={15} />} aria-label={t('keep')} data-testid="keep"><span className="wide-only">{t('keep')}</span></Button>
    </Popover>
  )
}

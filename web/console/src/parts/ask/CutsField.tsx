/** Limits between ranges, typed as numbers with commas. While they do not grow, the earlier ones stay asked and the field says so. */
import { useState } from 'react'
import { Input } from 'antd'
import { parseCuts } from './measures'
import { useAsk } from './words'

interface CutsProps { value: number[]; set: (cuts: number[]) => void; label: string; hint: string; exactly?: number; className?: string }

export function CutsField({ value, set, label, hint, exactly, className }: CutsProps) {
  const t = useAsk()
  const [text, setText] = useState(() => value.join(', '))
  const wrong = parseCuts(text, exactly) === null
  // What came from elsewhere (the back button) replaces what was typed.
  const shown = !wrong && parseCuts(text, exactly)?.join() !== value.join() ? value.join(', ') : text
  function type(next: string) {
    setText(next)
    const cuts = parseCuts(next, exactly)
    if (cuts) set(cuts)
  }
  return (
    <Input variant="filled" value={shown} placeholder={hint} aria-label={label} aria-invalid={wrong} {...(wrong ? { status: 'error' as const, title: t('lack_cuts') } : {})}
      inputMode="decimal" className={className} onChange={(event) => type(event.target.value)} />
  )
}

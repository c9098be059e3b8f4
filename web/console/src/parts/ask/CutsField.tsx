/** Limits between ranges, typed as numbers with commas. While they do not grow, the earlier ones stay asked and the field says so. */
import { useState } from 'react'
import { Input } from 'antd'
import { useAsk } from './words'

/** "1, 2，5" → [1, 2, 5]; null when they are no growing numbers, or not `exactly` that many. */
export function parseCuts(text: string, exactly?: number): number[] | null {
  const parts = text.split(/[,，、\s]+/).filter(Boolean)
  const cuts = parts.map(Number)
  if (cuts.length === 0 || (exactly !== undefined && cuts.length !== exactly)) return null
  return cuts.every((cut, n) => Number.isFinite(cut) && (n === 0 || cut > (cuts[n - 1] ?? cut))) ? cuts : null
}

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

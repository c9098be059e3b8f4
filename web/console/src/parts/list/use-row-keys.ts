/** j and k move through the rows, Enter opens the one that is marked. */
import { useEffect, useRef, useState } from 'react'
import { isCovered, isTyping } from '@/shell/keys'

export function useRowKeys<T>(rows: T[], open: ((row: T) => void) | undefined) {
  const [at, setAt] = useState(-1)
  const now = useRef({ rows, at, open })
  now.current = { rows, at, open }

  useEffect(() => {
    function press(event: KeyboardEvent) {
      const { rows, at, open } = now.current
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || isCovered()) return
      if (event.key === 'j' || event.key === 'k') {
        const next = Math.max(0, Math.min(rows.length - 1, at + (event.key === 'j' ? 1 : -1)))
        setAt(next)
        document.querySelectorAll('[data-list-row]')[next]?.scrollIntoView({ block: 'nearest' })
      }
      const onControl = event.target instanceof HTMLElement && event.target.closest('a, button') !== null
      const row = rows[at]
      if (event.key === 'Enter' && !onControl && row !== undefined) open?.(row)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  useEffect(() => {
    if (at >= rows.length) setAt(-1)
  }, [rows.length, at])
  return at
}

/** Keys that work everywhere: ⌘K, ?, / and g followed by a letter. Nothing fires while someone is typing. */
import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import { places } from './nav'

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

/** A drawer or dialog is open: keys belong to it. */
export const isCovered = (): boolean => document.querySelector('[role="dialog"]:not([style*="display: none"])') !== null

export function useKeys({ openPalette, openHelp }: { openPalette: () => void; openHelp: () => void }) {
  const navigate = useNavigate()
  const going = useRef(0)
  const open = useRef({ openPalette, openHelp })
  open.current = { openPalette, openHelp }

  useEffect(() => {
    function press(event: KeyboardEvent) {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return open.current.openPalette()
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || isCovered()) return
      if (event.key === '?') return open.current.openHelp()
      if (event.key === '/') {
        const box = document.querySelector<HTMLInputElement>('[data-list-search] input, input[data-list-search]')
        if (box) {
          event.preventDefault()
          box.focus()
        }
        return
      }
      if (Date.now() - going.current > 1200) {
        going.current = event.key === 'g' ? Date.now() : 0
        return
      }
      going.current = 0
      const place = places.find((each) => each.go === event.key)
      if (place) void navigate(place.path)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [navigate])
}

/** What a row is called, as the button that opens it beside the list: rows themselves are no stops of the Tab key. */
import type { ReactNode } from 'react'

export function Opener({ open, title, children }: { open: () => void; title?: string; children: ReactNode }) {
  return <button type="button" className="linklike strong" aria-haspopup="dialog" title={title} onClick={open} data-testid="open-row">{children}</button>
}

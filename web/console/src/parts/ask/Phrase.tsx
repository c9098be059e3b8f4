/** A sentence with fields in it. The words say where each field goes, so that every language has its own order: "From {first} to {then}". */
import type { ReactNode } from 'react'
import css from './ask.module.css'

/** A field with the mark that follows it, or words. A comma never begins a line. */
type Piece = { slot: string; mark: string } | { words: string }

function piecesOf(text: string): Piece[] {
  return [...text.matchAll(/\{(\w+)\}\s*([,.:;?，。：；？]?)|([^{]+)/g)]
    .map(([, slot, mark = '', words = '']): Piece => (slot ? { slot, mark } : { words: words.trim() }))
    .filter((piece) => 'slot' in piece || piece.words !== '')
}

export function Phrase({ text, slots }: { text: string; slots: Record<string, ReactNode> }) {
  return (
    <div className={css.phrase}>
      {piecesOf(text).map((piece, n) => {
        if ('words' in piece) return <span key={n}>{piece.words}</span>
        const field = slots[piece.slot]
        return field && (
          <span key={piece.slot} className={css.held}>
            <span className={css.slot}>{field}</span>
            {piece.mark}
          </span>
        )
      })}
    </div>
  )
}

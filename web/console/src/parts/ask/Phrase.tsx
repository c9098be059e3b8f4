/** A sentence with fields in it. The words say where each field goes, so that every language has its own order: "From {first} to {then}". */
import { Fragment, type ReactNode } from 'react'
import css from './ask.module.css'

export function Phrase({ text, slots }: { text: string; slots: Record<string, ReactNode> }) {
  return (
    <div className={css.phrase}>
      {text.split(/(\{\w+\})/).filter(Boolean).map((part, n) => {
        const slot = /^\{(\w+)\}$/.exec(part)?.[1]
        if (slot) return <Fragment key={slot}>{slots[slot]}</Fragment>
        // A comma stands with the field before it, not apart.
        const [, mark = '', rest = ''] = /^\s*([,.:;?，。：；？]?)(.*)$/s.exec(part) ?? []
        return (
          <Fragment key={n}>
            {mark && <span className={css.mark}>{mark}</span>}
            {rest.trim() && <span>{rest.trim()}</span>}
          </Fragment>
        )
      })}
    </div>
  )
}

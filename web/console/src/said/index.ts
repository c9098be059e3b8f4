/** The server says everything in English. In Chinese its sentences are looked up; the book of them is fetched only then. */
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { useLang } from '@/words'

type Book = typeof import('./match')

let book: Book | undefined
let coming: Promise<void> | undefined
const waiting = new Set<() => void>()

/** Fetches the book; resolves when sentences can be said (or are left as they are, when it does not come). */
export function fetchBook(): Promise<void> {
  return (coming ??= import('./match').then(
    (found) => {
      book = found
      for (const tell of waiting) tell()
    },
    () => void (coming = undefined),
  ))
}

const follow = (tell: () => void) => {
  waiting.add(tell)
  return () => void waiting.delete(tell)
}

export interface Said {
  lang: 'zh' | 'en'
  /** A sentence of the server in the reader's language; one that is not known stays as it is. */
  say(text: string): string
  /** The same, or undefined when it is not known. */
  known(text: string): string | undefined
  /** What people call a field. */
  field(name: string): string
  /** What a refusal means in general. */
  general(code: string): string | undefined
  /** When the words are here. */
  ready(): Promise<void>
}

/** `cost_per_message_fen` → `Cost per message` */
function inEnglish(name: string): string {
  const last = name.slice(name.lastIndexOf('.') + 1).replace(/_(fen|yuan|bp|id)$/, '').replaceAll('_', ' ')
  return last.slice(0, 1).toUpperCase() + last.slice(1)
}

export function useSaid(): Said {
  const lang = useLang()
  const here = useSyncExternalStore(follow, () => book)
  useEffect(() => {
    if (lang === 'zh') void fetchBook()
  }, [lang])
  return useMemo<Said>(() => {
    if (lang === 'en') return { lang, say: (text) => text, known: (text) => text, field: inEnglish, general: () => undefined, ready: () => Promise.resolve() }
    // The book may come between the asking and the saying: it is looked at when something is said.
    const now = () => book ?? here
    return {
      lang,
      say: (text) => now()?.say(text) ?? text,
      known: (text) => now()?.say(text),
      field: (name) => now()?.field(name) ?? name,
      general: (code) => now()?.inGeneral(code),
      ready: fetchBook,
    }
  }, [lang, here])
}

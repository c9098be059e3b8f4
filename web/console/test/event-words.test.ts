import { expect, it, vi } from 'vitest'
import list from '../src/said/sentences.json'

vi.stubGlobal('localStorage', { getItem: () => 'en' })
vi.stubGlobal('document', { documentElement: {} })
const { eventWords } = await import('../src/parts/event-words')

/** Events that shops and SDKs state under names of their own, told in words, too. */
const FOREIGN = ['page_viewed', 'page', 'screen', 'product_viewed', 'search_performed', 'checkout_started']
const PHRASES = /^(v|s|see)_|^(historical|ok_bad|dry_run)$/

it('every event that the server states has a word in both languages, and no word is for an event that nobody states', () => {
  const stated = list.events.map((name) => name.replaceAll('.', '_'))
  for (const said of [eventWords.zh, eventWords.en]) {
    const words = Object.keys(said).filter((key) => !PHRASES.test(key) && !FOREIGN.includes(key))
    expect(words.sort()).toEqual(stated.sort())
  }
})

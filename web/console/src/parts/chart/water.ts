import { inkOn, mix, type Mode } from 'kit'

/** From shallow to deep water (at night from deep to bright) for a depth of 0 to 1, with ink that can be read on it. */
export function waterAt(depth: number, mode: Mode) {
  const background = mode === 'light' ? mix('#EEF6F6', '#0B5A63', depth) : mix('#14252C', '#7FCCD1', depth)
  return { background, color: inkOn(background) }
}

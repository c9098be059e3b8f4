const browser = process.env.TARO_ENV === 'h5'

/** Landmarks and headings for assistive technology in the browser. */
export const main = browser ? { role: 'main' } : {}
export const heading = browser ? { role: 'heading', 'aria-level': '1' } : {}
export const tablist = browser ? { role: 'tablist' } : {}

/** What the real input inside Taro's gets in the browser: its name for assistive technology, and hints for the keyboard. */
export function inputHints(label: string, hints: Record<string, string> = {}) {
  return browser ? { nativeProps: { 'aria-label': label, ...hints } } : { ariaLabel: label }
}

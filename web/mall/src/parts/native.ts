/** What the real input inside Taro's gets in the browser: its name for assistive technology, and hints for the keyboard. */
export function inputHints(label: string, hints: Record<string, string> = {}) {
  return process.env.TARO_ENV === 'h5' ? { nativeProps: { 'aria-label': label, ...hints } } : { ariaLabel: label }
}

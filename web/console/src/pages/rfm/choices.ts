/** The groups and the cells as choices of a filter. */
import { useMemo } from 'react'
import { GROUPS } from './scores'
import { useRfm } from './words'

const DIGITS = [5, 4, 3, 2, 1]

export function useRfmChoices() {
  const t = useRfm()
  return useMemo(
    () => [
      ...GROUPS.map((value) => ({ value: value as string, label: t(value) })),
      ...DIGITS.flatMap((r) => DIGITS.map((f) => ({ value: `r${r}f${f}`, label: `R${r} F${f}` }))),
    ],
    [t],
  )
}

import { useMemo } from 'react'
import { echartsTheme, stageColour } from 'kit'
import { useTheme } from '@/shell/theme'
import type { By } from './types'

/** A colour for each group: that of its stage, else those of the theme in turn. */
export function useSeriesColours(keys: (string | null)[], by: By | null): string[] {
  const { mode } = useTheme()
  const list = keys.join('|')
  return useMemo(() => {
    const turn = echartsTheme(mode).color
    return list.split('|').map((key, n) => (by && 'stage' in by && key ? stageColour(key, mode) : (turn[n % turn.length] as string)))
  }, [list, by, mode])
}

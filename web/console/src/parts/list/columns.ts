import { useCallback, useState, type ReactNode } from 'react'
import type { Cell } from '@/parts/csv'

export interface Column<T> {
  key: string
  title: string
  render: (row: T) => ReactNode
  /** The same as plain data, for the CSV export. */
  csv: (row: T) => Cell
  width?: number
  end?: boolean
  /** Not shown until chosen. */
  hidden?: boolean
}

/** Which columns are shown, remembered per list. */
export function useColumnChoice<T>(topic: string, columns: Column<T>[]) {
  const key = `weir.columns.${topic}`
  const [chosen, setChosen] = useState<string[] | null>(() => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null') as string[] | null
    } catch {
      return null
    }
  })
  const shown = chosen ?? columns.filter((column) => !column.hidden).map((column) => column.key)
  const choose = useCallback(
    (keys: string[]) => {
      localStorage.setItem(key, JSON.stringify(keys))
      setChosen(keys)
    },
    [key],
  )
  const visible = columns.filter((column, index) => index === 0 || shown.includes(column.key))
  return { visible, shown, choose }
}

import { useCallback, useState } from 'react'

/** The width of an element as it is laid out, followed as it changes. */
export function useWidth(first: number): [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(first)
  const watch = useCallback((element: HTMLElement | null) => {
    if (!element) return
    const read = () => element.clientWidth && setWidth(element.clientWidth)
    read()
    const observer = new ResizeObserver(read)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [watch, width]
}

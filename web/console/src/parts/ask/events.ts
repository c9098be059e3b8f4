import { useCallback } from 'react'
import { useFields } from '@/parts/rule'
import { eventText } from '@/parts/rule/text'
import type { EventTest } from '@/parts/rule/types'
import { useLang } from '@/words'

/** An event with its conditions as the reader would say it, without quotation marks around its name. */
export function useEventText(): (event: EventTest) => string {
  const fields = useFields()
  const lang = useLang()
  return useCallback((event) => eventText(event, fields, lang).replace(/^[「“](.*?)[」”]/, '$1'), [fields, lang])
}

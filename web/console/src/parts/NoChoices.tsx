import { useIsFetching } from '@tanstack/react-query'
import { useCommon } from '@/words/common'

/** What an open select says when it has nothing to offer: its choices are on their way, or there are none. */
export function NoChoices() {
  const t = useCommon()
  const coming = useIsFetching() > 0
  return <p className="muted" style={{ padding: 12, textAlign: 'center' }} role="status">{coming ? t('choices_coming') : t('choices_none')}</p>
}

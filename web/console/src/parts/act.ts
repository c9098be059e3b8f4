/** A mutation as a person sees it: it says that it worked, or why it did not, and refreshes what it changed. */
import { useMutation } from '@tanstack/react-query'
import { App } from 'antd'
import { ApiError } from 'api'
import { queries } from '@/server'
import { useSaid } from '@/said'
import { useCommon } from '@/words/common'
import { useExplain } from './state'

interface ActOptions<I, O> {
  /** What to say; null says nothing. */
  done?: string | null | ((output: O, input: I) => string)
  /** First parts of the query keys that this changes. */
  refresh?: string[]
  then?: (output: O, input: I) => void
  /** What a refusal means here, when the reader can be told better than by the server's own words. */
  refused?: (error: ApiError) => string | undefined
}

export function useAct<I, O>(run: (input: I) => Promise<O>, { done, refresh = [], then, refused }: ActOptions<I, O> = {}) {
  const t = useCommon()
  const explain = useExplain()
  const failed = useFailure()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: run,
    onSuccess: (output, input) => {
      for (const topic of refresh) void queries.invalidateQueries({ queryKey: [topic] })
      const text = typeof done === 'function' ? done(output, input) : done === undefined ? t('saved') : done
      if (text) void message.success(text)
      then?.(output, input)
    },
    onError: (error) => void failed((error instanceof ApiError && refused?.(error)) || (() => explain(error))),
  })
}

/** Tells that something did not work, and why, as soon as there are words for it. */
export function useFailure(title?: string) {
  const t = useCommon()
  const { lang, ready } = useSaid()
  const { message } = App.useApp()
  return async (why: string | (() => string)) => {
    await ready()
    const content = `${title ?? t('act_failed')}${lang === 'zh' ? '：' : ': '}${typeof why === 'string' ? why : why()}`
    void message.error({ content, duration: 6, style: { whiteSpace: 'pre-line' } })
  }
}

export function useCopy() {
  const t = useCommon()
  const { message } = App.useApp()
  return (text: string) =>
    void navigator.clipboard.writeText(text).then(
      () => message.success(t('copied')),
      () => message.error(t('copy_failed')),
    )
}

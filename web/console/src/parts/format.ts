/** The kit's formatters with the language, currency and time zone of this sign-in filled in. */
import { useMemo } from 'react'
import * as kit from 'kit'
import { useLang } from '@/words'
import { useSession } from '@/shell/session'

export function useFormat() {
  const lang = useLang()
  const { currency, timezone } = useSession().brand
  return useMemo(
    () => ({
      lang,
      timezone,
      symbol: kit.currencySymbol(currency),
      count: kit.count,
      compact: (value: number) => kit.compact(value, lang),
      money: (fen: number) => kit.money(fen, currency),
      moneyShort: (fen: number) => kit.moneyCompact(fen, lang, currency),
      moneyAxis: (fen: number) => kit.moneyAxis(fen, lang, currency),
      moneySigned: (fen: number) => kit.signedMoney(fen, lang, currency),
      percent: kit.percentBp,
      share: kit.share,
      when: (at: number) => kit.when(at, lang, timezone),
      dateTime: (at: number) => kit.dateTime(at, lang, timezone),
      moment: (at: number) => kit.momentOf(at, lang, timezone),
      day: (at: number) => kit.dayOf(at, lang, timezone),
      shortDay: (day: string) => kit.shortDay(day, lang),
      fullDay: (day: string) => kit.fullDay(day, lang),
      month: (month: string) => kit.monthName(month, lang),
      since: (at: number) => kit.span(Date.now() - at, lang),
      stage: (name: string) => kit.stageLabel(name, lang),
    }),
    [lang, currency, timezone],
  )
}
export type Format = ReturnType<typeof useFormat>

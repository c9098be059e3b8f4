/**
 * Chinese and English side by side, each page's words beside the page, so that they arrive with its bundle.
 * `words('orders', zh, en)` registers both and returns a hook whose keys are checked; English plurals are `key_one`.
 */
import type { Lang } from 'kit'
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

const REMEMBERED = 'weir.lang'

function firstLanguage(): Lang {
  const kept = localStorage.getItem(REMEMBERED)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

void i18next.use(initReactI18next).init({
  lng: firstLanguage(),
  fallbackLng: 'en',
  resources: {},
  initAsync: false,
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
})

function nameDocument(lang: string) {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
}
nameDocument(i18next.language)

export function switchLanguage(lang: Lang) {
  localStorage.setItem(REMEMBERED, lang)
  nameDocument(lang)
  void i18next.changeLanguage(lang)
}

type Values = Record<string, string | number>
export type Say<K extends string> = (key: K, values?: Values) => string

export function words<Z extends Record<string, string>>(
  topic: string,
  zh: Z,
  en: { [K in keyof Z]: string } & Record<string, string>,
) {
  i18next.addResourceBundle('zh', topic, zh)
  i18next.addResourceBundle('en', topic, en)
  return function useWords(): Say<keyof Z & string> {
    const { t } = useTranslation(topic)
    return (key, values) => t(key, values ?? {})
  }
}

export function useLang(): Lang {
  const { i18n } = useTranslation()
  return i18n.language === 'zh' ? 'zh' : 'en'
}

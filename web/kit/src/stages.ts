/** The life of a customer, always in this order and in these colours: light to deep water, then grey. */
import type { Lang } from './format'
import type { Mode } from './tokens'

export const stages = ['prospect', 'new', 'first_order', 'repurchase', 'silent', 'churned'] as const
export type StageName = (typeof stages)[number]

const labels: Record<StageName, { zh: string; en: string; meaning_zh: string; meaning_en: string }> = {
  prospect: { zh: '潜客', en: 'Prospect', meaning_zh: '来过但还不可触达', meaning_en: 'seen, not yet reachable' },
  new: { zh: '新客', en: 'New', meaning_zh: '已入池，还没下过单', meaning_en: 'in the pool, no order yet' },
  first_order: { zh: '首单', en: 'First order', meaning_zh: '下过一单', meaning_en: 'ordered once' },
  repurchase: { zh: '复购', en: 'Repurchase', meaning_zh: '下过两单及以上', meaning_en: 'ordered again' },
  silent: { zh: '沉默', en: 'Silent', meaning_zh: '有一段时间没有下单', meaning_en: 'no order for a while' },
  churned: { zh: '流失', en: 'Churned', meaning_zh: '很久没有下单', meaning_en: 'no order for long' },
}

const colours: Record<Mode, Record<StageName, string>> = {
  light: {
    prospect: '#BCE2E3',
    new: '#79C3C8',
    first_order: '#2F959E',
    repurchase: '#0B4F57',
    silent: '#8CA3B5',
    churned: '#BCC3C8',
  },
  dark: {
    prospect: '#C9EAEB',
    new: '#7FCCD1',
    first_order: '#35A3AD',
    repurchase: '#15707A',
    silent: '#71899B',
    churned: '#515D65',
  },
}

const isStage = (name: string): name is StageName => name in labels

export const stageLabel = (name: string, lang: Lang): string => (isStage(name) ? labels[name][lang] : name)
export const stageMeaning = (name: string, lang: Lang): string => (isStage(name) ? labels[name][`meaning_${lang}`] : '')
export const stageColour = (name: string, mode: Mode): string =>
  isStage(name) ? colours[mode][name] : colours[mode].churned

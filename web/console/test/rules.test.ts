import { expect, test } from 'vitest'
import type { Arm, CampaignResults, OrderLine } from 'api'
import { toCsv } from '@/parts/csv'
import { verdictOf } from '@/pages/campaign/verdict'
import { refundable, worth } from '@/pages/order/worth'
import { inkOn, luminance, mix, palettes, stageColour, stageLabel, stages } from 'kit'

const arm = (name: Arm['arm'], persons: number, buyers: number): Arm => ({ arm: name, persons, buyers, orders: buyers, revenue_fen: 0, revenue_per_person_fen: 0 })
const results = (low: number | null, middle: number | null, high: number | null, arms = [arm('treated', 900, 9), arm('holdout', 100, 1)]) =>
  ({ arms, incremental_fen: middle, incremental_low_fen: low, incremental_high_fen: high }) as CampaignResults

test('only an interval without zero says up or down', () => {
  expect(verdictOf(results(1, 5, 9))).toBe('up')
  expect(verdictOf(results(-9, -5, -1))).toBe('down')
  expect(verdictOf(results(-1, 5, 9))).toBe('open')
  expect(verdictOf(results(0, 5, 9))).toBe('open')
})
test('without a holdout or buyers nothing is claimed', () => {
  expect(verdictOf(results(1, 5, 9, [arm('treated', 900, 9)]))).toBe('none')
  expect(verdictOf(results(1, 5, 9, [arm('treated', 900, 9), arm('holdout', 0, 0)]))).toBe('none')
  expect(verdictOf(results(null, null, null, [arm('treated', 900, 0), arm('holdout', 100, 0)]))).toBe('zero')
})
test('refunding a line in parts gives back exactly what it cost', () => {
  const line = { quantity: 3, refunded_quantity: 0, amount_fen: 1000, refunded_fen: 0 } as OrderLine
  expect(worth(line, 1)).toBe(333)
  const after = { ...line, refunded_quantity: 2, refunded_fen: 666 }
  expect(refundable(after)).toBe(1)
  expect(worth(after, 1)).toBe(334)
})
test('a CSV cell cannot run as a formula and keeps commas and quotes', () => {
  expect(toCsv(['a', 'b'], [['=1+1', 'x,"y"'], [null, -5]])).toBe('a,b\r\n\'=1+1,"x,""y"""\r\n,-5\r\n')
})
test('stages have a name in both languages and a colour by day and night', () => {
  for (const stage of stages) {
    expect(stageLabel(stage, 'zh')).not.toBe(stage)
    expect(stageLabel(stage, 'en')).toMatch(/^[A-Z]/)
    expect(stageColour(stage, 'light')).not.toBe(stageColour(stage, 'dark'))
  }
})

const contrast = (a: string, b: string) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}
test('every text role can be read on every ground, by day and night', () => {
  for (const p of Object.values(palettes)) {
    for (const ground of [p.paper, p.surface, p.sunken]) {
      for (const text of [p.ink, p.muted, p.faint, p.waterText, p.reedText, p.clayText, p.sandText]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(p.reedText, p.reedWash)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(p.clayText, p.clayWash)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(p.sandText, p.sandWash)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(p.waterText, p.waterWash)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(p.onWater, p.water)).toBeGreaterThanOrEqual(4.5)
  }
})
test('ink on any depth of water can be read', () => {
  for (let part = 0; part <= 1; part += 0.02) {
    const water = mix('#EEF6F6', '#0B5A63', part)
    expect(contrast(inkOn(water), water)).toBeGreaterThanOrEqual(4.5)
  }
})

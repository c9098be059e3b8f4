import { expect, test } from 'vitest'
import type { Arm, CampaignResults, OrderLine } from 'api'
import { toCsv } from '@/parts/csv'
import { verdictOf } from '@/pages/campaign/verdict'
import { refundable, worth } from '@/pages/order/worth'
import { stageColour, stageLabel, stages } from 'kit'

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

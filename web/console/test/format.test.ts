import { describe, expect, test } from 'vitest'
import { bytes, change, compact, count, money, moneyCompact, moneyField, parseMoney, percentBp, share, signedMoney } from 'kit'

describe('counts', () => {
  test('are grouped in full', () => {
    expect(count(12480)).toBe('12,480')
    expect(count(-3)).toBe('−3')
  })
  test('are short in Chinese by ten thousands', () => {
    expect(compact(9999, 'zh')).toBe('9,999')
    expect(compact(12480, 'zh')).toBe('1.25 万')
    expect(compact(125_480, 'zh')).toBe('12.5 万')
    expect(compact(12_548_000, 'zh')).toBe('1,255 万')
    expect(compact(360_000_000, 'zh')).toBe('3.6 亿')
  })
  test('never say ten thousand ten-thousands', () => {
    expect(compact(99_999_999, 'zh')).toBe('1 亿')
    expect(compact(999_999, 'en')).toBe('1M')
  })
  test('are short in English by thousands', () => {
    expect(compact(9870, 'en')).toBe('9,870')
    expect(compact(12480, 'en')).toBe('12.5k')
    expect(compact(3_600_000, 'en')).toBe('3.6M')
    expect(compact(-45_000, 'en')).toBe('−45k')
  })
})

describe('money', () => {
  test('has two decimals and no float in it', () => {
    expect(money(1_248_000)).toBe('¥12,480.00')
    expect(money(5)).toBe('¥0.05')
    expect(money(-110)).toBe('−¥1.10')
    expect(money(Number.MAX_SAFE_INTEGER)).toBe('¥90,071,992,547,409.91')
    expect(money(1999, 'USD')).toBe('$19.99')
  })
  test('is short where space is', () => {
    expect(moneyCompact(8640, 'zh')).toBe('¥86.40')
    expect(moneyCompact(1_248_000, 'zh')).toBe('¥1.25 万')
    expect(moneyCompact(1_248_000, 'en')).toBe('¥12.5k')
    expect(signedMoney(4_908_384, 'zh')).toBe('+¥4.91 万')
    expect(signedMoney(-4_908_384, 'en')).toBe('−¥49.1k')
  })
  test('is read digit by digit', () => {
    expect(parseMoney('12.34')).toBe(1234)
    expect(parseMoney('¥1,200.5')).toBe(120_050)
    expect(parseMoney('0.1')).toBe(10)
    expect(parseMoney(' 7 ')).toBe(700)
    for (const wrong of ['', 'abc', '1.234', '-5', '1e3', '1..2']) expect(parseMoney(wrong)).toBeNull()
  })
  test('goes into a field and back unchanged', () => {
    for (const fen of [0, 1, 10, 99, 100, 120_050]) expect(parseMoney(moneyField(fen))).toBe(fen)
  })
})

describe('parts', () => {
  test('basis points are per cent', () => {
    expect(percentBp(1250)).toBe('12.5%')
    expect(percentBp(-4380)).toBe('−43.8%')
    expect(percentBp(864_000)).toBe('8,640%')
  })
  test('of nothing there is no share', () => {
    expect(share(1, 4)).toBe('25%')
    expect(share(1, 0)).toBe('—')
  })
  test('a change says its direction', () => {
    expect(change(116, 100)).toBe('+16%')
    expect(change(84, 100)).toBe('−16%')
    expect(change(5, 0)).toBeNull()
  })
  test('bytes', () => expect(bytes(1536)).toBe('1.5 KB'))
})

import { describe, expect, it } from 'vitest'
import { fromSearch, toSearch } from '@/parts/ask/address'
import { isMoney, lengthOf, measureKey, measureOf, parseCuts } from '@/parts/ask/measures'
import type { FunnelQuestion, TrendQuestion } from '@/parts/ask/types'

const event = (name: string) => ({ name, where: [] })
const common = { range: { days: 30 }, segment: null, rule: null, by: null, top: 5 }
const funnel: FunnelQuestion = { ...common, steps: [event('order.placed'), event('order.paid')], window: { n: 7, unit: 'day' }, order: 'strict', count: 'persons' }
const trend: TrendQuestion = { ...common, event: event('order.paid'), measure: { sum: 'value' }, unit: 'day' }

describe('a question in the address', () => {
  it('is nothing while it is the one the page opens with', () => {
    expect(toSearch(funnel, { ...funnel }).toString()).toBe('')
    expect(fromSearch(funnel, new URLSearchParams())).toEqual(funnel)
  })

  it('comes back as it was', () => {
    const asked: FunnelQuestion = {
      ...funnel, range: { from: '2026-01-01', to: '2026-02-01' }, segment: 'seg_0abc', by: { attr: 'gender' }, top: 12, order: 'any',
      steps: [{ name: 'product.viewed', where: [{ key: 'sku', test: { is: ['A & B=1?'] } }] }, event('order.paid'), event('*')],
    }
    const text = toSearch(funnel, asked).toString()
    expect(fromSearch(funnel, new URLSearchParams(text))).toEqual(asked)
    expect(text).toContain('segment=seg_0abc')
    expect(text).not.toContain('window')
  })

  it('keeps a text that reads like something else', () => {
    const asked = { ...funnel, segment: '12' }
    expect(fromSearch(funnel, toSearch(funnel, asked))).toEqual(asked)
  })

  it('takes a measure of either form', () => {
    for (const measure of ['count', { avg: 'value' }] as const) {
      expect(fromSearch(trend, toSearch(trend, { ...trend, measure })).measure).toEqual(measure)
    }
  })

  it('leaves out what is of another kind', () => {
    for (const wrong of ['steps=5', 'steps=[{"name":1}]', 'steps=[1', 'window=day', 'order={}', 'top="many"', 'segment=5', 'rule=yes', 'by=[]', 'range=null']) {
      expect(fromSearch(funnel, new URLSearchParams(wrong)), wrong).toEqual(funnel)
    }
  })
})

describe('measures', () => {
  it('are choices and back', () => {
    for (const measure of ['count', 'persons', { sum: 'value' }, { distinct: 'a:b' }] as const) expect(measureOf(measureKey(measure))).toEqual(measure)
  })
  it('are money when they are an amount', () => {
    expect([{ sum: 'value' }, { max: 'value' }, { sum: 'quantity' }, { distinct: 'value' }, 'count' as const].map((each) => isMoney(each as never))).toEqual([true, true, false, false, false])
  })
})

describe('lengths of time', () => {
  const hour = 3_600_000
  it('are read in the largest unit that tells them', () => {
    expect(lengthOf(0)).toEqual({ n: 0, unit: 'second' })
    expect(lengthOf(59_000)).toEqual({ n: 59, unit: 'second' })
    expect(lengthOf(59_900)).toEqual({ n: 1, unit: 'minute' })
    expect(lengthOf(90_000)).toEqual({ n: 1.5, unit: 'minute' })
    expect(lengthOf(59.6 * 60_000)).toEqual({ n: 1, unit: 'hour' })
    expect(lengthOf(36 * hour)).toEqual({ n: 36, unit: 'hour' })
    expect(lengthOf(60 * hour)).toEqual({ n: 2.5, unit: 'day' })
    expect(lengthOf(23.4 * 24 * hour)).toEqual({ n: 23, unit: 'day' })
  })
})

describe('cuts', () => {
  it('are growing numbers, however they are separated', () => {
    expect(parseCuts('1, 2，5、10 20')).toEqual([1, 2, 5, 10, 20])
    expect(parseCuts('0.5,1')).toEqual([0.5, 1])
  })
  it('are nothing else', () => {
    for (const wrong of ['', '1, 1', '3, 2', 'a', '1, b']) expect(parseCuts(wrong), wrong).toBeNull()
    expect(parseCuts('1,2,3', 4)).toBeNull()
    expect(parseCuts('1,2,3,4', 4)).toEqual([1, 2, 3, 4])
  })
})

import { expect, test } from 'vitest'
import { segmentOf, stepRule } from '@/pages/touchpoint/step-rule'

const asked = (address: string) => stepRule(new URL(address, 'http://weir').searchParams)

test('a step of a funnel leads to a condition that has the people of the step', () => {
  expect(asked(segmentOf('tpt_1', 'visited'))).toEqual({
    event: { event: { name: 'touchpoint.visited', where: [{ key: 'touchpoint', test: { is: ['tpt_1'] } }] }, measure: 'count', min: 1, max: null, window: 'ever' },
  })
  expect(asked(segmentOf('tpt_1', 'repurchase'))).toEqual({ all: [{ touchpoint: { any: ['tpt_1'] } }, { attr: { key: 'orders', test: { between: { min: 2, max: null } } } }] })
})
test('an address that names no touchpoint, or no step there is, says nothing', () => {
  expect(asked('/segments/new')).toBeNull()
  expect(asked('/segments/new?touchpoint=tpt_1')).toBeNull()
  expect(asked('/segments/new?touchpoint=tpt_1&step=other')).toBeNull()
})

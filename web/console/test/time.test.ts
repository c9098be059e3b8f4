import { expect, test } from 'vitest'
import { civilDay, dayOf, fullDay, momentOf, monthName, shortDay, span, when } from 'kit'

const zone = 'Asia/Shanghai'
const now = Date.parse('2024-06-03T02:00:00Z')
const ago = (ms: number) => when(now - ms, 'zh', zone, now)

test('within a day a time is relative', () => {
  expect(ago(20_000)).toBe('刚刚')
  expect(ago(12 * 60_000)).toBe('12 分钟前')
  expect(ago(5 * 3_600_000)).toBe('5 小时前')
  expect(when(now + 5 * 60_000, 'zh', zone, now)).toBe('5 分钟后')
  expect(when(now + 5 * 60_000, 'en', zone, now)).toBe('in 5 min')
})
test('older times are a day and a clock, with the year when it is another one', () => {
  expect(ago(2 * 86_400_000)).toBe('6月1日 10:00')
  expect(when(Date.parse('2023-06-01T02:00:00Z'), 'zh', zone, now)).toBe('2023年6月1日 10:00')
})
test('a moment has its second, and its day when that is not today in the zone', () => {
  expect(momentOf(now - 61_000, 'zh', zone, now)).toBe('09:58:59')
  expect(momentOf(now - 12 * 3_600_000, 'zh', zone, now)).toBe('6月2日 22:00:00')
  expect(momentOf(now - 12 * 3_600_000, 'en', zone, now)).toBe('2 Jun 22:00:00')
})
test('days are those of the brand', () => {
  expect(civilDay(Date.parse('2024-06-02T16:30:00Z'), zone)).toBe('2024-06-03')
  expect(dayOf(Date.parse('2024-06-02T16:30:00Z'), 'zh', zone, now)).toBe('6月3日')
})
test('civil days keep their day whatever the zone', () => {
  expect(shortDay('2024-06-03', 'zh')).toBe('6/3')
  expect(shortDay('2024-06-03', 'en')).toBe('3 Jun')
  expect(fullDay('2024-06-03', 'zh')).toBe('2024年6月3日')
  expect(monthName('2024-06', 'en')).toBe('Jun 2024')
})
test('spans are in the largest whole unit', () => {
  expect(span(3 * 86_400_000, 'zh')).toBe('3 天')
  expect(span(100 * 86_400_000, 'zh')).toBe('3 个月')
  expect(span(1000 * 86_400_000, 'en')).toBe('2 years')
  expect(span(1000, 'en')).toBe('less than a day')
})

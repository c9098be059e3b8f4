import { expect, test } from 'vitest'
import { civilOf, instantOf } from '@/parts/civil'
import { bothOf, placeText, readPlace, samePlace } from '@/parts/place'

test('a place is both numbers or neither, and on earth', () => {
  expect(readPlace({ lat: '', lng: ' ' })).toEqual({ place: null, fault: null })
  expect(readPlace({ lat: ' 31.2304 ', lng: '121.4737°' })).toEqual({ place: { lat: 31.2304, lng: 121.4737 }, fault: null })
  expect(readPlace({ lat: '-90', lng: '180' }).fault).toBeNull()
  expect(['31|', '|121', '90.1|0', '0|-180.01', 'abc|1', '1|1e999'].map((text) => text.split('|')).map(([lat = '', lng = '']) => readPlace({ lat, lng }).fault))
    .toEqual(['half', 'half', 'range', 'range', 'number', 'number'])
})

test('what a map copies is both numbers in one', () => {
  expect(bothOf('31.2304, 121.4737')).toEqual({ lat: '31.2304', lng: '121.4737' })
  expect(bothOf('31.2304，121.4737')).toEqual({ lat: '31.2304', lng: '121.4737' })
  expect(bothOf('-33.86 151.21')).toEqual({ lat: '-33.86', lng: '151.21' })
  for (const text of ['31.2304', '31.2304,', 'a,b', '1,2,3', '']) expect(bothOf(text)).toBeNull()
})

test('a place survives its text', () => {
  expect(placeText({ lat: 31.2304, lng: -121.4737004 })).toEqual({ lat: '31.2304', lng: '-121.4737' })
  expect(placeText(null)).toEqual({ lat: '', lng: '' })
  expect([samePlace(null, null), samePlace({ lat: 1, lng: 2 }, { lat: 1, lng: 2.0000001 }), samePlace({ lat: 1, lng: 2 }, { lat: 1, lng: 2.00001 }), samePlace({ lat: 1, lng: 2 }, null)])
    .toEqual([true, true, false, false])
})

test('civil times of a zone are instants, over clock changes too', () => {
  const utc = (text: string) => Date.parse(`${text}Z`)
  expect(instantOf('2026-03-02 09:30', 'Asia/Shanghai')).toBe(utc('2026-03-02T01:30'))
  expect(civilOf(utc('2026-03-02T01:30'), 'Asia/Shanghai')).toBe('2026-03-02 09:30')
  expect(instantOf('2026-03-08 01:59', 'America/New_York')).toBe(utc('2026-03-08T06:59'))
  expect(instantOf('2026-03-08 03:00', 'America/New_York')).toBe(utc('2026-03-08T07:00'))
  expect(instantOf('2026-11-01 03:00', 'America/New_York')).toBe(utc('2026-11-01T08:00'))
  expect(civilOf(instantOf('2026-03-08 02:30', 'America/New_York'), 'America/New_York')).toBe('2026-03-08 03:30')
  for (const zone of ['Pacific/Apia', 'America/New_York', 'Africa/Cairo', 'Asia/Kolkata']) {
    for (let at = utc('2026-01-01T00:07'); at < utc('2027-01-01T00:00'); at += 13 * 3_600_000) expect(civilOf(instantOf(civilOf(at, zone), zone), zone)).toBe(civilOf(at, zone))
  }
})

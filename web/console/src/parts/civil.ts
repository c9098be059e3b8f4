/** Civil times of a zone, as fields show them, and the instants that they are. */
import { civilDay, clock } from 'kit'

/** "2026-03-02 09:30" on the clocks of a zone. */
export const civilOf = (at: number, zone: string): string => `${civilDay(at, zone)} ${clock(at, zone)}`

const asUtc = (civil: string) => Date.parse(`${civil.replace(' ', 'T')}:00Z`)

/** The instant of a civil time; of a time that a clock change leaves out, the one as long after the change. */
export function instantOf(civil: string, zone: string): number {
  const wanted = asUtc(civil)
  const offset = (at: number) => asUtc(civilOf(at, zone)) - at
  const first = wanted - offset(wanted)
  const second = wanted - offset(first)
  return civilOf(second, zone) === civil || second > first ? second : first
}

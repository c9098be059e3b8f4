/** Places on earth in degrees, as people write them. */
export interface Place { lat: number; lng: number }
export interface PlaceText { lat: string; lng: string }
export const NOWHERE: PlaceText = { lat: '', lng: '' }

/** Only one of the two is given, one is not a number, or it is not on earth. */
export type PlaceFault = 'half' | 'number' | 'range'
export type PlaceRead = { place: Place | null; fault: null } | { place: null; fault: PlaceFault }

/** What the two fields say; no place where both are empty. */
export function readPlace({ lat, lng }: PlaceText): PlaceRead {
  const [north, east] = [lat, lng].map((text) => text.trim().replace(/°$/, '')) as [string, string]
  if (north === '' && east === '') return { place: null, fault: null }
  if (north === '' || east === '') return { place: null, fault: 'half' }
  const place = { lat: Number(north), lng: Number(east) }
  if (!Number.isFinite(place.lat) || !Number.isFinite(place.lng)) return { place: null, fault: 'number' }
  if (Math.abs(place.lat) > 90 || Math.abs(place.lng) > 180) return { place: null, fault: 'range' }
  return { place, fault: null }
}

export const placeText = (place: Place | null | undefined): PlaceText =>
  place ? { lat: String(Number(place.lat.toFixed(6))), lng: String(Number(place.lng.toFixed(6))) } : NOWHERE

/** Both numbers out of one text, as maps copy them: "31.2304, 121.4737". */
export function bothOf(text: string): PlaceText | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)°?\s*[,，;\s]\s*(-?\d+(?:\.\d+)?)°?\s*$/.exec(text)
  return found ? { lat: found[1] ?? '', lng: found[2] ?? '' } : null
}

export const samePlace = (a: Place | null, b: Place | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a.lat - b.lat) < 5e-7 && Math.abs(a.lng - b.lng) < 5e-7)

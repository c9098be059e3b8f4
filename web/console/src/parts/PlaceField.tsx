/** Latitude and longitude, or the place where the reader is just now. */
import { useState } from 'react'
import { Button, Input } from 'antd'
import { LocateFixed } from 'lucide-react'
import { words } from '@/words'
import { bothOf, NOWHERE, placeText, readPlace, type PlaceText } from './place'

export const usePlaceWords = words(
  'place',
  {
    lat: '纬度', lng: '经度', here: '用我的位置', failed: '没有取得位置：浏览器不允许，或此刻定位不到。请手工填写。',
    half: '纬度和经度要么都填，要么都不填', number: '请填数字，例如 31.2304 和 121.4737', range: '纬度在 -90 到 90 之间，经度在 -180 到 180 之间',
  },
  {
    lat: 'Latitude', lng: 'Longitude', here: 'Use my position', failed: 'Your position is not available: the browser does not allow it, or cannot tell just now. Type it instead.',
    half: 'Give latitude and longitude together, or neither', number: 'Use numbers, such as 31.2304 and 121.4737', range: 'Latitude is from -90 to 90, longitude from -180 to 180',
  },
)

export function PlaceField({ value = NOWHERE, onChange }: { value?: PlaceText; onChange?: (value: PlaceText) => void }) {
  const t = usePlaceWords()
  const [asking, setAsking] = useState(false)
  const [failed, setFailed] = useState(false)
  const { fault } = readPlace(value)
  const put = (key: keyof PlaceText, text: string) => onChange?.(bothOf(text) ?? { ...value, [key]: text })
  function locate() {
    setAsking(true)
    setFailed(false)
    const done = (then: () => void) => { setAsking(false); then() }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(() => onChange?.(placeText({ lat: coords.latitude, lng: coords.longitude }))),
      () => done(() => setFailed(true)),
      { timeout: 10_000, maximumAge: 60_000 },
    )
  }
  const box = (key: keyof PlaceText) => (
    <Input value={value[key]} onChange={(event) => put(key, event.target.value)} placeholder={t(key)} aria-label={t(key)} inputMode="text" allowClear
      {...(fault && fault !== 'half' ? { status: 'error' as const } : {})} style={{ flex: '1 1 110px', minWidth: 0, width: 'auto' }} data-testid={`place-${key}`} />
  )
  return (
    <span className="stack tight">
      <span className="row wrap">
        {box('lat')}
        {box('lng')}
        {'geolocation' in navigator && <Button icon={<LocateFixed size={15} />} loading={asking} onClick={locate} data-testid="place-here">{t('here')}</Button>}
      </span>
      {failed && <span className="small muted" role="status">{t('failed')}</span>}
    </span>
  )
}

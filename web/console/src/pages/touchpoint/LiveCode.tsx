import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { Button } from 'antd'
import { Copy, Download, ImageDown, Link2, Split } from 'lucide-react'
import type { Touchpoint } from 'api'
import { api } from '@/server'
import { useCopy } from '@/parts/act'
import { StateChip } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useTouchpoints } from '../touchpoints/words'
import { LinkBuilder } from './LinkBuilder'
import { liveCodes } from './server'
import css from './touchpoint.module.css'

/** What is printed: the code, its link, and posters with it. */
export function PrintedCode({ touchpoint }: { touchpoint: Touchpoint }) {
  const t = useTouchpoints()
  const copy = useCopy()
  const [building, setBuilding] = useState(false)
  const { id, code, name, url } = touchpoint
  return (
    <Card title={t('printed')} note={t('live_note')}>
      <div className={css.code}>
        <img src={api.touchpoints.qrUrl(id, 'svg')} alt={t('qr_alt', { name })} width={200} height={200} data-testid="touchpoint-qr" />
        <a href={url} target="_blank" rel="noreferrer" className="mono" data-testid="touchpoint-url">{url}</a>
        <div className="row wrap" style={{ justifyContent: 'center' }}>
          <Button icon={<Copy size={15} />} onClick={() => copy(url)}>{t('copy_link')}</Button>
          <Button icon={<Link2 size={15} />} onClick={() => setBuilding(true)} data-testid="build-link">{t('build_link')}</Button>
          <Button icon={<Download size={15} />} href={api.touchpoints.qrUrl(id, 'png', 1024)} download={`${code}.png`}>{t('qr_png')}</Button>
          <Button icon={<Download size={15} />} href={api.touchpoints.qrUrl(id, 'svg')} download={`${code}.svg`}>{t('qr_svg')}</Button>
          <Link to={`/touchpoints/posters?ids=${id}`}><Button icon={<ImageDown size={15} />} data-testid="make-poster">{t('poster')}</Button></Link>
        </div>
      </div>
      <LinkBuilder touchpoint={touchpoint} open={building} close={() => setBuilding(false)} />
    </Card>
  )
}

/** To whom the code leads, where it has rules. */
export function LiveCode({ touchpoint }: { touchpoint: Touchpoint }) {
  const t = useTouchpoints()
  const f = useFormat()
  const found = useQuery({ queryKey: ['live-code', 'of', touchpoint.id], queryFn: () => liveCodes.of(touchpoint.id) })
  const open = (
    <Link to={`/touchpoints/${touchpoint.id}/live-code`}><Button size="small" type="text" icon={<Split size={14} />} data-testid="open-live-code">{t('live_open')}</Button></Link>
  )
  return (
    <Card title={t('live_code')} note={t('live_what')} extra={open}>
      <Shown of={found} what={t('live_code')} rows={1}>
        {(data) => {
          const code = data.items[0]
          if (!code) return <p className="muted">{t('live_none')}</p>
          return (
            <div className="row between">
              <StateChip tone={code.state === 'active' ? 'good' : 'plain'}>{t(`live_${code.state}`)}</StateChip>
              <span className="small muted">{t('live_counts', { held: f.count(code.held), added: f.count(code.added) })}</span>
            </div>
          )
        }}
      </Shown>
    </Card>
  )
}

import { Button } from 'antd'
import { Copy, Download } from 'lucide-react'
import type { Touchpoint } from 'api'
import { api } from '@/server'
import { useCopy } from '@/parts/act'
import { Card } from '@/parts/Page'
import { useTouchpoints } from '../touchpoints/words'
import css from './touchpoint.module.css'

export function LiveCode({ touchpoint }: { touchpoint: Touchpoint }) {
  const t = useTouchpoints()
  const copy = useCopy()
  const { id, code, name, url } = touchpoint
  return (
    <Card title={t('live_code')} note={t('live_note')}>
      <div className={css.code}>
        <img src={api.touchpoints.qrUrl(id, 'svg')} alt={t('qr_alt', { name })} width={200} height={200} data-testid="touchpoint-qr" />
        <a href={url} target="_blank" rel="noreferrer" className="mono" data-testid="touchpoint-url">{url}</a>
        <div className="row wrap" style={{ justifyContent: 'center' }}>
          <Button icon={<Copy size={15} />} onClick={() => copy(url)}>{t('copy_link')}</Button>
          <Button icon={<Download size={15} />} href={api.touchpoints.qrUrl(id, 'png', 1024)} download={`${code}.png`}>{t('qr_png')}</Button>
          <Button icon={<Download size={15} />} href={api.touchpoints.qrUrl(id, 'svg')} download={`${code}.svg`}>{t('qr_svg')}</Button>
        </div>
      </div>
    </Card>
  )
}

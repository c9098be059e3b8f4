/** A link with campaign marks, short and long, and its own QR code. */
import { useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Form, Input, Modal } from 'antd'
import { Copy, Download } from 'lucide-react'
import type { Touchpoint } from 'api'
import { useCopy } from '@/parts/act'
import { Shown } from '@/parts/state'
import { useTouchpoints } from '../touchpoints/words'
import { touchpoints, type Marks } from './server'
import css from './touchpoint.module.css'

const FIELDS = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const

export function LinkBuilder({ touchpoint, open, close }: { touchpoint: Touchpoint; open: boolean; close: () => void }) {
  const t = useTouchpoints()
  const copy = useCopy()
  const [marks, setMarks] = useState<Marks>({})
  const link = useQuery({ queryKey: ['touchpoint', touchpoint.id, 'link', marks], queryFn: () => touchpoints.link(touchpoint.id, marks), enabled: open, placeholderData: keepPreviousData })
  const line = (name: string, value: string) => (
    <div className={css.link}>
      <span className="muted small">{name}</span>
      <span className="row"><span className="mono small grow">{value}</span><Button size="small" icon={<Copy size={14} />} aria-label={t('copy_link')} onClick={() => copy(value)} /></span>
    </div>
  )
  return (
    <Modal open={open} onCancel={close} title={t('build_link')} footer={null} width={640} destroyOnHidden>
      <p className="muted">{t('build_note')}</p>
      <Form layout="vertical" component="div" className="two fields" style={{ paddingTop: 12 }}>
        {FIELDS.map((field) => (
          <Form.Item key={field} label={<span>{t(field)} <span className="mono small muted">{field}</span></span>} style={{ marginBottom: 12 }}>
            <Input maxLength={100} value={marks[field] ?? ''} onChange={(event) => setMarks({ ...marks, [field]: event.target.value })} data-testid={field} aria-label={field} />
          </Form.Item>
        ))}
      </Form>
      <Shown of={link} what={t('build_link')} rows={3}>
        {(made) => (
          <div className="stack">
            {line(t('short_link'), made.short)}
            {line(t('long_link'), made.long)}
            <div className="row">
              <img src={touchpoints.qrUrl(touchpoint.id, 'svg', marks)} width={120} height={120} alt={t('qr_alt', { name: touchpoint.name })} className={css.linkQr} data-testid="link-qr" />
              <Button icon={<Download size={15} />} href={touchpoints.qrUrl(touchpoint.id, 'png', marks, 1024)} download={`${touchpoint.code}.png`}>{t('qr_png')}</Button>
            </div>
          </div>
        )}
      </Shown>
    </Modal>
  )
}

import { Card } from '@/parts/Page'
import { useSession } from '@/shell/session'
import { useCampaigns } from '../campaigns/words'
import type { Draft } from '.'
import css from './edit.module.css'

export function Preview({ draft }: { draft: Pick<Draft, 'subject' | 'body' | 'channel'> }) {
  const t = useCampaigns()
  const { brand } = useSession()
  return (
    <Card title={t('preview')} note={t('preview_to')}>
      <div className={css.phone}>
        <p className="small muted">{brand.name} · {t(`channel_${draft.channel}`)}</p>
        <p className={draft.subject ? 'strong' : 'faint'}>{draft.subject || t('preview_subject')}</p>
        <p className={draft.body ? css.text : `${css.text} faint`}>{draft.body || t('preview_body')}</p>
      </div>
    </Card>
  )
}

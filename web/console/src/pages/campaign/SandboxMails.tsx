import { useQuery } from '@tanstack/react-query'
import type { Campaign } from 'api'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useCampaigns } from '../campaigns/words'
import css from './campaign.module.css'

/** Without a mail server, mail is caught here, so that the whole loop can be tried. */
export function SandboxMails({ campaign }: { campaign: Campaign }) {
  const t = useCampaigns()
  const f = useFormat()
  const mails = useQuery({ queryKey: ['sandbox-mails', campaign.id, campaign.counts.sent], queryFn: () => api.campaigns.sandboxMails({ limit: 20 }) })
  return (
    <Card title={t('mails')} note={t('mails_note')}>
      <Shown of={mails} what={t('mails')} rows={3} empty={(data) => data.items.length === 0 && <p className="muted">{t('mails_empty')}</p>}>
        {(data) => (
          <ul className={css.mails}>
            {data.items.slice(0, 10).map((mail) => (
              <li key={mail.id}>
                <details>
                  <summary><span className="strong">{mail.subject}</span> <span className="muted small">{t('to')} {mail.to} · {f.when(mail.at)}</span></summary>
                  <p className={css.mail}>{mail.body}</p>
                </details>
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

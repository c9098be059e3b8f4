import { Link, useLocation } from 'react-router'
import { Empty } from '@/parts/state'
import { Page } from '@/parts/Page'
import { useShell } from '@/shell/words'

export default function Lost() {
  const t = useShell()
  const { pathname } = useLocation()
  return (
    <Page title="404">
      <Empty title={t('lost_title')} hint={t('lost_hint', { path: pathname })} action={<Link to="/">{t('lost_home')}</Link>} />
    </Page>
  )
}

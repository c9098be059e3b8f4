/** Who buys lately, often, and for much: by cuts that stay until somebody freezes others. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Button } from 'antd'
import { SlidersHorizontal } from 'lucide-react'
import { useFormat } from '@/parts/format'
import { Page } from '@/parts/Page'
import { Empty, PageFailed, PageLoading } from '@/parts/state'
import { CutsDrawer } from './Cuts'
import { Grid } from './Grid'
import { Groups } from './Groups'
import { rfm } from './scores'
import { useRfm } from './words'

export default function RfmPage() {
  const t = useRfm()
  const f = useFormat()
  const [editing, setEditing] = useState(false)
  const answer = useQuery({ queryKey: ['rfm'], queryFn: rfm })
  if (answer.isError && !answer.data) return <PageFailed error={answer.error} retry={() => void answer.refetch()} />
  if (!answer.data) return <PageLoading />
  const { version, table } = answer.data
  const days = version.window_days
  const actions = (
    <>
      <Link to="/stages"><Button>{t('to_stages')}</Button></Link>
      <Button type="primary" icon={<SlidersHorizontal size={15} />} onClick={() => setEditing(true)} data-testid="rfm-change">{t('change')}</Button>
    </>
  )
  return (
    <Page title={t('title')} actions={actions} note={version.n ? t('note_frozen', { n: version.n, when: f.day(version.made_at), days }) : t('note_free', { days })}>
      {table.buyers === 0 ? <Empty title={t('empty', { days })} hint={t('empty_hint')} /> : (
        <div className="stack">
          <Grid table={table} version={version} />
          <Groups table={table} />
          {table.others > 0 && <p className="muted">{t('no_score', { n: f.count(table.others), days })}</p>}
          <p className="muted small">{t('how')}</p>
        </div>
      )}
      <CutsDrawer version={version} open={editing} close={() => setEditing(false)} />
    </Page>
  )
}

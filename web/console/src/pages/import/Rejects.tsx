import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Download } from 'lucide-react'
import type { Import } from 'api'
import { api } from '@/server'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { useSaid } from '@/said'
import { useImports } from '../imports/words'

export function Rejects({ of }: { of: Import }) {
  const t = useImports()
  const f = useFormat()
  const { say } = useSaid()
  // A field is called as this kind of import calls it.
  const told = (reason: string) => {
    const [, head, rest] = /^(\w+): (.+)$/s.exec(reason) ?? []
    const field = of.fields.find((each) => each.field === head)
    return f.lang === 'zh' && field && rest ? `${field.zh}：${say(rest)}` : say(reason)
  }
  const rejects = useQuery({ queryKey: ['import', of.id, 'rejects', of.rows_bad], queryFn: () => api.imports.rejects(of.id) })
  return (
    <Card title={`${t('rejects')} · ${f.count(of.rows_bad)}`} note={t('rejects_note')}
      extra={<Button size="small" icon={<Download size={14} />} href={api.imports.rejectsUrl(of.id)} download data-testid="rejects-download">{t('rejects_download')}</Button>}>
      <Shown of={rejects} what={t('rejects')}>
        {(data) => (
          <div className="scroll-x" tabIndex={0}>
            <table className="plain-table">
              <thead><tr><th scope="col">{t('row')}</th><th scope="col">{t('reason')}</th><th scope="col">{t('raw')}</th></tr></thead>
              <tbody>
                {data.items.map((reject) => (
                  <tr key={reject.row} data-testid="reject-row"><td>{f.count(reject.row)}</td><td className="bad">{told(reject.reason)}</td><td className="mono">{reject.raw}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </Card>
  )
}

/** What a run did to customers who were here, or a dry run would do; and the rows of which a value was not taken. */
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Download } from 'lucide-react'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Shown } from '@/parts/state'
import { keptRows, keptUrl, type Weighed } from './ask'
import { usePolicy } from './words'

export function Outcome({ of }: { of: Weighed }) {
  const t = usePolicy()
  const f = useFormat()
  const o = of.outcome
  const name = (field: string) => of.fields.find((each) => each.field === field)?.[f.lang] ?? field
  const fields = o.fields.filter((each) => each.filled + each.changed + each.kept > 0)
  const dry = of.dry_run ? 'would' : 'did'
  return (
    <>
      <Card title={t(`outcome_${dry}`)}>
        <div className="stack">
          <p data-testid="import-outcome">{t('outcome_says', { created: f.count(o.created), changed: f.count(o.changed), same: f.count(o.same), kept: f.count(o.kept) })}</p>
          {fields.length > 0 && (
            <div className="scroll-x" tabIndex={0}>
              <table className="plain-table">
                <thead><tr><th scope="col">{t('field')}</th><th scope="col">{t('filled')}</th><th scope="col">{t('changed')}</th><th scope="col">{t('kept')}</th></tr></thead>
                <tbody>
                  {fields.map((each) => (
                    <tr key={each.field} data-testid={`outcome-${each.field}`}>
                      <td>{name(each.field)}</td><td className="num">{f.count(each.filled)}</td><td className="num">{f.count(each.changed)}</td><td className="num">{f.count(each.kept)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      </Card>
      {o.kept > 0 && <Kept of={of} name={name} />}
    </>
  )
}

function Kept({ of, name }: { of: Weighed; name: (field: string) => string }) {
  const t = usePolicy()
  const f = useFormat()
  const rows = useQuery({ queryKey: ['import', of.id, 'kept', of.outcome.kept, of.dry_run], queryFn: () => keptRows(of.id) })
  return (
    <Card title={`${t('kept_title')} · ${f.count(of.outcome.kept)}`} note={t('kept_note')}
      extra={<Button size="small" icon={<Download size={14} />} href={keptUrl(of.id)} download data-testid="kept-download">{t('kept_download')}</Button>}>
      <Shown of={rows} what={t('kept_title')}>
        {(data) => (
          <div className="scroll-x" tabIndex={0}>
            <table className="plain-table">
              <thead><tr><th scope="col">{t('row')}</th><th scope="col">{t('stays')}</th><th scope="col">{t('raw')}</th></tr></thead>
              <tbody>
                {data.items.map((row) => (
                  <tr key={row.row} data-testid="kept-row">
                    <td>{f.count(row.row)}</td>
                    <td>{row.kept.map((each) => (
                      <div key={each.field}>{name(each.field)}{t('colon')}<span className="strong">{each.stays || t('empty')}</span> <span className="muted">{t(`why_${each.why}`)}</span></div>
                    ))}</td>
                    <td className="mono">{row.raw}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Shown>
    </Card>
  )
}

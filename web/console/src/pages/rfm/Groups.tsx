/** Eight groups, the important ones first, each with what to do about it. */
import { Link } from 'react-router'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import type { Table } from './scores'
import { useRfm } from './words'
import css from './rfm.module.css'

export function Groups({ table }: { table: Table }) {
  const t = useRfm()
  const f = useFormat()
  const sheet: Sheet = {
    head: [t('group'), t('persons'), t('mean'), t('revenue'), t('days')],
    rows: table.groups.map((row) => [t(row.group), row.persons, row.mean_fen / 100, row.revenue_fen / 100, row.median_days]),
    show: (is, column) => (column === 0 || is === null ? is : column === 2 || column === 3 ? f.money(Math.round(Number(is) * 100)) : f.count(Number(is))),
  }
  return (
    <ChartCard id="rfm-groups" title={t('groups')} note={t('groups_note')} sheet={sheet}>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('group')}</th><th scope="col" className="end">{t('persons')}</th><th scope="col" className="end">{t('share')}</th>
              <th scope="col" className="end">{t('mean')}</th><th scope="col" className="end">{t('revenue')}</th><th scope="col" className="end">{t('days')}</th>
              <th scope="col" className="wide-only">{t('what_to_do')}</th>
            </tr>
          </thead>
          <tbody>
            {table.groups.map((row, n) => (
              <tr key={row.group} className={n === 4 ? css.second : ''}>
                <td className="nowrap"><Link to={`/persons?rfm=${row.group}`} data-testid={`rfm-${row.group}`}>{t(row.group)}</Link></td>
                <td className="end">{f.count(row.persons)}</td>
                <td className="end"><span className={css.share}><span style={{ width: `${table.buyers ? (100 * row.persons) / table.buyers : 0}%` }} /></span>{f.share(row.persons, table.buyers)}</td>
                <td className="end">{f.money(row.mean_fen)}</td>
                <td className="end">{f.money(row.revenue_fen)}</td>
                <td className="end nowrap">{row.median_days === null ? '—' : t('n_days', { n: row.median_days })}</td>
                <td className="wide-only muted">{t(`do_${row.group}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartCard>
  )
}

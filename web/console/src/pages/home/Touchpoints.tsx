import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { TouchpointMeasure } from 'api'
import { api } from '@/server'
import { ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { useHome } from './words'
import css from './home.module.css'

const yuan = (fen: number | null) => (fen === null ? null : fen / 100)

export default function Touchpoints() {
  const t = useHome()
  const f = useFormat()
  const touchpoints = useQuery({ queryKey: ['measure', 'touchpoints'], queryFn: api.measure.touchpoints })
  const rows = [...(touchpoints.data?.items ?? [])].sort((a, b) => b.revenue_fen - a.revenue_fen)
  const sheet: Sheet = {
    head: [t('touchpoint'), t('group'), t('visits'), t('joined_people'), t('buyers'), t('cost'), t('income'), t('cac'), t('clv'), t('roi')],
    rows: rows.map((row) => [
      row.name, f.lang === 'zh' ? row.group_zh : row.group_en, row.visits, row.people, row.buyers, yuan(row.cost_fen),
      yuan(row.revenue_fen), yuan(row.cac_fen), yuan(row.clv_fen), row.roi_bp === null ? null : `${row.roi_bp / 100}%`,
    ]),
  }
  return (
    <ChartCard id="roi" title={t('touch_title')} note={t('touch_note')} sheet={sheet} extra={<Link to="/touchpoints">{t('all_touchpoints')}</Link>}>
      <Shown of={touchpoints} what={t('touch_title')} rows={6}
        empty={(data) => data.items.length === 0 && <Empty title={t('touch_empty')} action={<Link to="/touchpoints?new=1">{t('new_touchpoint')}</Link>} />}>
        {() => <Roi rows={rows.slice(0, 12)} />}
      </Shown>
    </ChartCard>
  )
}

function Roi({ rows }: { rows: TouchpointMeasure[] }) {
  const t = useHome()
  const f = useFormat()
  const most = Math.max(1, ...rows.map((row) => row.revenue_fen))
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('touchpoint')}</th>
            <th scope="col" className="end">{t('visits')}</th>
            <th scope="col" className="end">{t('joined_people')}</th>
            <th scope="col" className="end">{t('buyers')}</th>
            <th scope="col" className="end">{t('cac')}</th>
            <th scope="col" className="end">{t('clv')}</th>
            <th scope="col" className="end">{t('cost')}</th>
            <th scope="col" className="end">{t('income')}</th>
            <th scope="col" className="end">{t('roi')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-testid="roi-row">
              <td className={css.touch}>
                <Link to={`/touchpoints/${row.id}`}>{row.name}</Link>
                <span className="small muted">{f.lang === 'zh' ? row.group_zh : row.group_en}</span>
              </td>
              <td className="end">{f.compact(row.visits)}</td>
              <td className="end"><Link to={`/persons?touchpoint=${row.id}`}>{f.compact(row.people)}</Link></td>
              <td className="end">{f.compact(row.buyers)}</td>
              <td className="end">{row.cac_fen === null ? '—' : f.money(row.cac_fen)}</td>
              <td className="end">{row.clv_fen === null ? '—' : f.money(row.clv_fen)}</td>
              <td className="end">{row.cost_fen === 0 ? <span className="faint">{t('no_cost')}</span> : f.moneyShort(row.cost_fen)}</td>
              <td className="end">
                {f.moneyShort(row.revenue_fen)}
                <span className={css.meter} aria-hidden><span style={{ width: `${(row.revenue_fen / most) * 100}%` }} /></span>
              </td>
              <td className={`end ${row.roi_bp === null ? '' : row.roi_bp < 0 ? 'bad' : 'good'}`}>{row.roi_bp === null ? '—' : f.percent(row.roi_bp)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Who these people are, against the whole pool, another segment, or those who left this one. */
import { useMemo, useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Select } from 'antd'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { useFormat } from '@/parts/format'
import { Card } from '@/parts/Page'
import { Empty, Shown } from '@/parts/state'
import { segments, type Portrait as Answer, type Segment } from '@/parts/rule/ask'
import { valueName } from '@/parts/rule/names'
import { useFields, nameOfEvent } from '@/parts/rule/use-fields'
import { useTheme } from '@/shell/theme'
import { useSegments } from '../segments/words'
import css from './segment.module.css'

/** Those who left within so many days. */
const LEFT = [30, 90, 365] as const
const leftOf = (against: string) => LEFT.find((days) => against === `left:${days}`)

export function Portrait({ of }: { of: Segment }) {
  const t = useSegments()
  const f = useFormat()
  const fields = useFields()
  const [against, setAgainst] = useState('')
  const left = leftOf(against)
  const asked = left ? { left_days: left } : against ? { against } : {}
  const portrait = useQuery({ queryKey: ['segment', of.id, 'portrait', against], queryFn: () => segments.portrait(of.id, asked), placeholderData: keepPreviousData })
  const base = left ? t('p_left', { n: left }) : against ? fields.segmentName(against) : t('p_pool')
  const leavers = LEFT.map((days) => ({ value: `left:${days}`, label: t('p_left', { n: days }) }))
  const others = fields.segments.filter((each) => each.value !== of.id)
  const options = [
    { value: '', label: t('p_pool') },
    ...(of.kind === 'live' ? [{ label: t('p_leavers'), options: leavers }] : []),
    ...(others.length ? [{ label: t('p_segments'), options: others }] : []),
  ]
  return (
    <div className="stack">
      <Card>
        <div className="row wrap">
          <span className="muted">{t('p_against')}</span>
          <Select value={against} onChange={setAgainst} options={options} style={{ minWidth: 200 }} aria-label={t('p_against')} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: 'label' }} data-testid="portrait-against" />
          <span className="small muted grow" style={{ flexBasis: 280 }}>{t('p_intro', { base })}{left && <> {t('p_left_note')}</>}</span>
        </div>
      </Card>
      <Shown of={portrait} what={t('p_title')} rows={10} empty={(data) => data.persons === 0 && <Card><Empty title={t('p_none')} /></Card>}>
        {(data) => left && data.base === 0 ? <Card><Empty title={t('p_left_none', { n: left })} hint={t('p_left_none_hint')} /></Card> : (
          <>
            <p className="small muted" data-testid="portrait-sizes">{t('p_sizes', { n: f.count(data.persons), base, of: f.count(data.base) })}</p>
            <Groups of={data} base={base} />
          </>
        )}
      </Shown>
    </div>
  )
}

function Groups({ of, base }: { of: Answer; base: string }) {
  const t = useSegments()
  const f = useFormat()
  const fields = useFields()
  const named = (key: string, cell: { value: string; zh?: string | null; en?: string | null }) => cell[f.lang] || (key === 'stage' ? f.stage(cell.value) : '') || valueName(fields.attribute(key), cell.value, f.lang)
  return (
    <>
      <div className="two" style={{ alignItems: 'start' }}>
        {of.groups.map((group) => (
          <Distribution key={group.key} id={`portrait-${group.key}`} title={group[f.lang]} base={base}
            rows={group.cells.map((cell) => ({ ...cell, persons: cell.count, name: named(group.key, cell) }))}
            {...(group.missing ? { note: t('p_missing', { share: f.share(group.missing, of.persons), base: f.share(group.base_missing, of.base) }) } : {})} />
        ))}
        <Distribution id="portrait-categories" title={t('p_categories')} base={base} rows={of.categories.map((cell) => ({ ...cell, persons: cell.count, name: cell[f.lang] || cell.value }))} />
        <Distribution id="portrait-products" title={t('p_products')} base={base} rows={of.products.map((each) => ({ ...each, to: `/products/${each.id}` }))} />
        <Distribution id="portrait-responses" title={t('p_responses')} note={t('p_responses_note')} base={base} rows={of.responses.map((each) => ({ ...each, name: nameOfEvent(each.name, f.lang) }))} />
      </div>
      <Hours of={of.hours} base={base} />
    </>
  )
}

interface Row { name: string; persons: number | null; share_bp: number | null; base_bp: number | null; tgi: number | null; to?: string }

const FEW = 8

/** Shares as bars with the base as a mark, and TGI beside. What is too small to show says so. */
function Distribution({ id, title, rows, base, note }: { id: string; title: string; rows: Row[]; base: string; note?: string }) {
  const t = useSegments()
  const f = useFormat()
  const [all, setAll] = useState(false)
  const most = Math.max(1, ...rows.map((row) => Math.max(row.share_bp ?? 0, row.base_bp ?? 0)))
  const percent = (bp: number | null) => (bp === null ? null : bp / 100)
  const sheet: Sheet = {
    head: [title, t('p_persons'), `${t('p_share')} %`, `${t('p_base')} %`, t('p_tgi')],
    rows: rows.map((row) => [row.name, row.persons, percent(row.share_bp), percent(row.base_bp), row.tgi]),
    show: (value, column) => (value === null ? (column === 1 ? t('p_hidden') : '—') : column === 0 ? undefined : f.count(Number(value)) === String(value) ? String(value) : column === 1 ? f.count(Number(value)) : String(value)),
  }
  const shown = all ? rows : rows.slice(0, FEW)
  return (
    <ChartCard id={id} title={title} sheet={sheet} {...(note ? { note } : {})}>
      {rows.length === 0 ? <p className="muted">{t('p_nothing')}</p> : (
        <table className={css.dist}>
          <thead><tr><th scope="col"><span className="sr">{t('p_value')}</span></th><th scope="col"><span className="sr">{t('p_share')}</span></th><th scope="col" className={css.figure}>{t('p_share')}</th><th scope="col" className={css.figure}>{t('p_tgi')}</th></tr></thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={index}>
                <th scope="row" className={css.name}>{row.to ? <Link to={row.to}>{row.name}</Link> : row.name}</th>
                {row.share_bp === null ? <td colSpan={3} className="small muted">{t('p_hidden')}</td> : (
                  <>
                    <td>
                      <span className={css.track} title={`${row.persons === null ? '' : t('people', { n: f.count(row.persons), count: row.persons })} · ${base} ${row.base_bp === null ? '—' : f.percent(row.base_bp)}`}>
                        <span className={css.fill} style={{ width: `${(row.share_bp / most) * 100}%` }} />
                        {row.base_bp !== null && <span className={css.base} style={{ left: `${(row.base_bp / most) * 100}%` }} />}
                      </span>
                    </td>
                    <td className={css.figure}>{f.percent(row.share_bp)}</td>
                    <td className={css.figure}><Tgi value={row.tgi} /></td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > FEW && <button type="button" className="linklike small" onClick={() => setAll(!all)}>{all ? t('p_less') : t('p_more', { n: rows.length - FEW })}</button>}
    </ChartCard>
  )
}

function Tgi({ value }: { value: number | null }) {
  if (value === null) return <span className="faint">—</span>
  const tone = value >= 120 ? css.high : value <= 80 ? css.low : undefined
  return <span className={tone}>{value >= 120 ? '↑ ' : value <= 80 ? '↓ ' : ''}{value}</span>
}

function Hours({ of, base }: { of: Answer['hours']; base: string }) {
  const t = useSegments()
  const f = useFormat()
  const { palette } = useTheme()
  const sheet: Sheet = {
    head: [t('p_hour'), t('p_acts'), `${t('p_share')} %`, `${t('p_base')} %`],
    rows: of.map((hour) => [t('p_oclock', { h: hour.hour }), hour.count, hour.share_bp === null ? null : hour.share_bp / 100, hour.base_bp === null ? null : hour.base_bp / 100]),
    show: (value, column) => (column === 1 ? f.count(Number(value)) : undefined),
  }
  const option = useMemo(() => {
    const shown = { valueFormatter: (value: unknown) => (value === null || value === undefined ? '—' : f.percent(Number(value))) }
    return {
      aria: { enabled: true },
      grid: { left: 4, right: 4, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'category', data: of.map((hour) => t('p_oclock', { h: hour.hour })) },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => f.percent(value) } },
      series: [
        { name: t('p_share'), type: 'bar', data: of.map((hour) => hour.share_bp), color: palette.water, tooltip: shown },
        { name: base, type: 'line', data: of.map((hour) => hour.base_bp), color: palette.sand, tooltip: shown },
      ],
    }
  }, [of, base, f, t, palette])
  return (
    <ChartCard id="portrait-hours" title={t('p_hours')} note={t('p_hours_note')} sheet={sheet}>
      {of.length === 0 ? <p className="muted">{t('p_nothing')}</p> : <Chart option={option} label={t('p_hours')} height={220} />}
    </ChartCard>
  )
}

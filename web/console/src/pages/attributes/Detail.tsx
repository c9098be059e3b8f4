/** One attribute: how many customers have a value, whose word it is, how old, and which segments ask for it. */
import { useMemo, type ReactNode } from 'react'
import { Button, Drawer } from 'antd'
import { Link } from 'react-router'
import { Chart, ChartCard, type Sheet } from '@/parts/chart/Chart'
import { Facts } from '@/parts/chips'
import { useFormat } from '@/parts/format'
import { Empty, Shown } from '@/parts/state'
import { useSession } from '@/shell/session'
import { useTheme } from '@/shell/theme'
import { useCommon } from '@/words/common'
import { sameOrder, SOURCES, useCoverage, type Attribute, type Coverage } from './ask'
import { useAttributeWords } from './words'

export function Detail({ of, edit, close }: { of: Attribute; edit: (() => void) | null; close: () => void }) {
  const t = useAttributeWords()
  const c = useCommon()
  const { lang } = useFormat()
  const { can } = useSession()
  return (
    <Drawer open onClose={close} title={of[lang]} size={640} extra={edit && <Button onClick={edit} data-testid="edit-attribute">{c('edit')}</Button>}>
      <div className="stack" data-testid="attribute-detail">
        <Order of={of} />
        {can('measure.read') ? <Covered of={of} /> : <p className="muted">{t('coverage_hidden')}</p>}
      </div>
    </Drawer>
  )
}

function Order({ of }: { of: Attribute }) {
  const t = useAttributeWords()
  const { lang } = useFormat()
  const left = SOURCES.filter((each) => !of.sources.includes(each))
  const names = (all: readonly (typeof SOURCES)[number][], between: string) => all.map((each) => t(`by_${each}`)).join(between)
  return (
    <section className="stack tight">
      <h3>{t('order')}</h3>
      <p data-testid="attribute-order">{names(of.sources, ' > ')}{sameOrder(of.sources, SOURCES) && <span className="muted"> · {t('order_usual')}</span>}</p>
      {left.length > 0 && <p className="small muted">{t('not_taken_list', { names: names(left, lang === 'zh' ? '、' : ', ') })}</p>}
    </section>
  )
}

function Covered({ of }: { of: Attribute }) {
  const t = useAttributeWords()
  const f = useFormat()
  const all = useCoverage()
  return (
    <Shown of={all} what={t('coverage')}>
      {(data) => {
        const one = data.items.find((each) => each.key === of.key)
        if (!one || one.persons === 0) return <><Empty title={t('nobody_has')} hint={t('nobody_has_hint')} />{one && <UsedBy of={one} />}</>
        const stale = of.max_age_days === null ? <span className="muted">{t('never')}</span> : f.count(one.stale)
        return (
          <>
            <Facts items={[
              { name: t('have'), value: f.count(one.persons), note: t('of_pool', { share: f.percent(one.share_bp), n: f.count(data.persons) }), testid: 'coverage-persons' },
              { name: t('old'), value: stale, ...(of.max_age_days === null ? {} : { note: t('older_than', { n: of.max_age_days, count: of.max_age_days, share: f.share(one.stale, one.persons) }) }) },
              { name: t('distinct'), value: one.distinct === null ? <span className="muted">—</span> : f.count(one.distinct), ...(one.distinct === null ? { note: t('distinct_sealed') } : {}) },
            ]} />
            <BySource of={one} aged={of.max_age_days !== null} />
            <ByAge of={one} />
            <UsedBy of={one} />
            <p className="small muted">{t('exact_at', { when: f.dateTime(data.exact_at) })}</p>
          </>
        )
      }}
    </Shown>
  )
}

function useOption(names: string[], series: { name: string; data: number[]; color: string }[]) {
  const f = useFormat()
  return useMemo(() => ({
    aria: { enabled: true },
    grid: { left: 4, right: 24, top: series.length > 1 ? 32 : 8, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    ...(series.length > 1 ? { legend: { top: 0, left: 0 } } : {}),
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' }, valueFormatter: (value: unknown) => f.count(Number(value)) },
    xAxis: { type: 'value', minInterval: 1, splitNumber: 4, axisLabel: { formatter: (value: number) => f.compact(value) } },
    yAxis: { type: 'category', inverse: true, data: names },
    series: series.map((each) => ({ ...each, type: 'bar', stack: 'all', barMaxWidth: 18 })),
  }), [names, series, f])
}

function BySource({ of, aged }: { of: Coverage; aged: boolean }) {
  const t = useAttributeWords()
  const f = useFormat()
  const { palette } = useTheme()
  const names = useMemo(() => of.sources.map(({ source }) => (source ? t(`by_${source}`) : t('unknown_source'))), [of, t])
  const series = useMemo(() => {
    const fresh = { name: aged ? t('valid') : t('have'), data: of.sources.map((each) => each.persons - each.stale), color: palette.water }
    return aged ? [fresh, { name: t('stale'), data: of.sources.map((each) => each.stale), color: palette.sand }] : [fresh]
  }, [of, aged, t, palette])
  const option = useOption(names, series)
  const sheet: Sheet = {
    head: [t('source'), t('have'), t('share_of_values'), ...(aged ? [t('stale')] : [])],
    rows: of.sources.map((each, n) => [names[n], each.persons, f.share(each.persons, of.persons), ...(aged ? [each.stale] : [])]),
    show: counted(f.count, [1, 3]),
  }
  return <ChartCard id={`coverage-source-${of.key}`} title={t('by_source')} note={t('by_source_note')} sheet={sheet}><Chart option={option} label={t('by_source')} height={52 + 34 * names.length} /></ChartCard>
}

function ByAge({ of }: { of: Coverage }) {
  const t = useAttributeWords()
  const f = useFormat()
  const { palette } = useTheme()
  const known = of.ages.reduce((sum, each) => sum + each.persons, 0)
  const names = useMemo(() => of.ages.map(({ days }, n) => {
    const from = of.ages[n - 1]?.days ?? 0
    return days === null ? t('age_over', { n: from }) : n === 0 ? t('age_within', { n: days }) : t('age_between', { from: from + 1, to: days })
  }), [of, t])
  const series = useMemo(() => [{ name: t('have'), data: of.ages.map((each) => each.persons), color: palette.water }], [of, t, palette])
  const option = useOption(names, series)
  const sheet: Sheet = { head: [t('age_said'), t('have'), t('share_of_values')], rows: of.ages.map((each, n) => [names[n], each.persons, f.share(each.persons, of.persons)]), show: counted(f.count, [1]) }
  if (known === 0) return null
  return <ChartCard id={`coverage-age-${of.key}`} title={t('by_age')} sheet={sheet}><Chart option={option} label={t('by_age')} height={200} /></ChartCard>
}

const counted = (count: (n: number) => string, columns: number[]) => (value: unknown, column: number): ReactNode =>
  typeof value === 'number' && columns.includes(column) ? count(value) : undefined

function UsedBy({ of }: { of: Coverage }) {
  const t = useAttributeWords()
  return (
    <section className="stack tight">
      <h3>{t('used_by')}</h3>
      {of.used_by.length === 0 ? <p className="muted">{t('used_by_none')}</p> : <ul className="row wrap" style={{ listStyle: 'none' }}>{of.used_by.map((each) => <li key={each.id}><Link to={`/segments/${each.id}`}>{each.name}</Link></li>)}</ul>}
    </section>
  )
}

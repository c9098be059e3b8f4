import { Link } from 'react-router'
import type { Overview } from 'api'
import { change } from 'kit'
import { useFormat } from '@/parts/format'
import { useHome } from './words'
import css from './home.module.css'

interface Figure { id: string; name: string; value: string; note: string; good?: boolean | null; to: string; exact?: string }

/** Ten times and more is no percentage any more: say what it was. */
const leap = (now: number, before: number) => now > before * 10

function useFigures(of: Overview): Figure[] {
  const t = useHome()
  const f = useFormat()
  const pool = Object.values(of.stages).reduce((sum, each) => sum + each, 0)
  const week = change(of.joined_week, of.joined_prev_week)
  const month = change(of.active_month, of.active_prev_month)
  const risen = (now: number, before: number) => (before === 0 || now === before ? null : now > before)
  return [
    { id: 'reachable', name: t('reachable'), value: f.compact(of.reachable), exact: f.count(of.reachable), note: t('reachable_note', { n: f.count(pool) }), to: '/persons?reachable=true' },
    {
      id: 'joined', name: t('joined'), value: f.compact(of.joined_week), to: '/persons?sort=joined',
      note: !week ? t('no_before') : leap(of.joined_week, of.joined_prev_week) ? t('was_week', { n: f.count(of.joined_prev_week) }) : t('against_week', { change: week }), good: risen(of.joined_week, of.joined_prev_week),
    },
    {
      id: 'active', name: t('active'), value: f.compact(of.active_month), to: '/persons',
      note: !month ? t('no_before') : leap(of.active_month, of.active_prev_month) ? t('was_month', { n: f.count(of.active_prev_month) }) : t('against_month', { change: month }), good: risen(of.active_month, of.active_prev_month),
    },
    { id: 'per-reachable', name: t('per_reachable'), value: f.money(of.revenue_per_reachable_fen), note: t('per_reachable_note'), to: '/orders' },
    {
      id: 'incremental', name: t('incremental'), to: '/campaigns',
      value: of.incremental_fen === null ? '—' : f.moneySigned(of.incremental_fen),
      note: of.incremental_fen === null ? t('incremental_none') : t('incremental_note', { n: of.campaigns_measured, count: of.campaigns_measured }),
    },
  ]
}

export function Figures({ of }: { of: Overview }) {
  const figures = useFigures(of)
  return (
    <div className={css.figures}>
      {figures.map((figure) => (
        <Link key={figure.id} to={figure.to} className={css.figure} data-testid={`figure-${figure.id}`} title={figure.exact}>
          <span className={css.figureName}>{figure.name}</span>
          <span className={css.figureValue}>{figure.value}</span>
          <span className={figure.good === true ? css.up : figure.good === false ? css.down : css.figureNote}>{figure.note}</span>
        </Link>
      ))}
    </div>
  )
}

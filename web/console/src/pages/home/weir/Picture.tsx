/** The weir, drawn: what flows in, what the pool holds, what it yields, what flows back. Everything opens what is behind it. */
import { useId, useMemo, useState } from 'react'
import { Link } from 'react-router'
import type { Flow } from 'api'
import { inkOn, stageColour, stageMeaning } from 'kit'
import { useFormat } from '@/parts/format'
import { useWidth } from '@/parts/use-width'
import { useTheme } from '@/shell/theme'
import { useHome } from '../words'
import { arrange, foldSources, type Box, type Layout, type Ribbon } from './layout'
import { sourceLink, stageLink } from './links'
import { Streams } from './Streams'
import css from './weir.module.css'

export interface Spoken { text: string; x: number; y: number }

export function Picture({ flow }: { flow: Flow }) {
  const t = useHome()
  const [box, width] = useWidth(960)
  const [hover, setHover] = useState<string | null>(null)
  const [tip, setTip] = useState<Spoken | null>(null)
  const layout = useMemo(() => {
    const count = flow.nodes.filter((node) => node.kind === 'source').length
    const names = { zh: '其他来源', en: 'Other sources' }
    return count ? arrange(foldSources(flow, names, width < 640 ? 7 : 9), width) : null
  }, [flow, width])

  const say = (key: string | null, text = '') => (event?: React.MouseEvent) => {
    setHover(key)
    const area = event?.currentTarget.closest('figure')?.getBoundingClientRect()
    setTip(key && event && area ? { text, x: event.clientX - area.left, y: event.clientY - area.top } : null)
  }
  return (
    <figure ref={box} className={css.figure} data-testid="weir-picture" onMouseLeave={() => say(null)()}>
      {layout && <Drawing layout={layout} hover={hover} say={say} label={t('picture_label')} />}
      {tip && (
        <div className={css.tip} style={{ left: Math.min(Math.max(tip.x, 90), width - 90), top: tip.y - 12 }} role="presentation">{tip.text}</div>
      )}
    </figure>
  )
}

export type Say = (key: string | null, text?: string) => (event?: React.MouseEvent) => void

interface DrawingProps { layout: Layout; hover: string | null; say: Say; label: string }

function Drawing({ layout, hover, say, label }: DrawingProps) {
  const ids = useId()
  const f = useFormat()
  const { mode, palette } = useTheme()
  const river = mode === 'light' ? '#A9CDD3' : '#3F6C75'
  const { pool } = layout
  const dim = (key: string) => (hover && !touches(hover, key) ? css.dim : '')
  return (
    <svg width={layout.width} height={layout.height} viewBox={`0 0 ${layout.width} ${layout.height}`} role="group" aria-label={label} className={css.svg}>
      <defs>
        {layout.stages.map((stage) => (
          <linearGradient key={stage.node.id} id={`${ids}-in-${stage.node.id}`} x1="0" x2="1" y1="0" y2="0">
            <stop offset="0" stopColor={river} />
            <stop offset="1" stopColor={stageColour(stage.node.id, mode)} />
          </linearGradient>
        ))}
        {layout.stages.map((stage) => (
          <linearGradient key={stage.node.id} id={`${ids}-out-${stage.node.id}`} x1="0" x2="1" y1="0" y2="0">
            <stop offset="0" stopColor={stageColour(stage.node.id, mode)} />
            <stop offset="1" stopColor={palette.reed} />
          </linearGradient>
        ))}
        <clipPath id={`${ids}-pool`}>
          <path d={surface(pool)} />
        </clipPath>
      </defs>
      {layout.ribbons.map((ribbon) => (
        <RibbonLink key={ribbon.key} ribbon={ribbon} fill={`url(#${ids}-in-${ribbon.to.id})`} to={stageLink(ribbon.to, ribbon.from)} dim={dim(ribbon.key)}
          text={`${ribbon.from[f.lang]} → ${f.stage(ribbon.to.id)}  ${f.count(ribbon.link.persons)}${f.lang === 'zh' ? ' 人' : ' people'}`} say={say} />
      ))}
      {layout.spouts.map((ribbon) => (
        <RibbonLink key={ribbon.key} ribbon={ribbon} fill={`url(#${ids}-out-${ribbon.from.id})`} to="/orders" dim={dim(ribbon.key)}
          text={`${f.stage(ribbon.from.id)} → ${ribbon.to[f.lang]}  ${f.money(ribbon.link.value_fen ?? 0)}`} say={say} />
      ))}
      <Streams layout={layout} say={say} dim={dim} />
      <g clipPath={`url(#${ids}-pool)`}>
        {layout.stages.map((stage, index) => <Layer key={stage.node.id} box={stage} first={index === 0} dim={dim(stage.node.id)} say={say} />)}
      </g>
      <path d={basin(pool)} fill="none" stroke={palette.ink} strokeWidth={3} strokeLinecap="round" opacity={0.82} />
      {layout.sources.map((source) => <Source key={source.node.id} box={source} dim={dim(source.node.id)} say={say} narrow={layout.width < 640} fill={river} />)}
      {layout.revenue && <Revenue box={layout.revenue} width={layout.width} />}
    </svg>
  )
}

/** Hovering a node keeps its ribbons lit; hovering a ribbon keeps its two ends lit. */
function touches(hover: string, key: string): boolean {
  if (hover === key) return true
  const ends = (text: string) => text.replace(':back', '').split('>')
  const [a, b] = [ends(hover), ends(key)]
  if (a.length === 1) return b.includes(a[0]!)
  return b.length === 1 && a.includes(b[0]!)
}

interface PoolBox { x: number; y: number; width: number; height: number }

/** The water's surface is a small wave; the bottom is round. */
function surface({ x, y, width, height }: PoolBox): string {
  const w = width / 4
  return `M${x} ${y - 2}q${w / 2} -6 ${w} 0t${w} 0t${w} 0t${w} 0V${y + height - 14}q0 14 -14 14H${x + 14}q-14 0 -14 -14Z`
}
function basin({ x, y, width, height }: PoolBox): string {
  return `M${x - 1.5} ${y - 16}V${y + height - 12}q0 14 14 14H${x + width - 12.5}q14 0 14 -14V${y + height - 40}`
}

interface RibbonProps { ribbon: Ribbon; fill: string; to: string; text: string; dim: string | undefined; say: Say }

function RibbonLink({ ribbon, fill, to, text, dim, say }: RibbonProps) {
  return (
    <Link to={to} tabIndex={-1} aria-hidden onMouseMove={say(ribbon.key, text)} onMouseLeave={() => say(null)()}>
      <path d={ribbon.path} fill={fill} className={`${css.ribbon} ${dim}`} />
    </Link>
  )
}

function Layer({ box, first, dim, say }: { box: Box; first: boolean; dim: string | undefined; say: Say }) {
  const f = useFormat()
  const { mode } = useTheme()
  const fill = stageColour(box.node.id, mode)
  const ink = inkOn(fill)
  const tall = box.width < 150
  const middle = box.y + box.height / 2
  const name = `${f.stage(box.node.id)} ${f.count(box.persons)}`
  return (
    <Link to={stageLink(box.node)} aria-label={name} className={css.node} data-testid={`weir-stage-${box.node.id}`}
      onMouseMove={say(box.node.id, `${name} · ${stageMeaning(box.node.id, f.lang)}`)} onMouseLeave={() => say(null)()}>
      <rect x={box.x} y={first ? box.y - 12 : box.y} width={box.width} height={box.height + (first ? 12 : 0.5)} fill={fill} className={dim} />
      <text x={box.x + 14} y={tall ? middle - 9 : middle} fill={ink} className={css.layerName}>{f.stage(box.node.id)}</text>
      <text x={tall ? box.x + 14 : box.x + box.width - 14} y={tall ? middle + 10 : middle} fill={ink} className={css.layerCount} textAnchor={tall ? 'start' : 'end'}>
        {f.compact(box.persons)}
      </text>
    </Link>
  )
}

function Source({ box, dim, say, narrow, fill }: { box: Box; dim: string | undefined; say: Say; narrow: boolean; fill: string }) {
  const f = useFormat()
  const name = box.node[f.lang]
  const y = narrow ? box.y - 8 : box.y + box.height / 2
  return (
    <Link to={sourceLink(box.node)} aria-label={`${name} ${f.count(box.persons)}`} className={`${css.node} ${dim}`}
      onMouseMove={say(box.node.id, `${name}  ${f.count(box.persons)}${f.lang === 'zh' ? ' 人' : ' people'}`)} onMouseLeave={() => say(null)()}>
      <rect x={narrow ? 0 : 0} y={narrow ? box.y - 18 : y - 15} width={narrow ? 130 : box.x} height={narrow ? 24 : 30} fill="transparent" />
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={2} fill={fill} />
      {narrow ? (
        <text x={0} y={y} className={css.sourceName}>{clip(name, 7)} <tspan className={css.sourceCount}>{f.compact(box.persons)}</tspan></text>
      ) : (
        <>
          <text x={0} y={y} className={css.sourceName}>{clip(name, box.x > 220 ? 13 : 10)}</text>
          <text x={box.x - 12} y={y} textAnchor="end" className={css.sourceCount}>{f.compact(box.persons)}</text>
        </>
      )}
    </Link>
  )
}

/** Cut by width: a Chinese character is two Latin letters wide. */
function clip(text: string, wide: number): string {
  let used = 0
  for (const [index, char] of [...text].entries()) {
    used += char.charCodeAt(0) > 255 ? 1 : 0.56
    if (used > wide) return `${[...text].slice(0, index).join('')}…`
  }
  return text
}

function Revenue({ box, width }: { box: Box; width: number }) {
  const t = useHome()
  const f = useFormat()
  const { palette } = useTheme()
  const narrow = width < 640
  const x = narrow ? width - 18 : box.x + box.width + 14
  const y = narrow ? box.y + box.height + 20 : box.y + box.height / 2
  const anchor = narrow ? 'end' : 'start'
  return (
    <Link to="/orders" aria-label={`${box.node[f.lang]} ${f.money(box.value)}`} className={css.node} data-testid="weir-revenue">
      <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={3} fill={palette.reed} />
      <text x={x} y={narrow ? y + 18 : y - 20} textAnchor={anchor} className={css.revenueName}>{t('revenue')}</text>
      <text x={x} y={narrow ? y : y + 6} textAnchor={anchor} className={css.revenueValue}>{f.moneyShort(box.value)}</text>
      <text x={x} y={narrow ? y + 34 : y + 28} textAnchor={anchor} className={css.revenueName}>{t('ninety_days')}</text>
    </Link>
  )
}

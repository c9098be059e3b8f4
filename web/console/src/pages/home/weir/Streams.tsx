/** What flows back: repurchase over the pool's rim, referral under it to the river. Dashes drift along to show the direction. */
import { Link } from 'react-router'
import { stageColour } from 'kit'
import { useFormat } from '@/parts/format'
import { useTheme } from '@/shell/theme'
import { useHome } from '../words'
import type { Say } from './Picture'
import type { Layout } from './layout'
import { sourceLink, stageLink } from './links'
import css from './weir.module.css'

export function Streams({ layout, say, dim }: { layout: Layout; say: Say; dim: (key: string) => string | undefined }) {
  const t = useHome()
  const f = useFormat()
  const { mode, palette } = useTheme()
  return layout.streams.map((stream) => {
    const toSource = stream.to.kind === 'source'
    const colour = toSource ? palette.sand : stageColour('first_order', mode)
    const people = f.compact(stream.link.persons)
    const text = toSource ? t('flow_referral', { n: people }) : t('flow_repurchase', { n: people })
    const { x, y, up } = stream.tip
    const s = 5 + stream.width / 2
    return (
      <Link key={stream.key} to={toSource ? sourceLink(stream.to) : stageLink(stream.to)} aria-label={text} className={`${css.node} ${dim(stream.key)}`}
        onMouseMove={say(stream.key, stream.link.value_fen ? `${text} · ${f.moneyShort(stream.link.value_fen)}` : text)} onMouseLeave={() => say(null)()}>
        <path d={stream.path} fill="none" stroke={colour} strokeWidth={stream.width} opacity={0.5} strokeLinecap="butt" />
        <path d={stream.path} fill="none" stroke={palette.surface} strokeWidth={1.5} strokeDasharray="3 15" className={css.drift} opacity={0.9} />
        <path d={up ? `M${x - s} ${y + 4}L${x} ${y - 8}L${x + s} ${y + 4}Z` : `M${x - s} ${y - 4}L${x} ${y + 8}L${x + s} ${y - 4}Z`} fill={colour} />
        <text x={stream.label.x} y={stream.label.y} textAnchor="middle" className={css.streamName}>{text}</text>
      </Link>
    )
  })
}

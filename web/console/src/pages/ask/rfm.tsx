/** Five by five: how lately against how often. */
import { AskPage, type Change } from '@/parts/ask/AskPage'
import { CutsField } from '@/parts/ask/CutsField'
import { ChoiceField, RangeField, WhoField } from '@/parts/ask/fields'
import { Phrase } from '@/parts/ask/Phrase'
import type { RfmQuestion } from '@/parts/ask/types'
import { useFormat } from '@/parts/format'
import { RfmGrid } from './RfmGrid'
import { RfmGroups } from './RfmGroups'
import { useWords } from './words'
import css from './pages.module.css'

const first: RfmQuestion = { range: { days: 365 }, segment: null, rule: null, by: null, top: 8, r: null, f: null, m: null }
/** Days, orders, fen. */
const FIXED = { r: [14, 30, 60, 120], f: [2, 3, 5, 9], m: [10_000, 30_000, 60_000, 120_000] }

export default function Rfm() {
  const t = useWords()
  return (
    <AskPage kind="rfm" note={t('rfm_note')} first={first} events={() => []}
      sentence={(q, set) => <Sentence q={q} set={set} />} empty={(answer) => answer.cells.every((cell) => cell.persons === 0)}>
      {(answer, q) => (
        <>
          <RfmGrid answer={answer} />
          <RfmGroups answer={answer} q={q} />
        </>
      )}
    </AskPage>
  )
}

function Sentence({ q, set }: { q: RfmQuestion; set: Change<'rfm'> }) {
  const t = useWords()
  const f = useFormat()
  const slots = {
    range: <RangeField value={q.range} set={(range) => set({ range })} />,
    who: <WhoField question={q} set={set} />,
    cuts: <ChoiceField value={q.r ? 'fixed' : 'quintile'} set={(how) => set(how === 'fixed' ? FIXED : { r: null, f: null, m: null })} label={t('rfm_cuts')} testid="ask-cuts"
      options={(['quintile', 'fixed'] as const).map((value) => ({ value, label: t(`rfm_${value}`) }))} />,
  }
  const cuts = (key: 'r' | 'f' | 'm', scale = 1) => {
    const value = q[key]
    const label = t(`rfm_${key}_cuts`, { symbol: f.symbol })
    return value && (
      <label key={key} className="row wrap">
        <span className="muted small">{label}</span>
        <CutsField className={css.cuts} value={value.map((cut) => cut / scale)} set={(next) => set({ [key]: next.map((cut) => cut * scale) })} label={label} hint={t('rfm_cuts_hint')} exactly={4} />
      </label>
    )
  }
  return (
    <>
      <Phrase text={t('rfm_s')} slots={slots} />
      {q.r && <div className="row wrap">{[cuts('r'), cuts('f'), cuts('m', 100)]}</div>}
    </>
  )
}

/** One page a question: its sentence on top, the answer below, asked anew with every change. */
import { useEffect, useRef, type ReactNode } from 'react'
import { Button, ConfigProvider } from 'antd'
import { Link as LinkIcon, RotateCcw, TriangleAlert } from 'lucide-react'
import { Link } from 'react-router'
import { ApiError } from 'api'
import { useCopy } from '@/parts/act'
import { useFormat } from '@/parts/format'
import { Card, Page } from '@/parts/Page'
import { Empty, Failed, Loading, useExplain } from '@/parts/state'
import { isWholeEvent, tally } from '@/parts/rule/tree'
import type { EventTest } from '@/parts/rule/types'
import { useTheme } from '@/shell/theme'
import { toSearch } from './address'
import { RuleBlock } from './fields'
import { People } from './people'
import { useQuestion } from './question'
import { KeepButton } from './saved'
import { KINDS, type Answer, type Answers, type Common, type Kind, type Questions } from './types'
import { useAnswer } from './use-answer'
import { useAsk, type AskWord } from './words'
import css from './ask.module.css'

export type Change<K extends Kind> = (change: Partial<Questions[K]>) => void

interface AskPageProps<K extends Kind> {
  kind: K
  note: string
  /** The question the page opens with. */
  first: Questions[K]
  /** The events that the question is about: each must be filled in before it can be asked. */
  events: (question: Questions[K]) => (EventTest | null)[]
  /** What else is missing, as a word to say. */
  lacking?: (question: Questions[K]) => AskWord | null
  sentence: (question: Questions[K], set: Change<K>) => ReactNode
  empty: (answer: Answers[K]) => boolean
  children: (answer: Answers[K], question: Questions[K]) => ReactNode
}

function lacks(common: Common, events: (EventTest | null)[]): AskWord | null {
  if (events.some((each) => each?.name === '')) return 'lack_event'
  if (!events.every((each) => each === null || isWholeEvent(each))) return 'lack_where'
  if (common.rule && tally(common.rule).open > 0) return 'lack_rule'
  if ('from' in common.range && common.range.from >= common.range.to) return 'lack_range'
  return null
}

/** An empty rule is everybody: it is not sent, so that opening the filter does not change the answer. */
const sent = <Q extends Common>(question: Q): Q => (question.rule && tally(question.rule).leaves === 0 ? { ...question, rule: null } : question)

export function AskPage<K extends Kind>({ kind, note, first, events, lacking, sentence, empty, children }: AskPageProps<K>) {
  const t = useAsk()
  const copy = useCopy()
  const { palette } = useTheme()
  const [question, set] = useQuestion(first)
  const lack = lacks(question, events(question)) ?? lacking?.(question) ?? null
  const { shown, asking, stale, error, again } = useAnswer(kind, sent(question), lack === null)
  const search = toSearch(first, question).toString()
  const asked = search !== ''
  const actions = (
    <>
      {asked && <Button type="text" icon={<RotateCcw size={15} />} onClick={() => set(first)}>{t('reset')}</Button>}
      <Button icon={<LinkIcon size={15} />} aria-label={t('copy_link')} onClick={() => copy(location.href)}><span className="wide-only">{t('copy_link')}</span></Button>
      <KeepButton kind={kind} search={search} />
    </>
  )
  return (
    <Page title={t(`kind_${kind}`)} note={note} back={{ to: '/ask', label: t('ask') }} actions={actions}>
      <Kinds here={kind} question={question} />
      <Card id="question">
        <ConfigProvider variant="filled" theme={{ token: { colorFillTertiary: palette.sunken, colorFillSecondary: palette.waterWash } }}>
          <div className={css.question}>
            {sentence(question, set)}
            <RuleBlock question={question} set={set as (change: Partial<Common>) => void} />
          </div>
        </ConfigProvider>
      </Card>
      <div className={css.said} aria-live="polite">
        {lack ? <Lack word={lack} /> : error && shown ? <Refused error={error} again={again} /> : null}
      </div>
      {shown ? (
        <div className={lack || error ? `${css.answer} ${css.past}` : stale ? `${css.answer} ${css.old}` : css.answer} aria-busy={asking} data-testid="answer" data-fresh={!stale && !lack}>
          <People kind={kind} question={shown.question}>
            {empty(shown.answer) ? <Card><Nothing set={set} question={question} /></Card> : children(shown.answer, shown.question)}
          </People>
          <How answer={shown.answer} asking={asking} />
        </div>
      ) : error ? <Card><Failed error={error} what={t('what')} retry={again} /></Card>
        : lack ? null : <Card><Loading what={t('what')} rows={8} /></Card>}
    </Page>
  )
}

/** The other questions, of the same people in the same time. */
function Kinds({ here, question }: { here: Kind; question: Common }) {
  const t = useAsk()
  const kept = new URLSearchParams()
  for (const key of ['segment', 'rule'] as const) {
    const value = question[key]
    if (value) kept.set(key, typeof value === 'string' ? value : JSON.stringify(value))
  }
  const search = kept.toString()
  const bar = useRef<HTMLElement>(null)
  // On a phone the bar is longer than the screen.
  useEffect(() => {
    // Newer browsers answer with a promise, and what an effect answers is called at its end.
    void bar.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [here])
  return (
    <nav ref={bar} className={css.kinds} aria-label={t('kinds')}>
      {KINDS.map((kind) => (
        <Link key={kind} to={{ pathname: `/ask/${kind}`, search }} aria-current={kind === here ? 'page' : undefined} data-testid={`kind-${kind}`}>{t(`kind_${kind}`)}</Link>
      ))}
    </nav>
  )
}

const Lack = ({ word }: { word: AskWord }) => <p className={css.lack} role="status" data-testid="lack">{useAsk()(word)}</p>

/** The new question failed while an earlier answer is there: say why, keep the answer. */
function Refused({ error, again }: { error: Error; again: () => void }) {
  const t = useAsk()
  const explain = useExplain()
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500
  return (
    <div className={css.refused} role="alert" data-testid="refused">
      <TriangleAlert size={16} aria-hidden />
      <span className="grow"><span className="strong">{refused ? `${t('refused')}${t('colon')}` : ''}</span>{explain(error)} <span className="muted">{t('kept_old')}</span></span>
      {!refused && <Button size="small" onClick={again}>{t('again')}</Button>}
    </div>
  )
}

function Nothing<K extends Kind>({ question, set }: { question: Questions[K]; set: Change<K> }) {
  const t = useAsk()
  const wide = 'days' in question.range && question.range.days >= 365
  return (
    <Empty title={t('empty_title')} hint={t('empty_hint')}
      action={!wide && <Button onClick={() => set({ range: { days: 365 } } as Partial<Questions[K]>)}>{t('widen')}</Button>} />
  )
}

function How({ answer, asking }: { answer: Answer; asking: boolean }) {
  const t = useAsk()
  const f = useFormat()
  return (
    <p className={css.how} data-testid="how">
      <span>{t('about', { n: f.count(answer.persons), count: answer.persons })}</span>
      <span>{asking ? t('asking') : t('took', { ms: answer.took_ms < 10 ? Number(answer.took_ms.toFixed(1)) : f.count(answer.took_ms) })}</span>
      <span>{t('exact_at', { at: f.moment(answer.exact_at) })}</span>
    </p>
  )
}

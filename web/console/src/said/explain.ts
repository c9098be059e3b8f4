/** A refusal as a sentence: our own where the server speaks to programs, else what the server said, in the reader's language. */
import { ApiError } from 'api'
import type { Said } from '.'

type Own = 'unreachable' | 'server_failed' | 'forbidden' | 'not_found' | 'not_signed_in'
export type Speaks = (word: Own | 'technical', values?: Record<string, string>) => string

const joints = { zh: { colon: '：', list: '；' }, en: { colon: ': ', list: '; ' } }

export function explain(error: unknown, said: Said, t: Speaks): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const own = ownWord(error)
  if (own) return t(own)
  const sentence = error.detail || error.title
  const known = ofFields(error, said) ?? said.known(sentence)
  if (known !== undefined) return known
  const general = said.general(error.code)
  return general === undefined ? sentence : `${general}\n${t('technical', { what: sentence })}`
}

/** Each field that is wrong under its name. What the server says beyond `field: why` names the fields itself. */
function ofFields({ detail, errors }: ApiError, said: Said): string | undefined {
  const first = errors[0]
  if (!first || (detail !== '' && detail !== `${first.field}: ${first.detail}`)) return undefined
  const { colon, list } = joints[said.lang]
  const parts = errors.map((each) => ({ name: said.field(each.field), why: said.known(each.detail) }))
  return parts.every(({ why }) => why !== undefined) ? parts.map(({ name, why }) => name + colon + why).join(list) : undefined
}

function ownWord({ status, code, detail }: ApiError): Own | undefined {
  if (status === 0 || code === 'unreachable') return 'unreachable'
  if (code === 'not_signed_in') return code
  if (code === 'forbidden' && /^(Your role |$)/.test(detail)) return code
  if (code === 'not_found' && !detail.startsWith('There is no such ')) return code
  return status >= 500 && code !== 'busy' ? 'server_failed' : undefined
}

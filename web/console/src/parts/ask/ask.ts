/** Asking: the answer as JSON (given up when the question changes), as a file, and the people behind a part of it. */
import { ApiError, idempotencyKey, type FieldProblem } from 'api'
import { client } from '@/server'
import type { Answers, Kind, Pick, Questions } from './types'

export const ask = <K extends Kind>(kind: K, body: Questions[K], signal: AbortSignal): Promise<Answers[K]> =>
  client.call('POST', `/api/v1/ask/${kind}`, { body, signal })

export type FileFormat = 'csv' | 'parquet'

/** The table of an answer as a file. Parquet is not text, so this does not go through the JSON client. */
export async function askFile<K extends Kind>(kind: K, question: Questions[K], format: FileFormat): Promise<Blob> {
  const answer = await fetch(`/api/v1/ask/${kind}?format=${format}`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey() },
    body: JSON.stringify(question),
  })
  if (answer.ok) return answer.blob()
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; title?: string; detail?: string; errors?: FieldProblem[] }
  throw new ApiError(answer.status, problem.code ?? 'unknown', problem.title ?? `HTTP ${answer.status}`, problem.detail ?? '', problem.errors)
}

const persons = <T>(kind: Kind, body: object, query: Record<string, string>, key?: string): Promise<T> =>
  client.call('POST', `/api/v1/ask/${kind}/persons`, { body, query, ...(key ? { idempotencyKey: key } : {}) })

export const countPeople = <K extends Kind>(kind: K, question: Questions[K], pick: Pick) =>
  persons<{ count: number }>(kind, { ...question, pick }, {})

/**
 * Keeps these people under a name, as they are now: the segment does not change when others do the same later.
 * With the same key they are kept once, however often it is tried.
 */
export const savePeople = <K extends Kind>(kind: K, question: Questions[K], pick: Pick, name: string, key: string) =>
  persons<{ id: string; name: string; size: number }>(kind, { ...question, pick }, { save: name }, key)

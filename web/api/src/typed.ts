/** Paths, queries, bodies and answers as the server's document has them: a call that does not exist does not compile. */
import type { CallOptions, Client, Method } from './client'
import type { paths } from './schema'
import type { Whole } from './types'

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'
type Operation<V extends Verb, P extends keyof paths> = Exclude<paths[P][V], undefined>

export type PathWith<V extends Verb> = { [P in keyof paths]: [Operation<V, P>] extends [never] ? never : P }[keyof paths]
type Json<T> = T extends { content: { 'application/json': infer B } } ? B : undefined

export type Answer<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { responses: infer R } ? (R extends { 200: infer A } ? Whole<Json<A>> : undefined) : never
export type Body<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined
export type Ask<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : Record<string, never>
type Path<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { parameters: { path: infer X } } ? X : undefined

export interface Given<V extends Verb, P extends keyof paths> {
  path?: Path<V, P>
  query?: Ask<V, P>
  body?: Body<V, P>
  raw?: CallOptions['raw']
  headers?: Record<string, string>
}

/** `ask('get', '/api/v1/persons/{id}', { path: { id } })` answers what the document says it does. */
export function asker(client: Client) {
  return <V extends Verb, P extends PathWith<V>>(verb: V, path: P, given: Given<V, P> = {}): Promise<Answer<V, P>> =>
    client.call(verb.toUpperCase() as Method, path as string, given as CallOptions)
}

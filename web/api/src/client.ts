/**
 * The one way to speak to Weir over HTTP: JSON in and out, an idempotency key on every mutation,
 * and every refusal as a typed `ApiError`. It touches nothing of the browser: pass `request` to run it
 * over another transport (a mini program has no fetch).
 */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type QueryValue = string | number | boolean | null | undefined
export type Query = Record<string, QueryValue>

/** What a transport is given and what it must answer; `body` is the raw text or null when there is none. */
export interface Request {
  method: Method
  url: string
  headers: Record<string, string>
  body?: string | Blob | ArrayBuffer
  signal?: AbortSignal
}
export interface Response {
  status: number
  body: string
}
export type Send = (request: Request) => Promise<Response>

export interface FieldProblem { field: string; detail: string }

/** An RFC 9457 problem. `status` 0 means that the server could not be reached. `code` is stable. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldProblem[] = [],
  ) {
    super(detail || title)
    this.name = 'ApiError'
  }
}

export interface ClientOptions {
  /** Prefix of every path, without a final slash. Empty means the same origin. */
  base?: string
  /** Headers for each request, read anew each time (a token may change). */
  headers?: () => Record<string, string>
  request?: Send
  /** Told of every refusal before it is thrown. */
  onError?: (error: ApiError) => void
}

export interface CallOptions {
  path?: Record<string, string | number>
  query?: Query
  body?: unknown
  /** Sent as it is instead of JSON. */
  raw?: Blob | ArrayBuffer | string
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Repeat a mutation with the same key to be sure that it happens once. */
  idempotencyKey?: string
}

export interface Client {
  call<T>(method: Method, path: string, options?: CallOptions): Promise<T>
  url(path: string, options?: Pick<CallOptions, 'path' | 'query'>): string
}

/** A unique value that grows with time, as the server's own ids do. */
export function idempotencyKey(): string {
  const random = Math.floor(Math.random() * 36 ** 8).toString(36).padStart(8, '0')
  return `${Date.now().toString(36)}-${random}`
}

/** `/orders/{id}` with its values and its query; null and empty query values are left out. */
export function buildUrl(base: string, path: string, options: Pick<CallOptions, 'path' | 'query'> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = options.path?.[name]
    if (value === undefined) throw new Error(`path value "${name}" is missing for ${path}`)
    return encodeURIComponent(String(value))
  })
  const pairs = Object.entries(options.query ?? {})
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
  return `${base}${filled}${pairs.length ? `?${pairs.join('&')}` : ''}`
}

const viaFetch: Send = async ({ url, ...init }) => {
  const answer = await fetch(url, { ...init, credentials: 'same-origin' })
  return { status: answer.status, body: await answer.text() }
}

function toError(status: number, text: string): ApiError {
  try {
    const problem = JSON.parse(text) as Partial<ApiError>
    return new ApiError(
      status,
      problem.code ?? 'unknown',
      problem.title ?? `HTTP ${status}`,
      problem.detail ?? '',
      problem.errors ?? [],
    )
  } catch {
    return new ApiError(status, status >= 500 ? 'server_failed' : 'unknown', `HTTP ${status}`, text.slice(0, 200))
  }
}

export function createClient(options: ClientOptions = {}): Client {
  const base = options.base ?? ''
  const send = options.request ?? viaFetch

  function refuse(error: ApiError): never {
    options.onError?.(error)
    throw error
  }

  async function exchange(request: Request): Promise<Response> {
    try {
      return await send(request)
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError') throw cause
      return refuse(new ApiError(0, 'unreachable', 'The server could not be reached', String(cause)))
    }
  }

  async function call<T>(method: Method, path: string, given: CallOptions = {}): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers?.(), ...given.headers }
    if (method !== 'GET') headers['idempotency-key'] = given.idempotencyKey ?? idempotencyKey()
    if (given.body !== undefined) headers['content-type'] = 'application/json'
    const body = given.raw ?? (given.body === undefined ? undefined : JSON.stringify(given.body))
    const answer = await exchange({
      method,
      url: buildUrl(base, path, given),
      headers,
      ...(body === undefined ? {} : { body }),
      ...(given.signal ? { signal: given.signal } : {}),
    })
    if (answer.status >= 400) return refuse(toError(answer.status, answer.body))
    return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T
  }

  return { call, url: (path, given) => buildUrl(base, path, given) }
}

import { expect, test } from 'vitest'
import { ApiError, buildUrl, createClient, type Request } from 'api'

function answering(status: number, body: unknown) {
  const asked: Request[] = []
  const client = createClient({
    request: async (request) => {
      asked.push(request)
      return { status, body: body === undefined ? '' : JSON.stringify(body) }
    },
  })
  return { client, asked }
}

test('paths are filled, queries leave out what is empty', () => {
  expect(buildUrl('', '/api/v1/persons/{id}', { path: { id: 'per_1' }, query: { q: '王 五', stage: '', cursor: null, limit: 50 } })).toBe(
    '/api/v1/persons/per_1?q=%E7%8E%8B%20%E4%BA%94&limit=50',
  )
  expect(() => buildUrl('', '/x/{id}')).toThrow('"id" is missing')
})
test('every mutation carries its own idempotency key, a question carries none', async () => {
  const { client, asked } = answering(200, {})
  await client.call('POST', '/a', { body: { n: 1 } })
  await client.call('POST', '/a', { body: { n: 1 } })
  await client.call('GET', '/a')
  const keys = asked.map((request) => request.headers['idempotency-key'])
  expect(keys[0]).toMatch(/^[0-9a-z]+-[0-9a-z]{8}$/)
  expect(keys[1]).not.toBe(keys[0])
  expect(keys[2]).toBeUndefined()
})
test('a problem becomes a typed error with its code and fields', async () => {
  const { client } = answering(409, { title: 'Conflict', status: 409, code: 'sold_out', detail: 'Only 2 left', errors: [{ field: 'items.0', detail: '2' }] })
  const error = await client.call('POST', '/a').catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 409, code: 'sold_out', message: 'Only 2 left', errors: [{ field: 'items.0', detail: '2' }] })
})
test('an answer that is no problem document is still an error', async () => {
  const client = createClient({ request: async () => ({ status: 502, body: '<html>bad gateway' }) })
  await expect(client.call('GET', '/a')).rejects.toMatchObject({ status: 502, code: 'server_failed' })
})
test('a network that fails is unreachable, an abort stays an abort', async () => {
  const down = createClient({ request: () => Promise.reject(new TypeError('Failed to fetch')) })
  await expect(down.call('GET', '/a')).rejects.toMatchObject({ status: 0, code: 'unreachable' })
  const aborted = createClient({ request: () => Promise.reject(Object.assign(new Error('x'), { name: 'AbortError' })) })
  await expect(aborted.call('GET', '/a')).rejects.toMatchObject({ name: 'AbortError' })
})
test('an empty answer is undefined', async () => {
  const { client } = answering(204, undefined)
  expect(await client.call('DELETE', '/a')).toBeUndefined()
})

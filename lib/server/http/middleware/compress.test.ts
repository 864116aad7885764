import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { AppEnv } from '../services'
import { compress } from './compress'

const TEXT = 'a line of text\n'.repeat(200)

/** The response with these headers to a client that accepts gzip. */
async function reply(headers: Record<string, string>, body: string | ReadableStream = TEXT) {
  const app = new Hono<AppEnv>()
  app.use(compress())
  app.get('/', (c) => c.body(body, 200, { 'content-type': 'text/plain', ...headers }))
  return app.request('/', { headers: { 'accept-encoding': 'gzip' } })
}

test('weakens a strong ETag of a compressed response', async () => {
  const strong = await reply({ etag: '"1"' })
  expect([strong.headers.get('etag'), strong.headers.get('vary')]).toEqual(['W/"1"', 'accept-encoding'])
  expect(gunzipSync(await strong.arrayBuffer()).toString()).toBe(TEXT)
  expect((await reply({ etag: 'W/"1"' })).headers.get('etag')).toBe('W/"1"')
  expect((await reply({ etag: '"1"', 'content-type': 'image/png' })).headers.get('etag')).toBe('"1"')
})

test.each([
  ['a photo', { 'content-type': 'image/jpeg' }],
  ['a workbook', { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }],
  ['Parquet', { 'content-type': 'application/vnd.apache.parquet' }],
  ['any bytes', { 'content-type': 'application/octet-stream' }],
  ['an encoded response', { 'content-encoding': 'br' }],
  ['a no-transform response', { 'cache-control': 'no-store, no-transform' }],
  ['a short response', { 'content-length': '999' }],
])('does not compress %s', async (_, headers: Record<string, string>) => {
  const plain = await reply(headers)
  expect(plain.headers.get('content-encoding')).toBe(headers['content-encoding'] ?? null)
  expect(plain.headers.get('vary')).toBeNull()
  expect(await plain.text()).toBe(TEXT)
})

test('a failing source fails the response, and cancelling the response cancels the source', async () => {
  const broken = new ReadableStream({
    pull(to) {
      to.enqueue(new Uint8Array(100_000))
      to.error(new Error('no more'))
    },
  })
  await expect((await reply({}, broken)).arrayBuffer()).rejects.toThrow('no more')
  let left = ''
  const endless = new ReadableStream({
    pull: (to) => to.enqueue(crypto.getRandomValues(new Uint8Array(1000))),
    cancel(reason) {
      left = reason
    },
  })
  const reader = (await reply({}, endless)).body!.getReader()
  await reader.read()
  await reader.cancel('enough')
  expect(left).toBe('enough')
})

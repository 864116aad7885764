import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import * as zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FULL } from '../support/full'
import { answer, classify, raw } from '../support/http'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { ALL_MODELS } from '../support/models'
import { espresso } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

const { zstdDecompressSync, createZstdDecompress } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array) => Buffer
  createZstdDecompress?: unknown
}
const UNPACK: Record<string, (bytes: Uint8Array) => Buffer> = {
  gzip: zlib.gunzipSync,
  br: zlib.brotliDecompressSync,
  ...(zstdDecompressSync ? { zstd: zstdDecompressSync } : {}),
}
const BEST = createZstdDecompress ? 'zstd' : 'br'

let server: TestServer
let job: string
let id: string
beforeAll(async () => {
  const env = { FEEDBACK: 'labels', ADMIN_TOKEN: 'open sesame', METRICS: 'on', CORS_ORIGINS: 'https://other.example' }
  server = await startServer({ env: { ...env, ...ALL_MODELS } })
  const refused = `url,file\n${Array.from({ length: 3000 }, (_, i) => `http://10.0.0.1/${i}.jpg,photos/${i}.jpg`).join('\n')}\n`
  ;({ id } = await createJob(server.url, refused, '', { 'content-type': 'text/csv' }))
  job = `/api/jobs/${id}`
  await jobDone(server.url, id)
})
afterAll(async () => {
  expect(server.output()).not.toContain('"level":"error"')
  await server.stop()
})

/** A response as received, without decoding. */
async function wired(path: string, encodings: string | undefined, headers: Record<string, string> = {}) {
  const accept = encodings === undefined ? {} : { 'accept-encoding': encodings }
  const call = get(server.url + path, { headers: { ...accept, authorization: 'Bearer open sesame', ...headers } })
  const [reply] = (await once(call, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of reply) chunks.push(chunk)
  return { status: reply.statusCode, headers: reply.headers, bytes: Buffer.concat(chunks) }
}

const TEXTS = () => [
  '/api/models/fast/labels',
  '/api/models',
  '/api/openapi.json',
  '/api/gallery',
  '/metrics',
  `${job}/results`,
  `${job}/results?format=csv`,
  `${job}/results?format=ndjson`,
  `${job}/results?cursor=&limit=500`,
  `${job}/photos`,
  `${job}/events`,
]

test.each(Object.keys(UNPACK))('%s: compresses every text response losslessly', async (encoding) => {
  for (const path of TEXTS()) {
    const plain = await wired(path, undefined)
    const { status, headers, bytes } = await wired(path, encoding)
    expect([status, headers['content-encoding'], headers['content-length']], path).toEqual([200, encoding, undefined])
    expect([plain.headers['content-encoding'], plain.headers.vary, headers.vary], path).toEqual([
      undefined,
      expect.stringContaining('accept-encoding'),
      expect.stringContaining('accept-encoding'),
    ])
    expect(bytes.length, path).toBeLessThan(plain.bytes.length / 2)
    // Job events and metrics change constantly.
    if (!/metrics|events/.test(path)) expect(UNPACK[encoding]!(bytes).equals(plain.bytes), path).toBe(true)
    else expect(UNPACK[encoding]!(bytes).toString()).toContain(plain.bytes.toString().slice(0, 10))
  }
})

test.each([
  ['gzip, deflate, br, zstd', BEST],
  ['gzip;q=1, br;q=0.5, zstd;q=0', 'gzip'],
  ['*', BEST],
  ['br;q=0, zstd;q=0, *', 'gzip'],
  ['identity', undefined],
  ['deflate', undefined],
  ['gzip;q=0', undefined],
  ['gzip;q=0.1, identity', undefined],
])('%s: %s', async (asked, encoding) => {
  expect((await wired('/api/models/fast/labels', asked)).headers['content-encoding']).toBe(encoding)
})

test('leaves small and already compressed responses as they are', async () => {
  for (const path of ['/health/live', '/health/ready', '/health/status', `${job}`, '/api/nothing', '/api/models?x=1']) {
    const { headers, bytes } = await wired(path, 'gzip, br')
    expect([headers['content-encoding'], headers.vary?.includes('accept-encoding') ?? false], path).toEqual([
      undefined,
      false,
    ])
    expect(Number(headers['content-length'])).toBe(bytes.length)
  }
  const workbook = await wired(`${job}/results?format=xlsx`, 'gzip, br')
  expect([workbook.headers['content-encoding'], workbook.bytes.subarray(0, 2).toString()]).toEqual([undefined, 'PK'])
  const small = await classify(server.url, espresso, { query: '?top_k=1', headers: { 'accept-encoding': 'gzip' } })
  expect(small.headers.get('content-encoding')).toBeNull()
})

test('compresses results with many labels or a preview, and extends Vary', async () => {
  const headers = { 'accept-encoding': 'gzip', origin: 'https://other.example' }
  for (const query of ['?top_k=1000', '?preview=1']) {
    const reply = await classify(server.url, espresso, { query, headers })
    expect([reply.headers.get('content-encoding'), reply.headers.get('vary')]).toEqual([
      'gzip',
      'accept-encoding, Origin',
    ])
    expect((await answer(reply)).predictions[0]?.label).toBe('espresso')
  }
  expect((await wired(`${job}/results`, 'gzip')).headers.vary).toBe('accept, accept-encoding, Origin')
})

test('HEAD has the same headers as GET', async () => {
  for (const path of ['/api/models/fast/labels', `${job}/results?format=csv`]) {
    const { headers, body } = await raw(server.url, path, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } })
    expect([headers['content-encoding'], headers['content-length'], headers.vary, body]).toEqual([
      'gzip',
      undefined,
      expect.stringContaining('accept-encoding'),
      '',
    ])
  }
})

/** What a reader has seen, unpacked as it comes. */
function unpacked(reply: IncomingMessage): () => string {
  const unpacker = reply.headers['content-encoding'] === 'br' ? zlib.createBrotliDecompress() : zlib.createGunzip()
  let text = ''
  reply.pipe(unpacker).on('data', (data) => (text += data))
  unpacker.on('error', () => {})
  return () => text
}

describe.each(['gzip', 'br'])('streams in %s are streams', (encoding) => {
  /** What does not depend on the encoding is shown with one. */
  const testOnce = test.runIf(FULL || encoding === 'gzip')

  test('each event comes at once', async () => {
    const { id } = await createJob(server.url, formOf(distinctPhotos(1)), '?open=1')
    const call = get(`${server.url}/api/jobs/${id}/events`, { headers: { 'accept-encoding': encoding } })
    const [reply] = (await once(call, 'response')) as [IncomingMessage]
    expect(reply.headers['content-encoding']).toBe(encoding)
    const seen = unpacked(reply)
    await expect.poll(seen, { timeout: 5000 }).toContain('event: result')
    for (const count of [2, 3]) {
      await fetch(`${server.url}/api/jobs/${id}/photos`, {
        method: 'POST',
        body: formOf(distinctPhotos(count).slice(-1)),
      })
      await expect.poll(() => seen().split('event: result').length - 1, { timeout: 5000 }).toBe(count)
    }
    expect(reply.complete).toBe(false)
    call.destroy()
  })

  testOnce('each line of an explanation, and of many photos, comes at once', async () => {
    const init = { method: 'POST', body: new Uint8Array(espresso), headers: { 'accept-encoding': encoding } }
    const reply = await fetch(`${server.url}/api/explain?stream=1&model=fast`, init)
    expect(reply.headers.get('content-encoding')).toBe(encoding)
    const times: number[] = []
    let text = ''
    for await (const chunk of reply.body!.pipeThrough(
      new TextDecoderStream() as never,
    ) as unknown as AsyncIterable<string>) {
      times.push(performance.now())
      text += chunk
    }
    expect(text.trim().split('\n').length).toBeGreaterThan(5)
    expect(times.length).toBeGreaterThan(5)
  })

  testOnce('a download whose job is deleted breaks', async () => {
    const rows = 30_000
    const list = `url,file\n${Array.from({ length: rows }, (_, i) => `http://10.0.0.1/${i}.jpg,${'photos/'.repeat(20)}${Math.sin(i)}.jpg`).join('\n')}\n`
    const { id } = await createJob(server.url, list, '', { 'content-type': 'text/csv' })
    await jobDone(server.url, id)
    const call = get(`${server.url}/api/jobs/${id}/results?format=csv`, { headers: { 'accept-encoding': encoding } })
    const [reply] = (await once(call, 'response')) as [IncomingMessage]
    await once(reply, 'readable')
    await fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' })
    const end = await new Promise((resolve) => {
      reply.on('error', () => resolve('broken')).on('end', () => resolve('whole'))
      reply.resume()
    })
    expect(end).toBe('broken')
  })

  test('who leaves a download ends it', async () => {
    for (let i = 0; i < 5; i++) {
      const call = get(`${server.url}${job}/results?format=csv`, { headers: { 'accept-encoding': encoding } })
      const [reply] = (await once(call, 'response')) as [IncomingMessage]
      await once(reply, 'readable')
      call.destroy()
    }
    expect((await wired('/health/live', undefined)).status).toBe(200)
  })
})

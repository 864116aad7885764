import * as zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FULL } from '../support/full'
import { answer, classify, openUpload, refusal, wire } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf, zipOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { residentBytes, startServer, type TestServer } from '../support/server'

const MB = 1_000_000
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Buffer }
const ENCODERS: [coding: string, encode: (bytes: Uint8Array) => Buffer][] = [
  ['gzip', (bytes) => zlib.gzipSync(bytes)],
  ['x-gzip', (bytes) => zlib.gzipSync(bytes)],
  ['GZIP', (bytes) => Buffer.concat([zlib.gzipSync(bytes.subarray(0, 1000)), zlib.gzipSync(bytes.subarray(1000))])],
  ['deflate', (bytes) => zlib.deflateSync(bytes)],
  ['deflate', (bytes) => zlib.deflateRawSync(bytes)],
  ['br', (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } })],
  ...(zstdCompressSync ? [['zstd', zstdCompressSync] as [string, (bytes: Uint8Array) => Buffer]] : []),
]
const DECODED = `gzip, deflate, br${zstdCompressSync ? ', zstd' : ''}`
const JSON_BODY = { 'content-type': 'application/json' }

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { FEEDBACK: 'labels', MAX_QUEUE_BYTES: '60000000', ENGINE_WORKERS: '1' } })
})
afterAll(async () => {
  expect(server.output()).not.toContain('"code":"internal"')
  expect(await server.stop()).toBe(0)
})

/** A form encoded as a whole, and its content type. */
async function encodedForm(form: FormData, encode: (bytes: Uint8Array) => Buffer) {
  const reply = new Response(form)
  const type = reply.headers.get('content-type') ?? ''
  return { body: encode(new Uint8Array(await reply.arrayBuffer())), type }
}

describe.each(ENCODERS)('%s', (coding, encode) => {
  const headers = { 'content-encoding': coding }
  /** What comes after the decoder is the same for each coding. */
  const testDecoded = test.runIf(FULL || coding === 'gzip' || coding === 'br')

  test('decodes a photo as the body, in a form and in JSON, with and without Content-Length', async () => {
    const plain = (await answer(classify(server.url, espresso))).predictions
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(espresso)]), 'a.png')
    const { body, type } = await encodedForm(form, encode)
    const json = encode(Buffer.from(JSON.stringify({ image: espresso.toString('base64') })))
    const replies = [
      classify(server.url, encode(espresso), { headers }),
      classify(server.url, new Blob([new Uint8Array(encode(espresso))]).stream(), { headers }),
      classify(server.url, body, { headers: { ...headers, 'content-type': type } }),
      classify(server.url, json, { headers: { ...headers, ...JSON_BODY } }),
    ]
    for (const reply of replies) {
      const { predictions, image } = await answer(reply)
      expect([predictions, image.bytes]).toEqual([plain, espresso.length])
    }
  })

  testDecoded('decodes a stream, and jobs from a form, a ZIP, a list and options only', async () => {
    const photos = distinctPhotos(3)
    const { body, type } = await encodedForm(formOf(photos), encode)
    const asForm = { ...headers, 'content-type': type }
    const lines = await (await classify(server.url, body, { query: '?stream=1', headers: asForm })).text()
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).status),
    ).toEqual(['ok', 'ok', 'ok'])
    const zip = encode(await zipOf(photos))
    const list = encode(Buffer.from('url\nhttp://10.0.0.1/a.jpg\nhttp://10.0.0.1/b.jpg\nhttp://10.0.0.1/c.jpg\n'))
    for (const [sent, contentType] of [
      [body, type],
      [zip, 'application/zip'],
      [list, 'text/csv'],
    ] as const) {
      const { id } = await createJob(server.url, new Uint8Array(sent), '', { ...headers, 'content-type': contentType })
      await jobDone(server.url, id)
      expect(await resultsOf(server.url, id)).toHaveLength(3)
    }
    const options = new Uint8Array(encode(Buffer.from('{"open":true,"top_k":2}')))
    const made = await createJob(server.url, options, '', { ...headers, ...JSON_BODY })
    expect(made).toMatchObject({ open: true, top_k: 2 })
  })

  test('refuses a damaged, truncated or unencoded body, and keeps the connection usable', async () => {
    const whole = encode(espresso)
    const damaged = Buffer.from(whole)
    damaged.fill(0x55, 40, 400)
    // Without a checksum, damage gives other bytes instead of an error.
    const checked = /gzip/i.test(coding)
    for (const body of [...(checked ? [damaged] : []), whole.subarray(0, whole.length >> 1), espresso]) {
      await refusal(classify(server.url, body, { headers }), 400, 'invalid_encoding')
    }
    await refusal(classify(server.url, '', { headers }), 400, 'empty_body')
    const head = `POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Encoding: ${coding}\r\nContent-Length: ${espresso.length}\r\n\r\n`
    const next = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'
    const replies = await wire(server.url, Buffer.concat([Buffer.from(head), espresso, Buffer.from(next)]))
    expect(replies.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
  })

  testDecoded('limits count decoded bytes', async () => {
    const send = (bytes: Uint8Array, type = 'image/png') =>
      classify(server.url, encode(bytes), { headers: { ...headers, 'content-type': type } })
    await refusal(send(Buffer.alloc(20 * MB)), 415, 'not_an_image')
    await refusal(send(Buffer.alloc(20 * MB + 1)), 413, 'too_large')
    const vote = fetch(`${server.url}/api/feedback`, {
      method: 'POST',
      headers: { ...headers, ...JSON_BODY },
      body: new Uint8Array(encode(Buffer.alloc(10_001, ' '))),
    })
    await refusal(vote, 413, 'too_large')
  })
})

test.each(['compress', 'zstd2', 'gzip, gzip', 'br,gzip', 'gzip;q=1', '__proto__', 'aes128gcm'])(
  '%s: 415 with the supported codings',
  async (coding) => {
    const reply = await refusal(
      classify(server.url, zlib.gzipSync(espresso), { headers: { 'content-encoding': coding } }),
      415,
      'unsupported_encoding',
    )
    expect(reply.get('accept-encoding')).toBe(DECODED)
  },
)

test('ignores identity', async () => {
  for (const coding of ['identity', '', 'identity, gzip']) {
    const body = coding.endsWith('gzip') ? zlib.gzipSync(espresso) : espresso
    expect((await answer(classify(server.url, body, { headers: { 'content-encoding': coding } }))).image.format).toBe(
      'png',
    )
  }
})

test('refuses a decompression bomb at the limit, with little time and memory', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(400 * MB))
  expect(bomb.length).toBeLessThan(MB)
  const before = residentBytes(server)
  const start = performance.now()
  const headers = { 'content-encoding': 'gzip' }
  for (const type of ['image/png', 'application/json']) {
    const send = () => classify(server.url, bomb, { headers: { ...headers, 'content-type': type } })
    const replies = await Promise.all(Array.from({ length: 8 }, send))
    for (const reply of replies) expect([413, 429]).toContain(reply.status)
    expect(replies.some(({ status }) => status === 413)).toBe(true)
  }
  expect(performance.now() - start).toBeLessThan(10_000)
  // The budget is 60 MB; the rest hasn't been garbage-collected yet.
  expect(residentBytes(server) - before).toBeLessThan(250 * MB)
})

test('stops an endless body that decodes to nothing at the limit of a job', async () => {
  const small = await startServer({
    env: { MAX_REQUEST_BYTES: '1000000', MAX_IMAGE_BYTES: '1000000', MAX_JOB_BYTES: '2000000' },
  })
  const nothing = Buffer.concat([
    Buffer.from('1f8b0800000000000003', 'hex'),
    Buffer.alloc(2.5 * MB).fill(Buffer.from('000000ffff', 'hex')),
  ])
  const body = new Blob([nothing]).stream()
  await refusal(classify(small.url, body, { headers: { 'content-encoding': 'gzip' } }), 413, 'too_large')
  expect(await small.stop()).toBe(0)
})

test('decoded bytes count against the memory for uploads and are released', async () => {
  const headers = { 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' }
  // Incomplete, so that they keep their memory.
  const packed = zlib.gzipSync(Buffer.alloc(19 * MB)).subarray(0, -8)
  const open = new Set<ReturnType<typeof openUpload>>()
  // One that is still being decoded may be refused in favor of another; then there is room for one more.
  async function fill() {
    while (open.size < 3) {
      const upload = openUpload(`${server.url}/api/classify`, headers)
      open.add(upload)
      void upload.replied.catch(() => {}).then(() => open.delete(upload))
      await upload.send(packed)
    }
  }
  let status = 0
  for (let i = 0; i < 50 && status !== 429; i++) {
    await fill()
    const reply = await classify(server.url, zlib.gzipSync(Buffer.alloc(19 * MB)), {
      headers: { 'content-encoding': 'gzip' },
    })
    status = reply.status
    await reply.arrayBuffer()
  }
  expect(status).toBe(429)
  for (const upload of open) upload.leave()
  await expect
    .poll(
      async () =>
        (await classify(server.url, zlib.gzipSync(Buffer.alloc(19 * MB)), { headers: { 'content-encoding': 'gzip' } }))
          .status,
    )
    .toBe(415)
})

import { once } from 'node:events'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ResultRow } from '@/lib/shared/results/columns'
import { refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { residentBytes, startServer, type TestServer } from '../support/server'

type Line = ResultRow & { index: number }

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { LOG_LEVEL: 'warn', MAX_FILES: '6000' } })
})
afterAll(() => server.stop())

const stream = (form: FormData, query = '') =>
  fetch(`${server.url}/api/classify?stream=1${query}`, { method: 'POST', body: form })
const linesOf = async (reply: Response) =>
  (await reply.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }

test('returns one line per file, like the rows of a job; failures are in their lines', async () => {
  const photos = [...distinctPhotos(10), broken, { file: 'again.webp', bytes: distinctPhotos(1)[0]!.bytes }]
  const reply = await stream(formOf(photos), '&top_k=2&threshold=0.01')
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
  const lines = ((await linesOf(reply)) as Line[]).sort((a, b) => a.index - b.index)
  const { id } = await createJob(server.url, formOf(photos), '?top_k=2&threshold=0.01')
  await jobDone(server.url, id)
  const timeless = (rows: ResultRow[]) => rows.map((row) => ({ ...row, ms: null }))
  expect(timeless(lines.map(({ index: _, ...row }) => row))).toEqual(timeless(await resultsOf(server.url, id)))
  expect(lines.map(({ index }) => index)).toEqual(photos.map((_, index) => index))
  expect(lines[10]).toMatchObject({ file: 'broken.jpg', status: 'failed', error_code: 'truncated_image' })
})

test('refuses invalid requests before the stream starts; later form errors are in the last line', async () => {
  await refusal(stream(formOf(distinctPhotos(1)), '&model=none'), 404, 'unknown_model')
  await refusal(stream(formOf(distinctPhotos(1)), '&top_k=0'), 400, 'invalid_parameter')
  await refusal(fetch(`${server.url}/api/classify?stream=1`, { method: 'POST', body: 'x' }), 400, 'no_file')
  const body = Buffer.from(await new Response(formOf(distinctPhotos(3))).arrayBuffer())
  const boundary = body.subarray(2, body.indexOf('\r\n')).toString()
  const send = async (body: Buffer) => {
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
    const reply = await fetch(`${server.url}/api/classify?stream=1`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers,
    })
    return (await linesOf(reply)) as Line[]
  }
  const endless = Buffer.from(`--${boundary}\r\ncontent-disposition: ${'x'.repeat(70_000)}`)
  const lines = await send(Buffer.concat([body.subarray(0, body.lastIndexOf(`--${boundary}`)), endless]))
  expect(lines.at(-1)).toMatchObject({ problem: { code: 'no_file', status: 400 } })
  expect(lines.slice(0, -1).every(({ status }) => status === 'ok')).toBe(true)
  // A photo truncated by the end of the form fails alone.
  const cut = (await send(body.subarray(0, body.length - 1000))).sort((a, b) => a.index - b.index)
  expect(cut.map(({ error_code }) => error_code)).toEqual([null, null, 'truncated_image'])
})

const FILES = 5000
const BOUNDARY = 'a-boundary-of-the-test'

/** Generates a form with this many files while it is sent. */
function* pieces(count: number): Generator<Buffer> {
  const photos = distinctPhotos(24)
  for (let i = 0; i < count; i++) {
    yield Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="${i}.webp"\r\ncontent-type: image/webp\r\n\r\n`,
    )
    yield photos[i % photos.length]!.bytes
    yield Buffer.from('\r\n')
  }
  yield Buffer.from(`--${BOUNDARY}--\r\n`)
}

function open() {
  return request(`${server.url}/api/classify?stream=1&top_k=20`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })
}

test.each(['reads as it sends', 'sends everything first'])(
  '5,000 files from a client that %s: all lines, constant memory',
  async (kind) => {
    await (await stream(formOf(distinctPhotos(24)))).text()
    const before = residentBytes(server)
    const call = open()
    const replied = once(call, 'response')
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, residentBytes(server))), 50)
    const seen = new Set<number>()
    const read = async () => {
      const [reply] = await replied
      for await (const line of createInterface(reply)) seen.add((JSON.parse(line) as Line).index)
    }
    const reading = kind === 'reads as it sends' ? read() : null
    for (const piece of pieces(FILES)) if (!call.write(piece)) await once(call, 'drain')
    call.end()
    if (reading === null) {
      await once(call, 'finish')
      await read()
    } else await reading
    clearInterval(watch)
    expect(seen.size).toBe(FILES)
    console.log(`${kind}: at most ${Math.round((most - before) / 1e6)} MB more`)
    expect(most - before).toBeLessThan(150e6)
  },
)

test('a client that disconnects stops the work', async () => {
  const call = open()
  call.on('error', () => {})
  const [reply] = await Promise.all([
    once(call, 'response'),
    (async () => {
      for (const piece of pieces(100)) if (!call.write(piece)) await once(call, 'drain')
    })(),
  ])
  await once(reply[0], 'data')
  call.destroy()
  const running = async () => {
    const status = await (await fetch(`${server.url}/health/status`)).json()
    return status.running + status.queue.photos
  }
  for (const start = Date.now(); (await running()) > 0; await sleep(20)) {
    expect(Date.now() - start).toBeLessThan(3000)
  }
  expect((await linesOf(await stream(formOf(distinctPhotos(1))))).length).toBe(1)
})

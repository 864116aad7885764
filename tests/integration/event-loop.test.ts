import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BACKENDS, type Backend } from '../support/backends'
import { leastHold, longestHold, MOST_HOLD } from '../support/holds'
import { createJob, jobOf, jobWhen } from '../support/jobs'
import { distinctPhotos, formOf, zipOf } from '../support/many-photos'
import type { TestServer } from '../support/server'

/** Rows of a large job, by home: many machines take longer for each. Before, 20,000 stopped everything for three seconds. */
const ROWS: Record<string, number> = { 'a folder': 30_000, 'Redis and a bucket': 6000 }
const CSV = { 'content-type': 'text/csv' }
const ZIP = { 'content-type': 'application/zip' }

describe.each(BACKENDS)('the event loop of a server with jobs in %s', (name, open) => {
  const rows = Number(process.env.ROWS ?? ROWS[name])
  const numbers = Array.from({ length: rows }, (_, i) => i)
  const refused = `url,file\n${numbers.map((i) => `http://10.0.0.1/${i}.jpg,photos/${i}.jpg`).join('\n')}\n`
  const paths = `url\n${numbers.map((i) => `photos/${i}.jpg`).join('\n')}\n`
  let home: Backend
  let server: TestServer
  let ids: string[] = []
  beforeAll(async () => {
    home = await open({
      LOG_LEVEL: 'warn',
      METRICS: 'on',
      ENGINE_WORKERS: '1',
      ADMIN_TOKEN: 'open sesame',
      FEEDBACK: 'labels',
    })
    server = home.server
  })
  afterAll(() => home?.stop())

  const ended = (id: string) => jobWhen(server.url, id, ({ state }) => state === 'done' || state === 'cancelled')
  const job = (path: string, init?: RequestInit) => fetch(`${server.url}/api/jobs/${ids[0]}${path}`, init)
  const whole = async (reply: Response | Promise<Response>) => {
    const { status } = await reply
    let length = 0
    for await (const chunk of (await reply).body ?? []) length += chunk.byteLength
    expect(status, `${length} bytes`).toBeLessThan(300)
  }
  const made = async (body: BodyInit, query = '', headers = {}) => {
    const { id } = await createJob(server.url, body, query, headers)
    await ended(id)
    ids.unshift(id)
  }
  const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
    whole(fetch(server.url + path, { method: 'POST', body, headers }))

  const noise = randomBytes(19_000_000)
  noise.set(Buffer.from('ffd8ffe000104a464946', 'hex'))
  const read = async (path: string, init: RequestInit = {}) =>
    void (await (await fetch(server.url + path, init)).arrayBuffer())

  const ACTS: [what: string, act: () => Promise<unknown>][] = [
    ['a job of addresses that are refused at once', () => made(refused, '', CSV)],
    ['a job of paths', () => made(paths, '', CSV)],
    ['all results as JSON', () => whole(job('/results'))],
    ['all results as CSV', () => whole(job('/results?format=csv'))],
    ['all results as NDJSON', () => whole(job('/results?format=ndjson'))],
    ['all results as a workbook', () => whole(job('/results?format=xlsx'))],
    ['results of which none is asked for', () => whole(job('/results?status=ok'))],
    ['a large page', () => whole(job('/results?cursor=&limit=10000'))],
    ['a page of none', () => whole(job('/results?cursor=&status=ok'))],
    ['all events', () => whole(job('/events'))],
    ['names', () => whole(job('/photos'))],
    ['four downloads at once', () => Promise.all(Array.from({ length: 4 }, () => whole(job('/results'))))],
    [
      'all again',
      async () => {
        await job('/retry', { method: 'POST' })
        await ended(ids[0] as string)
      },
    ],
    [
      'an open job that gets them twice',
      async () => {
        const { id } = await createJob(server.url, null, '?open=1')
        for (let i = 0; i < 2; i++) await post(`/api/jobs/${id}/photos?unique=1`, refused, CSV)
        expect((await jobOf(server.url, id)).counts.total).toBe(rows)
        await fetch(`${server.url}/api/jobs/${id}/cancel`, { method: 'POST' })
        await fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' })
      },
    ],
    [
      'one key twice',
      async () => {
        const key = { ...CSV, 'idempotency-key': randomBytes(8).toString('hex') }
        for (let i = 0; i < 2; i++) await post('/api/jobs', refused, key)
      },
    ],
    [
      'an archive of many files',
      async () => {
        const files = Array.from({ length: rows / 5 }, (_, i) => ({
          file: `büro/${i}.jpg`,
          bytes: Buffer.from(`no photo ${i}`),
        }))
        await made(new Uint8Array(await zipOf(files)), '', ZIP)
      },
    ],
    [
      'an archive of large files',
      async () => {
        const files = [1, 2, 3].map((i) => ({ file: `${i}.jpg`, bytes: noise }))
        await made(new Uint8Array(await zipOf(files, false)), '', ZIP)
      },
    ],
    ['a form of photos', () => made(formOf(distinctPhotos(120)), '?model=fast&top_k=1000')],
    ['their results', () => whole(job('/results'))],
    ['their events', () => whole(job('/events'))],
    ['a form of large files', () => made(formOf([1, 2, 3].map((i) => ({ file: `${i}.jpg`, bytes: noise }))))],
    ['a stream', () => post('/api/classify?stream=1', formOf(distinctPhotos(100)))],
    [
      'a stream of large files',
      () => post('/api/classify?stream=1', formOf([1, 2].map((i) => ({ file: `${i}.jpg`, bytes: noise })))),
    ],
    ['a large photo', () => read('/api/classify', { method: 'POST', body: noise })],
    [
      'a large photo in a form',
      () => read('/api/classify', { method: 'POST', body: formOf([{ file: 'a', bytes: noise }]) }),
    ],
    [
      'a large photo in base64',
      () =>
        read('/api/classify', {
          method: 'POST',
          body: JSON.stringify({ image: noise.toString('base64') }),
          headers: { 'content-type': 'application/json' },
        }),
    ],
    [
      'an explanation',
      () =>
        read('/api/explain?method=occlusion&model=fast', {
          method: 'POST',
          body: distinctPhotos(1)[0]!.bytes as never,
        }),
    ],
    [
      'everything that is read',
      async () => {
        const paths = [
          '/api/models',
          '/api/models/fast/labels',
          '/api/site',
          '/api/gallery',
          '/api/openapi.json',
          '/health/live',
          '/health/ready',
          '/health/status',
          '/metrics',
          '/api/feedback?format=csv',
          '/api/jobs',
          '/api/dead-letters',
        ]
        for (const path of paths) await read(path, { headers: { authorization: 'Bearer open sesame' } })
      },
    ],
    [
      'deleting',
      async () => {
        for (const id of ids) await fetch(`${server.url}/api/jobs/${id}`, { method: 'DELETE' })
        ids = []
      },
    ],
  ]

  test.each(ACTS)(
    '%s',
    async (_what, act) => {
      const hold = await leastHold(server.url, act)
      expect(hold).toBeLessThanOrEqual(Number(MOST_HOLD))
    },
    120_000,
  )

  test('the metric tells of a process that was stopped', async () => {
    const hold = await longestHold(server.url, async () => {
      server.child.kill('SIGSTOP')
      setTimeout(() => server.child.kill('SIGCONT'), 400)
      await fetch(`${server.url}/health/live`)
    })
    expect(hold).toBeGreaterThanOrEqual(0.25)
  })
})

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend, NamedBackend } from './backends'
import { leastHold, longestHold, MOST_HOLD } from './holds'
import { createJob, jobOf, jobWhen } from './jobs'
import { distinctPhotos, formOf, zipOf } from './many-photos'
import type { TestServer } from './server'

const CSV = { 'content-type': 'text/csv' }
const ZIP = { 'content-type': 'application/zip' }

/**
 * Declares the tests that no request blocks the event loop.
 *
 * @param rows rows of a large job; 20,000 used to block everything for three seconds
 */
export function describeEventLoop([name, open]: NamedBackend, rows: number): void {
  describe(`the event loop of a server with jobs in ${name}`, () => {
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
      ['a job of URLs that are refused at once', () => made(refused, '', CSV)],
      ['a job of paths', () => made(paths, '', CSV)],
      ['all results as JSON', () => whole(job('/results'))],
      ['all results as CSV', () => whole(job('/results?format=csv'))],
      ['all results as NDJSON', () => whole(job('/results?format=ndjson'))],
      ['all results as a workbook', () => whole(job('/results?format=xlsx'))],
      ['results with a status that none has', () => whole(job('/results?status=ok'))],
      ['a large page', () => whole(job('/results?cursor=&limit=10000'))],
      ['an empty page', () => whole(job('/results?cursor=&status=ok'))],
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
        'an open job that gets the same URLs twice',
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
          const files = Array.from({ length: rows / 15 }, (_, i) => ({
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
      ['a form of photos', () => made(formOf(distinctPhotos(60)), '?model=fast&top_k=1000')],
      ['their results', () => whole(job('/results'))],
      ['their events', () => whole(job('/events'))],
      ['a form of large files', () => made(formOf([1, 2, 3].map((i) => ({ file: `${i}.jpg`, bytes: noise }))))],
      ['a stream', () => post('/api/classify?stream=1', formOf(distinctPhotos(50)))],
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
        'all other read endpoints',
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

    test('the metric shows a process that was stopped', async () => {
      const hold = await longestHold(server.url, async () => {
        server.child.kill('SIGSTOP')
        setTimeout(() => server.child.kill('SIGCONT'), 400)
        await fetch(`${server.url}/health/live`)
      })
      expect(hold).toBeGreaterThanOrEqual(0.25)
    })
  })
}

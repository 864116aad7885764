import { spawnSync } from 'node:child_process'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import type { Job } from '@/lib/shared/contract/jobs'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { EXTENDED, FULL, fullTest } from '../support/full'
import { refusal } from '../support/http'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf, slowForm } from '../support/many-photos'
import { REAL_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { startS3 } from '../support/s3'
import { startServer, type TestServer } from '../support/server'
import { type Machines, startMachines, startRedis, startRedisCluster, startWorker } from '../support/services'

const LIMIT = 40

describe('three web instances that share Redis and a bucket', () => {
  let machines: Machines
  let urls: string[]
  beforeAll(async () => {
    const env = {
      ...REAL_MODEL,
      RESULT_CACHE_BYTES: '1000000',
      RATE_LIMIT: String(LIMIT),
      TRUST_PROXY: '1',
      ENGINE_WORKERS: '1',
    }
    machines = await startMachines({ web: 3, workers: 1, env })
    urls = machines.web.map(({ url }) => url)
  })
  afterAll(() => machines?.stop())

  async function ask(url: string | undefined, client: string, query = '', photo: Uint8Array = espresso) {
    const headers = { 'x-forwarded-for': client }
    return fetch(`${url}/api/classify${query}`, { method: 'POST', body: photo as BodyInit, headers })
  }

  test('any instance serves a job that another created, and any part of its results', async () => {
    const photos = distinctPhotos(230)
    const { id } = await createJob(urls[0]!, formOf(photos), '?model=tiny&top_k=3')
    expect((await jobDone(urls[1]!, id)).counts).toEqual({ total: 230, done: 230, ok: 230, failed: 0 })
    const rows = await resultsOf(urls[2]!, id)
    expect(rows.map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(await resultsOf(urls[0]!, id, '&offset=99&limit=3')).toEqual(
      rows.slice(99, 102).map((row, at) => ({ index: 99 + at, ...row })),
    )
    const listed = await (await fetch(`${urls[1]}/api/jobs/${id}/photos?offset=150`)).json()
    expect(listed).toEqual({ files: photos.slice(150).map(({ file }) => file), total: 230 })
  })

  test('events that break off at one instance continue at another, each result once', async () => {
    const { id } = await createJob(urls[0]!, null, '?model=tiny&open=1')
    const add = (from: number) =>
      fetch(`${urls[0]}/api/jobs/${id}/photos`, {
        method: 'POST',
        body: formOf(distinctPhotos(300).slice(from, from + 150)),
      })
    await add(0)
    await jobWhen(urls[0]!, id, ({ counts }) => counts.done >= 100)
    const first = await readEvents(urls[0]!, id, '', 57)
    await add(150)
    await fetch(`${urls[2]}/api/jobs/${id}/close`, { method: 'POST' })
    const rest = await readEvents(urls[1]!, id, first.at(-1)!.id)
    const indices = [...first, ...rest].map(({ index }) => index)
    expect(indices).toHaveLength(300)
    expect(new Set(indices).size).toBe(300)
  })

  test('instances share cached results without running the photo again; other options run it', async () => {
    const before = await ask(urls[0], '10.0.0.1')
    expect(before.headers.get('cache-status')).toBe('vision; fwd=miss')
    const first = (await before.json()) as Classification
    for (const url of urls) {
      const reply = await ask(url, '10.0.0.1')
      expect(reply.headers.get('cache-status')).toBe('vision; hit')
      const again = (await reply.json()) as Classification
      expect(again).toEqual({ ...first, request_id: again.request_id, timings: again.timings })
      expect([again.timings.run_ms, again.request_id === first.request_id]).toEqual([0, false])
    }
    for (const query of ['?top_k=2', '?threshold=0.1', '?model=tiny']) {
      expect((await ask(urls[0], '10.0.0.1', query)).headers.get('cache-status')).toBe('vision; fwd=miss')
    }
    expect((await ask(urls[1], '10.0.0.1', '?preview=1')).headers.get('cache-status')).toBe('vision; fwd=miss')
    await refusal(ask(urls[1], '10.0.0.1', '?top_k=100001'), 400, 'invalid_parameter')
  })

  test('counts the requests of a client over all instances', async () => {
    const statuses = []
    for (let i = 0; i <= LIMIT; i++) statuses.push((await ask(urls[i % 3], '10.0.0.2')).status)
    expect(statuses).toEqual([...Array(LIMIT).fill(200), 429])
    expect((await ask(urls[0], '10.0.0.3')).status).toBe(200)
  })

  test('a client closes the job during another’s upload: accepted photos run, others are refused, and the detail has the count', async () => {
    const photos = distinctPhotos(155)
    const { id } = await createJob(urls[0]!, formOf(photos.slice(0, 5)), '?model=tiny&open=1')
    const early = await slowForm(photos.slice(5, 25), 0.5)
    const long = await slowForm(photos.slice(5), 0.9)
    const add = (request: RequestInit) => fetch(`${urls[1]}/api/jobs/${id}/photos`, request)
    const replies = [add(early.request), add(long.request)]
    await jobWhen(urls[0]!, id, ({ counts }) => counts.total === 105)
    const closed = await fetch(`${urls[1]}/api/jobs/${id}/close`, { method: 'POST' })
    expect([closed.status, ((await closed.json()) as Job).open]).toEqual([200, false])
    early.goOn()
    long.goOn()
    const details = await Promise.all(
      replies.map(async (reply) => [(await reply).status, ((await (await reply).json()) as ProblemDetails).detail]),
    )
    expect(details).toEqual([
      [409, expect.stringContaining(', after accepting 0 of its photos')],
      [409, expect.stringContaining(', after accepting 100 of its photos')],
    ])
    expect((await jobDone(urls[0]!, id)).counts).toEqual({ total: 105, done: 105, ok: 105, failed: 0 })
    // The same after Redis has lost it.
    const redis = new Redis(machines.redis.url)
    await redis.flushall()
    redis.disconnect()
    expect((await jobDone(urls[0]!, id)).counts).toEqual({ total: 105, done: 105, ok: 105, failed: 0 })
    expect(await resultsOf(urls[0]!, id)).toHaveLength(105)
  })

  test('without Redis, classifies photos as usual and asks clients of jobs to retry', async () => {
    const { id } = await createJob(urls[0]!, formOf(distinctPhotos(2)), '?model=tiny')
    await jobDone(urls[0]!, id)
    await machines.redis.kill()
    expect((await ask(urls[0], '10.0.0.4', '?top_k=3')).status).toBe(200)
    await refusal(fetch(`${urls[0]}/api/jobs/${id}`), 503, 'not_ready')
    await machines.redis.start()
    await jobDone(urls[0]!, id)
  })
})

fullTest(
  'jobs share the workers: a small job does not wait for large ones, and two large ones progress together',
  async () => {
    const machines = await startMachines({ workers: 1, env: { ENGINE_WORKERS: '1' } })
    const { url } = machines.web[0]!
    const make = (count: number) => createJob(url, formOf(distinctPhotos(count)), '?model=fast')
    try {
      const [one, other] = [await make(400), await make(400)]
      const small = await make(10)
      await jobDone(url, small.id)
      const before = [await jobOf(url, one.id), await jobOf(url, other.id)]
      expect(before.reduce((sum, { counts }) => sum + counts.done, 0)).toBeLessThan(700)
      await jobDone(url, one.id)
      // They may differ by a shard or two and those in flight. One after the other, it would have none.
      expect((await jobOf(url, other.id)).counts.done).toBeGreaterThanOrEqual(100)
      await jobDone(url, other.id)
    } finally {
      await machines.stop()
    }
  },
  300_000,
)

fullTest('works with a Redis cluster of three', async () => {
  const [cluster, s3] = await Promise.all([startRedisCluster(), startS3()])
  const env = { REDIS_URL: cluster.url, BUCKET: s3.bucket, AWS_ENDPOINT_URL: s3.url, RESULT_CACHE_BYTES: '1000000' }
  const server = await startServer({ env: { ...env, LOG_LEVEL: 'warn', ENGINE_WORKERS: '1' } })
  const worker = await startWorker({ ...env, LOG_LEVEL: 'warn' })
  try {
    const photos = distinctPhotos(150)
    const jobs = await Promise.all([1, 2].map(() => createJob(server.url, formOf(photos), '?model=fast')))
    for (const { id } of jobs) expect((await jobDone(server.url, id)).counts.ok).toBe(150)
    for (let i = 0; i < 20; i++) {
      const reply = await fetch(`${server.url}/api/classify`, { method: 'POST', body: photos[i]!.bytes as BodyInit })
      expect(reply.status).toBe(200)
    }
    for (const { output } of [server, worker]) expect(logLines(output())).toEqual([])
  } finally {
    await worker.stop()
    await server.stop()
    await cluster.stop()
  }
})

describe('logs one line about what is missing', () => {
  test('several instances that share nothing have no jobs, but classify photos', async () => {
    const server: TestServer = await startServer({ env: { INSTANCES: '2', LOG_LEVEL: 'warn' } })
    expect(server.output()).toMatch(
      /batch jobs are off: set REDIS_URL and BUCKET to share them between several instances/,
    )
    expect(logLines(server.output())).toHaveLength(1)
    await refusal(
      fetch(`${server.url}/api/jobs`, { method: 'POST', body: formOf(distinctPhotos(1)) }),
      404,
      'not_found',
    )
    expect((await fetch(`${server.url}/api/classify`, { method: 'POST', body: espresso as BodyInit })).status).toBe(200)
    await server.stop()
  })

  test('a worker without a queue, and a server whose Redis is unreachable', () => {
    const run = (script: string, env: Record<string, string>) => {
      const { status, stderr } = spawnSync(process.execPath, [script], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      })
      return [status, stderr.split('\n')[0]]
    }
    const missing = 'REDIS_URL and BUCKET are not set; a batch worker gets its work from them'
    expect(run('dist/worker.js', {})).toEqual([1, missing])
    const env = { REDIS_URL: 'redis://127.0.0.1:1', PORT: '0', LOG_LEVEL: 'error' }
    const gone = expect.stringMatching(/^cannot start: Redis is unreachable at 127.0.0.1:1 \(REDIS_URL\)/)
    expect(run('dist/server.js', env)).toEqual([1, gone])
  })
})

const POLICIES: [policy: string, refused: boolean][] = [
  ['allkeys-lru', true],
  ['volatile-lru', false],
]
test.each(FULL ? POLICIES : EXTENDED ? POLICIES.slice(0, 1) : [])(
  'a Redis that evicts by %s is refused if jobs could be lost, or logged as a warning',
  async (policy, refused) => {
    const redis = await startRedis(['--maxmemory', '50mb', '--maxmemory-policy', policy])
    const env = { REDIS_URL: redis.url, BUCKET: 'photos', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', ENGINE_WORKERS: '1' }
    const server = await startServer({ env: { ...env, LOG_LEVEL: 'warn' } })
    const warning = new RegExp(`"policy":"${policy}".*${refused ? 'batch jobs are off: ' : ''}Redis evicts keys`)
    expect(server.output()).toMatch(warning)
    expect((await fetch(`${server.url}/api/jobs/unknown`)).status === 404).toBe(true)
    expect((await ask(server.url)).status).toBe(200)
    await server.stop()
    const worker = startWorker({ ...env, LOG_LEVEL: 'warn' })
    if (refused) await expect(worker).rejects.toThrow(/stopped with 1:\n.*Redis evicts keys .* \(it is allkeys-lru\)/)
    else await (await worker).kill()
    await redis.stop()
  },
)

const ask = (url: string) => fetch(`${url}/api/classify`, { method: 'POST', body: espresso as BodyInit })

/** The log lines that an operator reads. */
function logLines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '')
}

interface ResultEvent {
  id: string
  index: number
}

/** Result events after a position: until the job ends, or a maximum number of them. */
async function readEvents(
  url: string,
  id: string,
  after: string,
  most = Number.POSITIVE_INFINITY,
): Promise<ResultEvent[]> {
  const stop = new AbortController()
  const reply = await fetch(`${url}/api/jobs/${id}/events`, {
    headers: { 'last-event-id': after },
    signal: stop.signal,
  })
  const events: ResultEvent[] = []
  let text = ''
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks.filter((each) => each.includes('event: result'))) {
      if (events.length === most) continue
      const place = /^id: (.*)$/m.exec(block)?.[1] ?? ''
      events.push({ id: place, index: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}').index })
    }
    if (events.length === most) break
  }
  stop.abort()
  return events
}

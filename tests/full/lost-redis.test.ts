import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { type Machines, type RedisServer, startMachines, startRedis } from '../support/services'
import { timed } from '../support/timed'
import type { Wire } from '../support/wire'

/**
 * Two servers with the same data. Which one is the primary changes from test to test; clients reach it through one
 * address.
 */
let machines: Machines
let wire: Wire
let primary: RedisServer
let replica: RedisServer
let url: string
let limit: number
const clients = new Map<RedisServer, Redis>()
beforeAll(async () => {
  limit = 10_000
  const env = { LOG_LEVEL: 'info', RATE_LIMIT: String(limit), ENGINE_WORKERS: '1' }
  machines = await startMachines({ wired: true, workers: 1, env })
  wire = machines.wire as Wire
  url = machines.web[0]!.url
  primary = machines.redis
  replica = await startRedis(['--repl-diskless-sync-delay', '0'])
  for (const server of [primary, replica]) clients.set(server, new Redis(server.url))
  await replicate()
})
afterAll(async () => {
  for (const client of clients.values()) client.disconnect()
  await machines?.stop()
  for (const server of [primary, replica]) await server?.stop()
})

const client = (server: RedisServer) => clients.get(server) as Redis

/** Waits until the replica has the primary's data. */
async function replicate(): Promise<void> {
  await client(replica).replicaof('127.0.0.1', primary.port)
  while (!(await client(replica).info('replication')).includes('master_link_status:up')) await sleep(50)
}

/** Makes the replica the primary for new connections. */
async function failOver(): Promise<void> {
  await client(replica).replicaof('NO', 'ONE')
  ;[primary, replica] = [replica, primary]
  wire.port = primary.port
}

/** How often a process has logged that Redis stopped responding, and that it responds again. */
function outageLogs(output: string): [lost: number, back: number] {
  return [output.split('Redis is not responding').length - 1, output.split('Redis is responding again').length - 1]
}
const outputs = () => [machines.web[0]!.output(), machines.workers[0]!.output()]

/** Each process logs the outage once while this is done. */
async function expectLoggedOnce(work: () => Promise<void>): Promise<void> {
  const before = outputs().map(outageLogs)
  await work()
  const after = before.map(([lost, back]) => [lost + 1, back + 1])
  await expect.poll(() => outputs().map(outageLogs), { timeout: 10_000 }).toEqual(after)
}

/** Requests a job and measures how long it takes. */
const getJob = (id: string) => timed(fetch(`${url}/api/jobs/${id}`).then(({ status }) => status))

/** Classifies a photo, which counts against the rate limit. */
async function classify(): Promise<number> {
  const { ms, value } = await timed(
    fetch(`${url}/api/classify?model=fast`, { method: 'POST', body: espresso as BodyInit }),
  )
  expect([value.status, value.headers.get('ratelimit-policy')]).toEqual([200, `"photos";q=${limit};w=60`])
  return ms
}

async function status() {
  return (await (await fetch(`${url}/health/status`)).json()) as { redis: string; jobs: object }
}

/** Each photo of a job has one result. */
async function expectWhole(id: string, total: number): Promise<void> {
  expect((await jobDone(url, id)).counts).toEqual({ total, done: total, ok: total, failed: 0 })
  expect(await resultsOf(url, id)).toHaveLength(total)
}

test('connections that go silent in a failover: work continues within seconds, and no photo waits for its rate limit twice', async () => {
  const photos = distinctPhotos(300)
  await expectLoggedOnce(async () => {
    const { id } = await createJob(url, formOf(photos), '?model=fast')
    await jobWhen(url, id, ({ counts }) => counts.done >= 100)
    wire.silence()
    await failOver()
    const looks = Promise.all([getJob(id), getJob(id)])
    const first = await classify()
    const others = [await classify(), await classify(), await classify()]
    expect(first).toBeLessThan(2_500)
    expect(Math.max(...others)).toBeLessThan(900)
    for (const { ms, value } of await looks) expect([value, ms < 5_000]).toEqual([200, true])
    const { ms } = await timed(expectWhole(id, 300))
    expect(ms).toBeLessThan(15_000)
  })
  // Nothing is running: an idle worker also finds the new work.
  await replicate()
  await expectLoggedOnce(async () => {
    wire.silence()
    await failOver()
    await sleep(1000)
    const { ms, value } = await timed(createJob(url, formOf(photos.slice(0, 5)), '?model=fast'))
    expect(ms).toBeLessThan(5_000)
    expect((await timed(expectWhole(value.id, 5))).ms).toBeLessThan(8_000)
  })
})

test('a primary is demoted but keeps its connections: jobs are created and run on the new one', async () => {
  await replicate()
  const photos = distinctPhotos(300)
  await expectLoggedOnce(async () => {
    const { id } = await createJob(url, formOf(photos), '?model=fast')
    await jobWhen(url, id, ({ counts }) => counts.done >= 100)
    await failOver()
    await replicate()
    const made = [1, 2, 3].map((n) => timed(createJob(url, formOf(photos.slice(0, n)), '?model=fast')))
    for (const { ms, value } of await Promise.all(made)) {
      expect(ms).toBeLessThan(5_000)
      await expectWhole(value.id, value.counts.total)
    }
    await expectWhole(id, 300)
  })
})

test('a hanging Redis: requests fail fast, photos are classified, the status shows it, and all resumes when it wakes up', async () => {
  await expectLoggedOnce(async () => {
    const { id } = await createJob(url, formOf(distinctPhotos(5)), '?model=fast')
    await jobDone(url, id)
    process.kill(primary.pid(), 'SIGSTOP')
    try {
      const first = await getJob(id)
      expect([first.value, first.ms < 5_500]).toEqual([503, true])
      await expect.poll(status, { timeout: 3_000 }).toMatchObject({
        redis: 'lost',
        jobs: { state: 'waiting', reason: 'redis_unavailable' },
      })
      await sleep(2_500)
      for (let i = 0; i < 3; i++) {
        const { value, ms } = await getJob(id)
        expect([value, ms < 1_500]).toEqual([503, true])
        expect(await classify()).toBeLessThan(900)
      }
      expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    } finally {
      process.kill(primary.pid(), 'SIGCONT')
    }
    await expect.poll(status, { timeout: 5_000 }).toMatchObject({ redis: 'ok', jobs: { state: 'ok', reason: null } })
    const made = await createJob(url, formOf(distinctPhotos(5)), '?model=fast')
    expect((await timed(expectWhole(made.id, 5))).ms).toBeLessThan(8_000)
  })
})

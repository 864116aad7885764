import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, test } from 'vitest'
import { s3Client } from '@/lib/server/storage/s3'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { ALL_MODELS } from '../support/models'
import { type Balancer, startBalancer } from '../support/proxies'
import { type Machines, startMachines, startWorker } from '../support/services'

const SEEDS = [1, 2, 3]
const BLOWS = 8

let machines: Machines | undefined
afterEach(async () => {
  await machines?.stop()
  machines = undefined
})

/** Reproducible random numbers from 0 to 1. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const FAULTS: Record<string, (all: Machines, worker: number) => Promise<void>> = {
  async 'a worker is killed'(all, worker) {
    await all.workers[worker]!.kill()
    all.workers[worker] = await startWorker(all.env)
  },
  async 'a worker hangs for 12 s'({ workers }, worker) {
    workers[worker]!.child.kill('SIGSTOP')
    await sleep(12_000)
    workers[worker]!.child.kill('SIGCONT')
  },
  async 'Redis is killed'({ redis }) {
    await redis.kill()
    await redis.start()
  },
  async 'the bucket is unavailable for 5 s'({ network }) {
    network.fault = () => 'cut'
    await sleep(5000)
    network.fault = () => undefined
  },
  async 'the bucket returns SlowDown for 5 s'({ network }) {
    network.fault = () => (Math.random() < 0.5 ? { status: 503, code: 'SlowDown' } : undefined)
    await sleep(5000)
    network.fault = () => undefined
  },
}

test.each(SEEDS)('a storm of faults on three workers, seed %i: 1,000 photos in, 1,000 results out', async (seed) => {
  machines = await startMachines({ workers: 3, env: ALL_MODELS })
  const { url } = machines.web[0]!
  const photos = distinctPhotos(1000)
  const { id } = await createJob(url, formOf(photos), '?model=accurate')
  const next = random(seed)
  const names = Object.keys(FAULTS)
  for (let blow = 0; blow < BLOWS; blow++) {
    await sleep(2000 * next())
    const name = names[Math.floor(names.length * next())] as string
    console.log(`seed ${seed}, blow ${blow + 1}: ${name}`)
    await FAULTS[name]?.(machines, Math.floor(3 * next()))
  }
  while ((await jobOf(url, id)).state !== 'done') await sleep(200)
  const rows = await resultsOf(url, id)
  expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
  expect((await jobOf(url, id)).counts).toEqual({ total: 1000, done: 1000, ok: 1000, failed: 0 })
})

test('a shard that fails for minutes becomes a dead letter, is listed for the operator, and runs after a retry', async () => {
  machines = await startMachines({ env: { ADMIN_TOKEN: 'open sesame' } })
  const { web, workers, s3, env } = machines
  const { url } = web[0]!
  await workers[0]!.stop()
  const { id } = await createJob(url, formOf(distinctPhotos(150)), '?model=fast')
  // One of the two manifests is missing.
  const place = { Bucket: s3.bucket, Key: `jobs/${id}/manifest/00000001.ndjson` }
  const client = s3Client({ endpoint: s3.url })
  const { Body, Metadata } = await client.send(new GetObjectCommand(place))
  const manifest = await Body!.transformToByteArray()
  await client.send(new DeleteObjectCommand(place))
  workers[0] = await startWorker(env)
  while ((await jobOf(url, id)).state !== 'paused') await sleep(500)
  expect(await jobOf(url, id)).toMatchObject({ reason: 'dead_letters', counts: { total: 150, done: 100, ok: 100 } })
  const headers = { authorization: 'Bearer open sesame' }
  const listed = await (await fetch(`${url}/api/dead-letters`, { headers })).json()
  const letter = { job: id, shard: 1, attempts: 8, reason: `${place.Key} does not exist` }
  expect(listed).toEqual({ dead_letters: [{ ...letter, failed_at: expect.any(String) }] })
  expect((await fetch(`${url}/api/dead-letters`)).status).toBe(401)
  await client.send(new PutObjectCommand({ ...place, Body: manifest, Metadata }))
  await fetch(`${url}/api/jobs/${id}/retry`, { method: 'POST' })
  expect((await jobDone(url, id)).counts.ok).toBe(150)
  expect(await (await fetch(`${url}/api/dead-letters`, { headers })).json()).toEqual({ dead_letters: [] })
})

test('a worker stopped by SIGTERM finishes running work and exits with 0, and another does the rest', async () => {
  machines = await startMachines({ env: ALL_MODELS })
  const { web, workers, env } = machines
  const { id } = await createJob(web[0]!.url, formOf(distinctPhotos(600)), '?model=accurate')
  while ((await jobOf(web[0]!.url, id)).counts.done === 0) await sleep(50)
  workers[0]!.child.kill('SIGTERM')
  const [code] = await once(workers[0]!.child, 'exit')
  expect(code).toBe(0)
  workers[0] = await startWorker(env)
  expect((await jobDone(web[0]!.url, id)).counts.ok).toBe(600)
})

describe('three web instances behind a load balancer and three workers', () => {
  let balancer: Balancer | undefined
  afterEach(() => balancer?.close())

  test('kills of a worker, a web instance and Redis, and ten seconds without the bucket: 1,000 photos in, 1,000 results out', async () => {
    const all = await startMachines({ web: 3, workers: 3 })
    machines = all
    const { web, workers, network, redis, env } = all
    balancer = await startBalancer(web.map(({ url }) => url))
    const { url, targets } = balancer
    const photos = distinctPhotos(1000)
    const { id } = await createJob(url, null, '?model=fast&open=1')
    const upload = async (from: number) => {
      const body = () => formOf(photos.slice(from, from + 100))
      // Like the page, sends again what got no response.
      for (;;) {
        const reply = await fetch(`${url}/api/jobs/${id}/photos?unique=1`, { method: 'POST', body: body() }).catch(
          () => null,
        )
        if (reply?.ok) return
      }
    }
    for (let from = 0; from < 500; from += 100) await upload(from)
    await jobWhen(url, id, ({ counts }) => counts.done >= 100)
    await workers[0]!.kill()
    targets.shift()
    web[0]!.child.kill('SIGKILL')
    await once(web[0]!.child, 'exit')
    for (let from = 500; from < 800; from += 100) await upload(from)
    await redis.kill()
    await redis.start()
    for (let from = 800; from < 1000; from += 100) await upload(from)
    network.fault = () => 'cut'
    setTimeout(() => {
      network.fault = () => undefined
    }, 10_000)
    workers.push(await startWorker(env))
    while (!(await fetch(`${url}/api/jobs/${id}/close`, { method: 'POST' }).catch(() => null))?.ok);
    const job = await jobDone(url, id)
    expect(job.counts).toEqual({ total: 1000, done: 1000, ok: 1000, failed: 0 })
    const rows = await resultsOf(url, id)
    expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
  }, 180_000)
})

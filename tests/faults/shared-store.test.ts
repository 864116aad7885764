import { PutObjectCommand } from '@aws-sdk/client-s3'
import { UnrecoverableError, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { QUEUE_NAME } from '@/lib/server/jobs/distributed/queue'
import { ACTIVE_KEY, keysOf, PREFIX } from '@/lib/server/jobs/distributed/state'
import { s3Client } from '@/lib/server/storage/s3'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import type { FaultyProxy } from '../support/proxies'
import { type Machines, startMachines, startWorker } from '../support/services'

let machines: Machines
let url: string
let redis: Redis
let network: FaultyProxy
const env = { ADMIN_TOKEN: 'open sesame', JOBS_S3_PREFIXES: 's3://photos/in/' }
beforeAll(async () => {
  machines = await startMachines({ env })
  ;[url, network] = [machines.web[0]!.url, machines.network]
  redis = new Redis(machines.redis.url, { maxRetriesPerRequest: null })
})
afterEach(() => {
  network.fault = () => undefined
  network.served = () => {}
})
afterAll(async () => {
  redis?.disconnect()
  await machines?.stop()
})

/** Lets the worker go for as long as something is done without it. → the one that comes after. */
async function withoutWorker(work: () => Promise<void>) {
  await machines.workers[0]!.stop()
  await work()
  machines.workers[0] = await startWorker(machines.env)
  return machines.workers[0]
}

describe('what is wrong with one job or one photo is nobody else’s trouble', () => {
  test('a job whose shards are given up, and jobs of which Redis holds nonsense, keep no other from being mended', async () => {
    const [poisoned, lost] = [distinctPhotos(150), distinctPhotos(5)]
    let [first, second] = ['', '']
    const worker = await withoutWorker(async () => {
      first = (await createJob(url, formOf(poisoned), '?model=fast')).id
      second = (await createJob(url, formOf(lost), '?model=fast')).id
      // A worker to which the one's shards are poison, and who loses the other's.
      let taken = 0
      await new Promise<void>((resolve) => {
        const options = { connection: redis, prefix: PREFIX, concurrency: 1 }
        const bad = new Worker(
          QUEUE_NAME,
          async ({ data }) => {
            if (++taken === 3) setTimeout(() => void bad.close().then(resolve), 100)
            if (data.id === first) throw new UnrecoverableError('poison')
          },
          options,
        )
      })
      for (const bad of ['bad1', 'bad2', 'bad3', 'bad4', 'bad5']) {
        await redis.sadd(ACTIVE_KEY, bad)
        await redis.set(keysOf(bad).job, 'nonsense')
      }
    })
    expect(await jobDone(url, second)).toMatchObject({ counts: { total: 5, ok: 5 } })
    expect(await jobWhen(url, first, ({ state }) => state === 'paused')).toMatchObject({ reason: 'dead_letters' })
    for (const bad of ['bad1', 'bad2', 'bad3', 'bad4', 'bad5']) {
      await redis.del(keysOf(bad).job)
      await redis.srem(ACTIVE_KEY, bad)
    }
    // Burying shards is no trouble of its own.
    expect(worker.output()).not.toMatch(/Wrong number of args/)
    await fetch(`${url}/api/jobs/${first}/retry`, { method: 'POST' })
    expect(await jobDone(url, first)).toMatchObject({ counts: { total: 150, ok: 150 } })
  })

  test('an object that its bucket refuses is one failed row with the reason; a pack that cannot be read is named', async () => {
    const photos = distinctPhotos(12)
    const s3 = s3Client({ endpoint: machines.s3.url })
    for (const { file, bytes } of photos)
      await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: `in/${file}`, Body: bytes }))
    const refusals: Record<string, string> = { '00003': 'InvalidObjectState', '00007': 'AccessDenied' }
    network.fault = (method, path) => {
      const code = refusals[/\/in\/photos\/(\d+)\.webp/.exec(path)?.[1] ?? '']
      return method === 'GET' && code ? { status: 403, code } : undefined
    }
    const { id } = await createJob(url, null, '?model=fast&source=s3://photos/in/')
    expect((await jobDone(url, id)).counts).toEqual({ total: 12, done: 12, ok: 10, failed: 2 })
    const failed = await resultsOf(url, id, '&status=failed')
    expect(failed.map(({ file, error_code }) => [file, error_code])).toEqual([
      ['s3://photos/in/photos/00003.webp', 'unreadable'],
      ['s3://photos/in/photos/00007.webp', 'unreadable'],
    ])
    expect(failed[0]?.error).toMatch(/InvalidObjectState/)
    network.fault = () => undefined
    await fetch(`${url}/api/jobs/${id}/retry`, { method: 'POST' })
    expect((await jobDone(url, id)).counts.ok).toBe(12)

    // The store's own: the photos wait, and whoever looks for the reason finds the object.
    network.fault = (method, path) =>
      method === 'GET' && path.includes('/inputs/') ? { status: 403, code: 'AccessDenied' } : undefined
    const packed = await createJob(url, formOf(photos), '?model=fast')
    const line = new RegExp(`"reason":"s3://photos/jobs/${packed.id}/inputs/[^"]*: AccessDenied`)
    while (!line.test(machines.workers[0]!.output())) await new Promise((resolve) => setTimeout(resolve, 50))
    network.fault = () => undefined
    expect((await jobDone(url, packed.id)).counts.ok).toBe(12)
  })
})

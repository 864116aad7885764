import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { UnrecoverableError, Worker } from 'bullmq'
import { describe, expect, test, vi } from 'vitest'
import { ACTIVE_KEY, keysOf, PREFIX } from '@/lib/server/jobs/distributed/redis-keys'
import { QUEUE_NAME } from '@/lib/server/jobs/distributed/work-queue'
import { s3Client } from '@/lib/server/storage/s3'
import type { Job } from '@/lib/shared/contract/jobs'
import { refusal } from '../support/http'
import { createJob, jobDone, jobWhen, resultsOf } from '../support/jobs'
import { type FragileMachines, startForFile } from '../support/machines'
import { distinctPhotos, formOf, slowForm } from '../support/many-photos'
import { startS3 } from '../support/s3'
import { startServer } from '../support/server'
import { startWorker } from '../support/services'

let { machines, url, redis, network } = {} as FragileMachines
let bucket: string
startForFile(
  async () => {
    const s3 = await startS3()
    bucket = s3.bucket
    return { env: { ADMIN_TOKEN: 'open sesame', JOBS_S3_PREFIXES: `s3://${bucket}/in/` }, s3 }
  },
  (started) => {
    ;({ machines, url, redis, network } = started)
  },
)

/** Stops the worker while something is done. @returns the worker started afterwards */
async function withoutWorker(work: () => Promise<void>) {
  await machines.workers[0]!.stop()
  await work()
  machines.workers[0] = await startWorker(machines.env)
  return machines.workers[0]
}

describe('a problem with one job or photo does not affect others', () => {
  test('jobs with dead shards or corrupt data in Redis do not keep other jobs from being reconciled', async () => {
    const [poisoned, lost] = [distinctPhotos(150), distinctPhotos(5)]
    let [first, second] = ['', '']
    const worker = await withoutWorker(async () => {
      first = (await createJob(url, formOf(poisoned), '?model=fast')).id
      second = (await createJob(url, formOf(lost), '?model=fast')).id
      // A worker that fails on the shards of one job and loses those of the other.
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
    // Marking shards as dead causes no errors of its own.
    expect(worker.output()).not.toMatch(/Wrong number of args/)
    await fetch(`${url}/api/jobs/${first}/retry`, { method: 'POST' })
    expect(await jobDone(url, first)).toMatchObject({ counts: { total: 150, ok: 150 } })
  })

  test('an object that the bucket refuses is one failed row with the reason; an unreadable pack is named in the log', async () => {
    const photos = distinctPhotos(12)
    const s3 = s3Client({ endpoint: machines.s3.url })
    for (const { file, bytes } of photos)
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `in/${file}`, Body: bytes }))
    const refusals: Record<string, string> = { '00003': 'InvalidObjectState', '00007': 'AccessDenied' }
    network.fault = (method, path) => {
      const code = refusals[/\/in\/photos\/(\d+)\.webp/.exec(path)?.[1] ?? '']
      return method === 'GET' && code ? { status: 403, code } : undefined
    }
    const { id } = await createJob(url, null, `?model=fast&source=s3://${bucket}/in/`)
    expect((await jobDone(url, id)).counts).toEqual({ total: 12, done: 12, ok: 10, failed: 2 })
    const failed = await resultsOf(url, id, '&status=failed')
    expect(failed.map(({ file, error_code }) => [file, error_code])).toEqual([
      [`s3://${bucket}/in/photos/00003.webp`, 'unreadable'],
      [`s3://${bucket}/in/photos/00007.webp`, 'unreadable'],
    ])
    expect(failed[0]?.error).toMatch(/InvalidObjectState/)
    network.fault = () => undefined
    await fetch(`${url}/api/jobs/${id}/retry`, { method: 'POST' })
    expect((await jobDone(url, id)).counts.ok).toBe(12)

    // Our own objects: the photos wait, and the log names the object.
    network.fault = (method, path) =>
      method === 'GET' && path.includes('/inputs/') ? { status: 403, code: 'AccessDenied' } : undefined
    const packed = await createJob(url, formOf(photos), '?model=fast')
    const line = new RegExp(`"reason":"s3://${bucket}/jobs/${packed.id}/inputs/[^"]*: AccessDenied`)
    while (!line.test(machines.workers[0]!.output())) await sleep(50)
    network.fault = () => undefined
    expect((await jobDone(url, packed.id)).counts.ok).toBe(12)
  })
})

describe('a job is created once or not at all', () => {
  const isSpec = (method: string, path: string) => method === 'PUT' && path.includes('/job.json')
  const make = (photos: ReturnType<typeof distinctPhotos>, headers: HeadersInit = {}) =>
    fetch(`${url}/api/jobs?model=fast`, { method: 'POST', body: formOf(photos), headers })

  test('two requests with one Idempotency-Key during a slow write create one job', async () => {
    network.fault = (method, path) => (isSpec(method, path) ? sleep(6000).then(() => undefined) : undefined)
    const photos = distinctPhotos(20)
    const headers = { 'idempotency-key': 'slow' }
    const replies = await Promise.all([make(photos, headers), make(photos, headers)])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 201])
    const [one, other] = (await Promise.all(replies.map((reply) => reply.json()))) as Job[]
    expect(one?.id).toBe(other?.id)
    network.fault = () => undefined
    expect((await jobDone(url, one!.id)).counts.ok).toBe(20)
    const again = await make(photos, headers)
    expect([again.status, ((await again.json()) as Job).id]).toEqual([200, one!.id])
    await refusal(make(photos.slice(1), headers), 409, 'conflict')
    // A deleted job may be created again.
    await fetch(`${url}/api/jobs/${one!.id}`, { method: 'DELETE' })
    const recreated = await Promise.all([make(photos, headers), make(photos, headers)])
    expect(recreated.map(({ status }) => status).sort()).toEqual([200, 201])
  })

  test('Redis stops responding after the job is in the bucket: the job is created and returned', async () => {
    const { pid } = machines.redis
    network.served = (method, path) => isSpec(method, path) && process.kill(pid(), 'SIGSTOP')
    const reply = await make(distinctPhotos(20)).finally(() => process.kill(pid(), 'SIGCONT'))
    expect(reply.status).toBe(201)
    const job = (await reply.json()) as Job
    expect(job).toMatchObject({ state: 'running', counts: { total: 20, done: 0 } })
    expect((await jobDone(url, job.id)).counts.ok).toBe(20)
  })

  test('a write in flight when the job is given up does not create it later', async () => {
    let id = ''
    let [late, served] = [0, 0]
    network.served = (method, path) => {
      if (isSpec(method, path)) served++
    }
    network.fault = (method, path) => {
      if (!isSpec(method, path) || ++late > 5) return undefined
      id = /jobs\/([^/]+)\//.exec(path)?.[1] ?? ''
      return { late: 4000 }
    }
    await refusal(make(distinctPhotos(3)), 503, 'not_ready')
    while (served < late) await sleep(100)
    await refusal(fetch(`${url}/api/jobs/${id}`), 404, 'unknown_job')
  })
})

describe('acknowledged photos are added, others are refused', () => {
  test('a part that seems to exist when written but not when read is written later: no row is missing', async () => {
    let refused = 0
    network.fault = (method, path) =>
      method === 'PUT' && path.includes('/parts/00000001/') && refused++ < 2
        ? { status: 412, code: 'PreconditionFailed' }
        : undefined
    const photos = distinctPhotos(250)
    const { id } = await createJob(url, formOf(photos), '?model=fast')
    expect((await jobDone(url, id)).counts).toEqual({ total: 250, done: 250, ok: 250, failed: 0 })
    expect((await resultsOf(url, id)).map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(refused).toBeGreaterThan(2)
  })
})

describe('cancelled', () => {
  test('a job while the results of its only shard are being written: the counts match the rows', async () => {
    let [writing, id] = [false, '']
    network.fault = (method, path) => {
      if (method !== 'PUT' || !path.includes('/parts/')) return undefined
      writing = true
      return jobWhen(url, id, ({ state }) => state === 'cancelled').then(() => undefined)
    }
    id = (await createJob(url, formOf(distinctPhotos(20)), '?model=fast')).id
    while (!writing) await sleep(20)
    await fetch(`${url}/api/jobs/${id}/cancel`, { method: 'POST' })
    const { counts } = await jobWhen(url, id, ({ counts: { done } }) => done > 0)
    expect(counts).toMatchObject({ total: 20, done: 20, ok: 20 })
    expect(await resultsOf(url, id)).toHaveLength(20)
  })

  test('an upload whose client disconnects while packs are being written: the bucket keeps nothing of it', async () => {
    let folder = ''
    let [begun, landed] = [0, 0]
    network.fault = (method, path) => {
      const [, found = ''] = /(jobs\/[^/]+\/)inputs\//.exec(path) ?? []
      if (method !== 'PUT' || found === '') return undefined
      folder = found
      begun++
      return sleep(1500).then(() => undefined)
    }
    network.served = (method, path) => {
      if (method === 'PUT' && path.includes('/inputs/')) landed++
    }
    const photos = Array.from({ length: 4 }, (_, i) => ({ file: `${i}.webp`, bytes: Buffer.alloc(4 << 20, i) }))
    const { request } = await slowForm(photos, 0.6)
    const leaving = new AbortController()
    const left = fetch(`${url}/api/jobs?model=fast`, { ...request, signal: leaving.signal }).catch(() => {})
    while (begun === 0) await sleep(20)
    leaving.abort()
    await left
    while (landed < begun) await sleep(50)
    const s3 = s3Client({ endpoint: machines.s3.url })
    const keys = async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: folder }))
      return Contents.map(({ Key }) => Key)
    }
    await vi.waitFor(async () => expect(await keys()).toEqual([]), { timeout: 10_000 })
    // And nothing arrives later.
    await sleep(2000)
    expect(await keys()).toEqual([])
  })
})

test('a ZIP left by a killed server is removed by the next one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'killed-'))
  const zips = () => readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.zip'))
  const begin = () => startServer({ env: { ...machines.env, DATA_DIR: folder } })
  const killed = await begin()
  const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(1 << 20)) })
  const request = {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/zip' },
    duplex: 'half',
  } as RequestInit
  const upload = fetch(`${killed.url}/api/jobs`, request).catch(() => 'cut off')
  await vi.waitFor(() => expect(zips()).toHaveLength(1), { timeout: 10_000 })
  killed.child.kill('SIGKILL')
  await once(killed.child, 'exit')
  expect([await upload, zips().length]).toEqual(['cut off', 1])
  const next = await begin()
  expect(zips()).toEqual([])
  await next.stop()
  expect(readdirSync(folder).filter((name) => name.startsWith('uploads-'))).toEqual([])
  rmSync(folder, { recursive: true })
})

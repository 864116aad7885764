import { describe, expect, test } from 'vitest'
import { keysOf } from '@/lib/server/jobs/distributed/redis-keys'
import type { Job } from '@/lib/shared/contract/jobs'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { type FragileMachines, startForFile } from '../support/machines'
import { distinctPhotos, formOf } from '../support/many-photos'

let { machines, url, redis, network } = {} as FragileMachines
startForFile(
  () => ({ env: { ADMIN_TOKEN: 'open sesame' } }),
  (started) => {
    ;({ machines, url, redis, network } = started)
  },
)

const isManifest = (method: string, path: string) => method === 'PUT' && path.includes('/manifest/')

async function add(id: string, photos: ReturnType<typeof distinctPhotos>): Promise<Job> {
  const reply = await fetch(`${url}/api/jobs/${id}/photos?unique=1`, { method: 'POST', body: formOf(photos) })
  const job = (await reply.json()) as Job
  expect([reply.status, job]).toEqual([200, expect.anything()])
  return job
}

async function close(id: string): Promise<void> {
  expect((await fetch(`${url}/api/jobs/${id}/close`, { method: 'POST' })).status).toBe(200)
}

/** Does something once, when a manifest is in the bucket but its writer doesn't know it yet. */
function onManifestWritten(work: () => Promise<unknown>): void {
  network.served = async (method, path) => {
    if (!isManifest(method, path)) return
    network.served = () => {}
    await work()
  }
}

describe('Redis loses all its data', () => {
  test('between writing and registering a shard, with and without a reader of the job: the upload is accepted once', async () => {
    const photos = distinctPhotos(150)
    const { id } = await createJob(url, null, '?model=fast&open=1')
    await add(id, photos.slice(0, 50))
    onManifestWritten(async () => {
      await redis.flushall()
      expect((await jobOf(url, id)).counts.total).toBe(100)
    })
    expect((await add(id, photos.slice(50, 100))).counts.total).toBe(100)
    onManifestWritten(() => redis.flushall())
    expect((await add(id, photos.slice(100))).counts.total).toBe(150)
    // Sent again by a client that didn't see the response.
    expect((await add(id, photos.slice(40, 130))).counts.total).toBe(150)
    await close(id)
    expect((await jobDone(url, id)).counts).toEqual({ total: 150, done: 150, ok: 150, failed: 0 })
    expect((await resultsOf(url, id)).map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
  })

  test('the list of jobs is never empty because of it, and a listener of a job sees its end', async () => {
    const { id } = await createJob(url, formOf(distinctPhotos(3)), '?model=fast')
    const open = await createJob(url, null, '?model=fast&open=1')
    await jobDone(url, id)
    const events = fetch(`${url}/api/jobs/${open.id}/events`).then((reply) => reply.text())
    await jobWhen(url, open.id, ({ state }) => state === 'running')
    await redis.flushall()
    const headers = { authorization: 'Bearer open sesame' }
    const list = (await (await fetch(`${url}/api/jobs`, { headers })).json()) as { jobs: Job[] }
    expect(list.jobs.map((job) => job.id)).toEqual(expect.arrayContaining([id, open.id]))
    await add(open.id, distinctPhotos(2))
    await redis.flushall()
    await close(open.id)
    expect(await events).toMatch(/"state":"done"[\s\S]*"total":2/)
  })
})

describe('Redis evicts single keys', () => {
  test('dispatched shards, shards to run again, shard positions, finished parts: no row is missing', async () => {
    const photos = distinctPhotos(300)
    const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
    const { id } = await createJob(url, formOf([...photos, broken]), '?model=fast')
    const { open, shards, log, again, failed, names, job } = keysOf(id)
    await jobWhen(url, id, ({ counts }) => counts.done >= 100)
    await redis.del(open, shards)
    expect(await resultsOf(url, id, '&offset=20&limit=3')).toHaveLength(3)
    await jobWhen(url, id, ({ counts }) => counts.done >= 200)
    await redis.del(open, log, again, names)
    const all = { total: 301, done: 301, ok: 300, failed: 1 }
    expect((await jobDone(url, id)).counts).toEqual(all)
    const rows = await resultsOf(url, id)
    expect(rows.map(({ file }) => file)).toEqual([...photos.map(({ file }) => file), 'broken.jpg'])
    const events = await (await fetch(`${url}/api/jobs/${id}/events`)).text()
    expect(new Set([...events.matchAll(/"index":(\d+)/g)].map(([, index]) => index)).size).toBe(301)
    // Failures are found again after Redis has lost them.
    await redis.del(failed)
    await fetch(`${url}/api/jobs/${id}/retry`, { method: 'POST' })
    expect((await jobDone(url, id)).counts).toEqual(all)
    await redis.del(job)
    expect((await jobOf(url, id)).counts).toEqual(all)
    expect(machines.workers[0]!.output()).toMatch(/a job that seemed done was incomplete; rebuilt it from the bucket/)
  })

  test('the names of an open job: photos sent twice count once', async () => {
    const photos = distinctPhotos(60)
    const { id } = await createJob(url, formOf(photos.slice(0, 30)), '?model=fast&open=1')
    await add(id, photos.slice(0, 50))
    await redis.del(keysOf(id).names)
    expect((await add(id, photos.slice(0, 50))).counts.total).toBe(50)
    await redis.del(keysOf(id).names)
    expect((await add(id, photos.slice(50))).counts.total).toBe(60)
    expect((await add(id, photos)).counts.total).toBe(60)
    // Only some of them, as if Redis had lost its last moments.
    await redis.spop(keysOf(id).names, 20)
    expect((await add(id, photos)).counts.total).toBe(60)
    await close(id)
    expect((await jobDone(url, id)).counts.ok).toBe(60)
  })
})

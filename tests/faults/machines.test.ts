import { Redis } from 'ioredis'
import { describe, expect, type TestContext, test } from 'vitest'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import type { Fault, FaultyProxy } from '../support/proxies'
import { type Machines, startMachines, startWorker } from '../support/services'

const isPart = (method: string, path: string) => method === 'PUT' && path.includes('/parts/')
const isPhoto = (method: string, path: string) => method === 'GET' && path.includes('/inputs/')

/** Starts machines for one test, which end with it. */
async function start(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Parameters<typeof startMachines>[0],
): Promise<Machines> {
  const machines = await startMachines(options)
  onTestFinished(() => machines.stop(), 60_000)
  return machines
}

/** Each photo has one successful result, in its place. */
async function expectEach(url: string, id: string, photos: readonly { file: string }[]): Promise<void> {
  const job = await jobDone(url, id)
  expect(job.counts).toEqual({ total: photos.length, done: photos.length, ok: photos.length, failed: 0 })
  const rows = await resultsOf(url, id)
  expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
}

/**
 * Of every 31 requests, one gets 500, one 503, one is cut off before and one after it was served. Once, a manifest is
 * stored without a response.
 */
function unreliableNetwork(): FaultyProxy['fault'] {
  const faults: Record<number, Fault> = {
    3: { status: 500, code: 'InternalError' },
    11: { status: 503, code: 'SlowDown' },
    19: 'cut',
  }
  let requests = 0
  let hung = false
  return (method, path) => {
    if (method === 'PUT' && path.includes('/manifest/') && !hung) {
      hung = true
      return 'hang_after'
    }
    const turn = requests++ % 31
    return turn === 27 && method === 'PUT' ? 'cut_after' : faults[turn]
  }
}

/** Concurrent, because they mostly wait for locks to expire and requests to time out. */
describe('a shard may run twice, but its results count once', () => {
  test.concurrent('killed between writing a part and acknowledging it', async (context) => {
    const { web, network, workers, env } = await start(context, { workers: 1 })
    const written = new Promise<void>((resolve) => {
      network.fault = (method, path) => (isPart(method, path) ? 'hang_after' : undefined)
      network.served = (method, path) => isPart(method, path) && resolve()
    })
    const photos = distinctPhotos(150)
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast')
    await written
    await workers[0]!.kill()
    network.fault = () => undefined
    // The written part counts: only the photos of the other shard are read again.
    let asked = 0
    network.served = (method, path) => {
      if (isPhoto(method, path)) asked++
    }
    workers.push(await startWorker(env))
    await expectEach(web[0]!.url, id, photos)
    expect(asked).toBeLessThanOrEqual(1)
  })

  test.concurrent('a worker hangs and wakes up after another has done its shard; another hangs earlier', async (context) => {
    const { web, network, workers, env } = await start(context, { workers: 1 })
    const photos = distinctPhotos(100)
    const hang = () =>
      new Promise<void>((resolve) => {
        network.served = (method, path) => {
          if (!isPhoto(method, path)) return
          network.served = () => {}
          workers.at(-1)!.child.kill('SIGSTOP')
          resolve()
        }
      })
    const hangs = hang()
    // The job stays open, so that the worker that wakes up finds it unchanged.
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast&open=1')
    await hangs
    workers.push(await startWorker(env))
    await hang()
    workers.push(await startWorker(env))
    await jobWhen(web[0]!.url, id, ({ counts }) => counts.done === 100)
    const before = await resultsOf(web[0]!.url, id)
    // They wake up with a shard that is no longer theirs, and find its part written.
    const late = new Promise<void>((resolve) => {
      let puts = 0
      network.served = (method, path) => {
        if (isPart(method, path) && ++puts === 2) resolve()
      }
    })
    for (const worker of workers.slice(0, 2)) worker.child.kill('SIGCONT')
    await late
    expect(await resultsOf(web[0]!.url, id)).toEqual(before)
    await fetch(`${web[0]!.url}/api/jobs/${id}/close`, { method: 'POST' })
    await expectEach(web[0]!.url, id, photos)
  }, 300_000)

  test.concurrent('a bucket that returns 500 and 503 SlowDown, drops connections, and stores without a response', async (context) => {
    const { web, network } = await start(context, { workers: 1 })
    network.fault = unreliableNetwork()
    const photos = distinctPhotos(250)
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast')
    await expectEach(web[0]!.url, id, photos)
  }, 300_000)
})

describe('Redis forgets', () => {
  test('its last writes in the middle of a job', async (context) => {
    // Redis saves only when told to, so the test decides how much is lost.
    const { web, redis } = await start(context, { workers: 2, redisArguments: ['--appendonly', 'no'] })
    const photos = distinctPhotos(600)
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast')
    await jobWhen(web[0]!.url, id, ({ counts }) => counts.done >= 100)
    const client = new Redis(redis.url)
    await client.save()
    client.disconnect()
    await jobWhen(web[0]!.url, id, ({ counts }) => counts.done >= 400)
    await redis.kill()
    await redis.start()
    await expectEach(web[0]!.url, id, photos)
  })

  test('photos that were already acknowledged', async (context) => {
    const { web, redis } = await start(context, { workers: 1, redisArguments: ['--appendonly', 'no'] })
    const photos = distinctPhotos(250)
    const { id } = await createJob(web[0]!.url, formOf(photos.slice(0, 50)), '?model=fast&open=1')
    const client = new Redis(redis.url)
    await client.save()
    client.disconnect()
    const add = async (some: typeof photos) => {
      const reply = await fetch(`${web[0]!.url}/api/jobs/${id}/photos?unique=1`, { method: 'POST', body: formOf(some) })
      expect(reply.status).toBe(200)
    }
    await add(photos.slice(50, 150))
    await redis.kill()
    await redis.start()
    // Sent again by a client that didn't see the response, with more photos.
    await add(photos.slice(100, 200))
    await add(photos.slice(200, 220))
    await client.connect().then(() => client.save())
    await add(photos.slice(220))
    client.disconnect()
    await redis.kill()
    await redis.start()
    await fetch(`${web[0]!.url}/api/jobs/${id}/close`, { method: 'POST' })
    await expectEach(web[0]!.url, id, photos)
  })

  test('everything: running and ended jobs are restored from the bucket', async (context) => {
    const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
    const { web, redis } = await start(context, { workers: 1 })
    const over = await createJob(web[0]!.url, formOf([...distinctPhotos(3), broken]), '?model=fast')
    const before = await jobDone(web[0]!.url, over.id)
    const photos = distinctPhotos(400)
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast&open=1')
    await jobWhen(web[0]!.url, id, ({ counts }) => counts.done >= 100)
    const client = new Redis(redis.url)
    await client.flushall()
    client.disconnect()
    const more = { file: 'more.jpg', bytes: photos[0]!.bytes }
    const again = formOf([photos[7]!, more])
    const add = () => fetch(`${web[0]!.url}/api/jobs/${id}/photos?unique=1`, { method: 'POST', body: again })
    expect((await add()).status).toBe(200)
    await fetch(`${web[0]!.url}/api/jobs/${id}/close`, { method: 'POST' })
    await expectEach(web[0]!.url, id, [...photos, more])
    expect(await jobOf(web[0]!.url, over.id)).toEqual(before)
    await fetch(`${web[0]!.url}/api/jobs/${over.id}/retry`, { method: 'POST' })
    expect((await jobDone(web[0]!.url, over.id)).counts).toEqual(before.counts)
  })
})

import { Redis } from 'ioredis'
import { describe, expect, type TestContext, test } from 'vitest'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import type { Fault, FaultyProxy } from '../support/proxies'
import { type Machines, startMachines, startWorker } from '../support/services'

const isPart = (method: string, path: string) => method === 'PUT' && path.includes('/parts/')
const isPhoto = (method: string, path: string) => method === 'GET' && path.includes('/inputs/')

/** Machines of a test's own, which end with it. */
async function start(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Parameters<typeof startMachines>[0],
): Promise<Machines> {
  const machines = await startMachines(options)
  onTestFinished(() => machines.stop(), 60_000)
  return machines
}

/** Each photo has one result, which is an answer, in its place. */
async function expectEach(url: string, id: string, photos: readonly { file: string }[]): Promise<void> {
  const job = await jobDone(url, id)
  expect(job.counts).toEqual({ total: photos.length, done: photos.length, ok: photos.length, failed: 0 })
  const rows = await resultsOf(url, id)
  expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
}

/** Of 31 requests one is answered 500, one 503, one is cut off before and one after it was served. And once a manifest is stored and never answered. */
function badNetwork(): FaultyProxy['fault'] {
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

/** At the same time: they mostly wait for locks to run out and requests to be given up. */
describe('a shard may run twice, its results count once', () => {
  test.concurrent('killed between the write of a part and its acknowledgement', async (context) => {
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
    // What was written counts: its photos are not asked for again, only those of the other shard.
    let asked = 0
    network.served = (method, path) => {
      if (isPhoto(method, path)) asked++
    }
    workers.push(await startWorker(env))
    await expectEach(web[0]!.url, id, photos)
    expect(asked).toBeLessThanOrEqual(1)
  })

  test.concurrent('a worker hangs and wakes up when another has done its shard; and another hangs before', async (context) => {
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
    // It stays open: what wakes up finds the job as it left it.
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast&open=1')
    await hangs
    workers.push(await startWorker(env))
    await hang()
    workers.push(await startWorker(env))
    await jobWhen(web[0]!.url, id, ({ counts }) => counts.done === 100)
    const before = await resultsOf(web[0]!.url, id)
    // They wake up with a shard that is theirs no more, and find its part written.
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
  }, 120_000)

  test.concurrent('a bucket that answers 500 and 503 SlowDown, drops connections, and stores without saying so', async (context) => {
    const { web, network } = await start(context, { workers: 1 })
    network.fault = badNetwork()
    const photos = distinctPhotos(250)
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast')
    await expectEach(web[0]!.url, id, photos)
  }, 120_000)
})

describe('Redis forgets', () => {
  test('what came after a moment in the middle of a job', async (context) => {
    // Its memory is written when it is told to: what a lost second is elsewhere is here as long as the test wants.
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

  test('photos that it had taken in: somebody was told that they are there', async (context) => {
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
    // Sent again by whoever did not see the reply, and more.
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

  test('everything: jobs that run and jobs that are over are made anew from the bucket', async (context) => {
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

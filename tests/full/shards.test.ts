import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { createJob, jobWhen, resultsOf } from '../support/jobs'
import { expectEach, startFor } from '../support/machines'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startWorker } from '../support/services'

const isPart = (method: string, path: string) => method === 'PUT' && path.includes('/parts/')
const isPhoto = (method: string, path: string) => method === 'GET' && path.includes('/inputs/')

describe('a shard may run twice, but its results count once', () => {
  test('a worker hangs and wakes up after another has done its shard; another hangs earlier', async (context) => {
    const { web, network, workers, env } = await startFor(context, { workers: 1 })
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
})

describe('Redis forgets', () => {
  test('its last writes in the middle of a job', async (context) => {
    // Redis saves only when told to, so the test decides how much is lost.
    const { web, redis } = await startFor(context, { workers: 2, redisArguments: ['--appendonly', 'no'] })
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
    const { web, redis } = await startFor(context, { workers: 1, redisArguments: ['--appendonly', 'no'] })
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
})

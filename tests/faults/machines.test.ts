import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { EXTENDED, extendedTest, FULL, fullTest } from '../support/full'
import { createJob, jobDone, jobOf, jobWhen } from '../support/jobs'
import { expectEach, startFor } from '../support/machines'
import { distinctPhotos, formOf } from '../support/many-photos'
import type { Fault, FaultyProxy } from '../support/proxies'
import { startWorker } from '../support/services'

const isPart = (method: string, path: string) => method === 'PUT' && path.includes('/parts/')
const isPhoto = (method: string, path: string) => method === 'GET' && path.includes('/inputs/')

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

describe.runIf(FULL || EXTENDED)('a shard may run twice, but its results count once', () => {
  fullTest('killed between writing a part and acknowledging it', async (context) => {
    const { web, network, workers, env } = await startFor(context, { workers: 1 })
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

  extendedTest(
    'a bucket that returns 500 and 503 SlowDown, drops connections, and stores without a response',
    async (context) => {
      const { web, network } = await startFor(context, { workers: 1 })
      network.fault = unreliableNetwork()
      const photos = distinctPhotos(120)
      const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast')
      await expectEach(web[0]!.url, id, photos)
    },
    300_000,
  )
})

describe('Redis forgets', () => {
  test('everything: running and ended jobs are restored from the bucket', async (context) => {
    const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
    const { web, redis } = await startFor(context, { workers: 1 })
    const over = await createJob(web[0]!.url, formOf([...distinctPhotos(3), broken]), '?model=fast')
    const before = await jobDone(web[0]!.url, over.id)
    const photos = distinctPhotos(250)
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

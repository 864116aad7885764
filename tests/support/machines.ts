import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, type TestContext } from 'vitest'
import { jobDone, resultsOf } from './jobs'
import type { FaultyProxy } from './proxies'
import { type Machines, startMachines } from './services'

type Options = Parameters<typeof startMachines>[0]

/** Machines, and what a test harms: their Redis, and the way to their bucket. */
export interface FragileMachines {
  machines: Machines
  /** Of the first web instance. */
  url: string
  redis: Redis
  network: FaultyProxy
}

/**
 * Starts machines for all tests of a file, which end with the last one. Each test starts with a network without faults.
 *
 * @param onStart receives them before the first test
 */
export function startForFile(
  options: () => Options | Promise<Options>,
  onStart: (started: FragileMachines) => void,
): void {
  let started: FragileMachines | undefined
  beforeAll(async () => {
    const machines = await startMachines(await options())
    const redis = new Redis(machines.redis.url, { maxRetriesPerRequest: null })
    started = { machines, url: machines.web[0]!.url, redis, network: machines.network }
    onStart(started)
  })
  afterEach(() => {
    if (!started) return
    started.network.fault = () => undefined
    started.network.served = () => {}
  })
  afterAll(async () => {
    started?.redis.disconnect()
    await started?.machines.stop()
  })
}

/** Starts machines for one test, which end with it. */
export async function startFor(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Options,
): Promise<Machines> {
  const machines = await startMachines(options)
  onTestFinished(() => machines.stop(), 60_000)
  return machines
}

/** Each photo has one successful result, in its place. */
export async function expectEach(url: string, id: string, photos: readonly { file: string }[]): Promise<void> {
  const job = await jobDone(url, id)
  expect(job.counts).toEqual({ total: photos.length, done: photos.length, ok: photos.length, failed: 0 })
  const rows = await resultsOf(url, id)
  expect(rows.map(({ file, status }) => [file, status])).toEqual(photos.map(({ file }) => [file, 'ok']))
}

import { expect, type TestContext } from 'vitest'
import { jobDone, resultsOf } from './jobs'
import { type Machines, startMachines } from './services'

/** Starts machines for one test, which end with it. */
export async function startFor(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options: Parameters<typeof startMachines>[0],
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

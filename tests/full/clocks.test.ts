import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createJob, jobDone, jobOf, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { buildLibrary, NO_COMPILER } from '../support/preload'
import { startMachines, startWorker } from '../support/services'

const DAY_MS = 86_400_000

const clock = buildLibrary('clock.c')
afterAll(() => clock?.remove())

/** The environment of a process whose clock is off by this much. */
const wrongClock = (ms: number) => ({ LD_PRELOAD: clock?.path ?? '', CLOCK_AHEAD_S: String(ms / 1000) })

test('batch workers whose clocks are days ahead or behind delete nothing, run jobs, and log what is wrong', async ({
  skip,
}) => {
  if (!clock) return skip(NO_COMPILER)
  const machines = await startMachines({})
  try {
    const { url } = machines.web[0]!
    const { id } = await createJob(url, formOf(distinctPhotos(3)), '?model=fast')
    const before = await jobDone(url, id)
    await machines.workers[0]!.stop()
    for (const off of [4 * DAY_MS, -4 * DAY_MS]) {
      const wrong = await startWorker({ ...machines.env, ...wrongClock(off) })
      machines.workers.push(wrong)
      while (!wrong.output().includes('the clocks differ by more than a minute')) await sleep(50)
      // The age of a job created and ended with a wrong clock is still right.
      const mine = await createJob(url, formOf(distinctPhotos(2)), '?model=fast')
      const { finished_at } = await jobDone(url, mine.id)
      expect(Math.abs(Date.parse(finished_at as string) - Date.now())).toBeLessThan(60_000)
      await wrong.stop()
      const right = await startWorker(machines.env)
      machines.workers.push(right)
      await sleep(4000)
      await right.stop()
      expect((await jobOf(url, mine.id)).state).toBe('done')
    }
    expect(await jobOf(url, id)).toEqual(before)
    expect(await resultsOf(url, id)).toHaveLength(3)
  } finally {
    await machines.stop()
  }
}, 120_000)

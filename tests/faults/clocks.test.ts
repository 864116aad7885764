import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createJob, jobDone, jobOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { buildLibrary, NO_COMPILER } from '../support/preload'
import { startServer } from '../support/server'

const DAY_MS = 86_400_000

const clock = buildLibrary('clock.c')
afterAll(() => clock?.remove())

/** The environment of a process whose clock is off by this much. */
const wrongClock = (ms: number) => ({ LD_PRELOAD: clock?.path ?? '', CLOCK_AHEAD_S: String(ms / 1000) })

test('an embedded server that starts with a clock days ahead deletes nothing', async ({ skip }) => {
  if (!clock) return skip(NO_COMPILER)
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  const first = await startServer({ env: { DATA_DIR: folder } })
  const { id } = await createJob(first.url, formOf(distinctPhotos(2)), '?model=fast')
  const before = await jobDone(first.url, id)
  await first.stop()
  const second = await startServer({ env: { DATA_DIR: folder, ...wrongClock(4 * DAY_MS) } })
  try {
    expect(await jobOf(second.url, id)).toEqual(before)
  } finally {
    await second.stop()
    rmSync(folder, { recursive: true })
  }
})

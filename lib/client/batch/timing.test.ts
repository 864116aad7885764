import { beforeEach, expect, test } from 'vitest'
import type { Job } from '@/lib/shared/contract/jobs'
import type { Counts } from './items'
import type { BatchPhase } from './snapshot'
import { BatchTiming } from './timing'

const job = (state: Job['state']) =>
  ({ state, created_at: '2026-01-01T00:00:00.000Z', finished_at: '2026-01-01T00:01:00.000Z' }) as Job

let now: number
let timing: BatchTiming
beforeEach(() => {
  now = 0
  timing = new BatchTiming(() => now)
})

/** What the batch reports at a time, with ten photos of which some are done. */
function at(time: number, phase: BatchPhase, done: number, part: { waiting?: boolean; job?: Job } = {}) {
  now = time
  const counts = { total: 10, done, leftOut: 0, missing: 0 } as Counts
  const issue = part.waiting ? { code: 'offline' as const, retryable: true, retryAfterMs: null } : null
  return timing.took({ phase, counts, issue, job: part.job ?? null })
}

test('pauses and waiting for the server don’t count, nor what passes between the last result and its report', () => {
  expect(at(1000, 'running', 0)).toBe(null)
  at(3000, 'paused', 3)
  at(9000, 'running', 3)
  at(10_000, 'running', 5, { waiting: true })
  at(20_000, 'running', 5)
  now = 21_000
  timing.photoDone()
  expect(at(21_500, 'done', 10)).toEqual({ seconds: 4, withPauses: false })
})

test('a batch that is opened after its end keeps its time, or has that of its job with any pauses', () => {
  timing.continueFrom(7)
  at(0, 'running', 3, { job: job('done') })
  expect(at(500, 'done', 10, { job: job('done') })).toEqual({ seconds: 7, withPauses: false })
  timing.continueFrom(null)
  expect(at(600, 'done', 10, { job: job('done') })).toEqual({ seconds: 60, withPauses: true })
})

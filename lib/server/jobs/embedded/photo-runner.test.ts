import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Engine } from '../../engine/types'
import { shouldYield } from '../../event-loop/slices'
import type { JobSpec } from '../backend'
import { FaultMonitor } from './fault-monitor'
import { JobFolder } from './job-folder'
import { PhotoRunner, type RunnerOptions } from './photo-runner'

const log = { info() {}, warn() {}, error() {} }
const access = { name: 'test', guard() {}, verify() {}, discard() {}, takenOver: false, clockSkew: () => 0 }
const spec: JobSpec = {
  id: 'job',
  model: { id: 'm', revision: 'r' },
  top_k: 1,
  threshold: 0,
  created_at: new Date(0).toISOString(),
}

test('a job that arrives while the runner yields to other work runs at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'))
  mkdirSync(join(folder, 'trash'))
  const options = { engine: {} as Engine, concurrency: 1, log } as Partial<RunnerOptions> as RunnerOptions
  while (!shouldYield());
  const runner = new PhotoRunner(options, new FaultMonitor(folder, log))
  const job = JobFolder.create(join(folder, 'job'), spec, access)
  job.add({ file: 'a.jpg', problem: { code: 'truncated_image', detail: 'damaged' } })
  job.close()
  runner.schedule(job)
  const ended = new Promise<void>((resolve) => {
    job.watch(() => {
      if (job.state === 'done') resolve()
    })
  })
  await Promise.race([ended, sleep(5000)])
  expect(job.counts).toEqual({ total: 1, done: 1, ok: 0, failed: 1 })
  await runner.close()
  job.dispose()
  rmSync(folder, { recursive: true })
})

test('ends while the runner yields to other work', async () => {
  const options = { engine: {} as Engine, concurrency: 1, log } as Partial<RunnerOptions> as RunnerOptions
  while (!shouldYield());
  await new PhotoRunner(options, new FaultMonitor('', log)).close()
})

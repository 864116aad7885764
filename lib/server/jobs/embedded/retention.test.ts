import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JobSpec } from '../backend'
import { FaultMonitor } from './fault-monitor'
import { JobStore } from './job-store'
import type { PhotoRunner } from './photo-runner'
import { RetentionSweeper } from './retention'

const log = { info() {}, warn() {}, error() {} }
const lease = { name: 'test', guard() {}, verify() {}, takenOver: false, clockSkew: () => 0 }
const HOUR = 3_600_000

test('deletes an open job that was abandoned, and none that was just created and has no photo yet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retention-'))
  const store = new JobStore({ folder, faults: new FaultMonitor(folder, log), lease, onOpened() {}, log })
  await store.open()
  const create = (id: string, age: number) => {
    const created_at = new Date(Date.now() - age).toISOString()
    const spec: JobSpec = { id, model: { id: 'm', revision: 'r' }, top_k: 1, threshold: 0, created_at }
    store.commit(store.createDraft(spec), null)
  }
  create('new', 0)
  create('old', 2 * HOUR)
  const runner: Pick<PhotoRunner, 'remove'> = { remove() {} }
  const sweeper = new RetentionSweeper(HOUR, store, runner as PhotoRunner, lease, log)
  sweeper.start()
  sweeper.stop()
  expect([...store.jobs.keys()]).toEqual(['new'])
  await store.close()
  rmSync(folder, { recursive: true })
})

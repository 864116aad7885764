import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import type { ObjectStore } from '../../storage/object-store'
import { unknownJob } from '../problems'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { restoreJob } from './restore'
import { restoreAllJobs } from './restore-all'
import type { WorkQueue } from './work-queue'

/** How long a request waits for all jobs to be restored. */
const RESTORE_WAIT_MS = 4_000

/** Finds jobs in Redis and restores from the bucket those that Redis has lost. */
export class JobLookup {
  private restoring: Promise<void> | null = null

  constructor(
    private readonly store: ObjectStore,
    private readonly ledger: Ledger,
    private readonly queue: WorkQueue,
  ) {}

  /** @throws Problem `unknown_job` */
  async get(id: string): Promise<JobRecord> {
    const known = await this.ledger.record(id)
    if (known) return known
    // Redis may have lost it.
    const restored = isJobId(id) && (await restoreJob(this.store, this.ledger, id))
    const record = restored ? await this.ledger.record(id) : null
    if (record === null) throw unknownJob()
    await this.queue.dispatch(id)
    return record
  }

  /**
   * Makes sure that Redis has every job of the bucket, and restores them if it doesn't.
   *
   * @throws Problem `not_ready` while they are being restored
   */
  async requireComplete(): Promise<void> {
    if (await this.ledger.isComplete()) return
    this.restoring ??= restoreAllJobs(this.store, this.ledger).finally(() => {
      this.restoring = null
    })
    this.restoring.catch(() => {}) // The next request starts again.
    const done = await Promise.race([this.restoring.then(() => true), sleep(RESTORE_WAIT_MS, false, { ref: false })])
    if (done) return
    const detail = 'The list of jobs is being restored from the bucket. Try again in a few seconds.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: 5 })
  }
}

/** Keeps other text from becoming a key of the bucket. */
function isJobId(id: string): boolean {
  return /^[\w-]{32}$/.test(id)
}

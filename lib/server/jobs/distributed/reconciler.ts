import { Problem } from '@/lib/shared/problems/problem'
import { isRedisUnavailable } from '../../redis/errors'
import type { ObjectStore } from '../../storage/object-store'
import { type Clocks, readClocks } from './clocks'
import { finishIfComplete } from './end-job'
import { logMissing, reasonOf } from './failures'
import { sweepClaims } from './idempotency-claim'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { JOBS, jobPrefix } from './object-keys'
import { removeJob, removeObjects } from './remove'
import { restoreJob } from './restore'
import { registerMissed } from './shard-writer'
import type { WorkQueue } from './work-queue'

export interface ReconcilerOptions {
  store: ObjectStore
  ledger: Ledger
  queue: WorkQueue
  retentionMs: number
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

const RECONCILE_MS = 3_000
/** A job without activity for this long is checked. */
const IDLE_MS = 5_000
const SWEEP_MS = 60_000
/**
 * The lock is renewed while work runs. If its holder dies, or can't release it because Redis is unavailable, it expires
 * after this.
 */
const LOCK_MS = 15_000

/** The names of the locks in Redis, which workers of older versions share. */
const LOCKS = { reconcile: 'mend', sweep: 'sweep' } as const

/**
 * Repairs what kills and lost Redis writes leave behind: dispatched shards that are in no queue, jobs that Redis has
 * lost, and expired jobs. Every worker has one; one at a time does the work.
 */
export class Reconciler {
  private readonly timers: NodeJS.Timeout[] = []
  private running: Promise<void> = Promise.resolve()
  private closed = false
  private clocksDiffer = false

  constructor(private readonly options: ReconcilerOptions) {}

  start(): void {
    this.every(RECONCILE_MS, 'reconcile', () => this.reconcile())
    this.every(SWEEP_MS, 'sweep', () => this.sweep())
    this.runExclusive('sweep', () => this.sweep())
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers) clearInterval(timer)
    await this.running
  }

  private every(ms: number, name: keyof typeof LOCKS, work: () => Promise<void>): void {
    this.timers.push(setInterval(() => this.runExclusive(name, work), ms))
  }

  private runExclusive(name: keyof typeof LOCKS, work: () => Promise<void>): void {
    this.running = this.running
      .then(async () => {
        if (!this.closed) await this.options.ledger.locks.withLock(LOCKS[name], LOCK_MS, work)
      })
      .catch((error) => {
        // The connection's monitor logs it.
        if (isRedisUnavailable(error)) return
        this.options.log.warn({ reason: reasonOf(error) }, `could not ${name} jobs; retrying`)
      })
  }

  private async reconcile(): Promise<void> {
    const { ledger, queue } = this.options
    if (!(await ledger.isComplete())) await this.sweep()
    await this.forEachJob(await ledger.activeIds(), 'reconcile', async (id) => {
      const record = await ledger.record(id)
      if (record === null) await this.restoreLost(id)
      else if (record.state === 'running') await this.advance(id, record)
      else await queue.enqueueEnd(id, record.round)
    })
  }

  /**
   * Does something for each job. A failure with one job doesn't hold up the others, but an unavailable Redis does. →
   * whether all succeeded.
   */
  private async forEachJob(
    ids: AsyncIterable<string> | Iterable<string>,
    name: string,
    work: (id: string) => Promise<void>,
  ): Promise<boolean> {
    let allSucceeded = true
    for await (const id of ids) {
      if (this.closed) return false
      try {
        await work(id)
      } catch (error) {
        if (isRedisUnavailable(error)) throw error
        // What can't be parsed now can't be parsed later either.
        if (error instanceof Problem) allSucceeded = false
        this.options.log.warn({ job: id, reason: reasonOf(error) }, `could not ${name} a job; retrying`)
      }
    }
    return allSucceeded
  }

  /** Redis has lost the job but lists it as active. */
  private async restoreLost(id: string): Promise<void> {
    const { ledger, store } = this.options
    if (!(await restoreJob(store, ledger, id))) await ledger.deactivate(id)
  }

  private async advance(id: string, { listing, lastActivity }: JobRecord): Promise<void> {
    const { ledger, queue, store, log } = this.options
    // A job that makes progress has lost nothing, or can wait.
    const isIdle = lastActivity < (await ledger.now()) - IDLE_MS
    if (listing) await queue.enqueueListing(id)
    if (isIdle) await registerMissed(store, ledger, id)
    await queue.dispatch(id)
    if (isIdle) await queue.requeueLost(id)
    logMissing(log, id, await finishIfComplete(store, ledger, queue, id))
  }

  /** Restores jobs that Redis has lost, and deletes expired jobs and leftovers. */
  private async sweep(): Promise<void> {
    const { ledger, store, retentionMs } = this.options
    const orphans: string[] = []
    await this.forEachJob(await ledger.ids(), 'look up', async (id) => {
      if ((await ledger.record(id)) === null) await ledger.removeJob(id)
    })
    const complete = await this.forEachJob(store.folders(JOBS), 'restore', async (id) => {
      if (!(await restoreJob(store, ledger, id))) orphans.push(id)
    })
    if (complete) await ledger.markComplete()
    const clocks = await this.agreeingClocks()
    if (this.closed || clocks === null) return
    await this.forEachJob(await ledger.ids(), 'delete', (id) => this.removeExpired(id, clocks.redis - retentionMs))
    await this.forEachJob(orphans, 'delete', (id) => this.removeOrphan(id, clocks.bucket - retentionMs))
    await sweepClaims(store, clocks.bucket - retentionMs)
  }

  /**
   * The time by Redis and the bucket; null, with a log line, if the clocks differ: jobs could then expire too early.
   */
  private async agreeingClocks(): Promise<Clocks | null> {
    const { store, ledger, log } = this.options
    const clocks = await readClocks(store, ledger)
    const { agree, redis, bucket, local } = clocks
    const [differedBefore, asIso] = [this.clocksDiffer, (ms: number) => new Date(ms).toISOString()]
    this.clocksDiffer = !agree
    const fields = { redis: asIso(redis), bucket: asIso(bucket), local: asIso(local) }
    if (!agree && !differedBefore)
      log.warn(fields, 'the clocks differ by more than a minute; synchronize them. No jobs expire until they agree')
    if (agree && differedBefore) log.info(fields, 'the clocks agree again')
    return agree ? clocks : null
  }

  private async removeExpired(id: string, before: number): Promise<void> {
    const { ledger, queue, store, log } = this.options
    const record = await ledger.record(id)
    if (record === null || inactiveSince(record) >= before) return
    await removeJob(store, ledger, queue, record.spec)
    log.info(
      { job: id, over_since: new Date(inactiveSince(record)).toISOString() },
      'deleted a job: its retention has expired',
    )
  }

  /** Deletes a job that was never completely created or deleted, unless it may still be being created. */
  private async removeOrphan(id: string, before: number): Promise<void> {
    const { store, log } = this.options
    for await (const page of store.list(jobPrefix(id))) {
      if (page.some(({ modified }) => modified >= before)) return
    }
    await removeObjects(store, jobPrefix(id))
    log.info({ job: id }, 'deleted the remains of an incomplete job')
  }
}

/** Since when nothing more is expected of a job (milliseconds since 1970, by Redis's clock). */
function inactiveSince({ finishedAt, open, lastActivity }: JobRecord): number {
  if (finishedAt !== null) return Date.parse(finishedAt)
  return open ? lastActivity : Number.POSITIVE_INFINITY
}

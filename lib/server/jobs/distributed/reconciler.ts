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
/** A job in which nothing happens for so long is looked into. */
const IDLE_MS = 5_000
const SWEEP_MS = 60_000
/** A turn is held on to while it lasts; one whose holder died, or could not give it back to a Redis that was lost, is another's after this. */
const LOCK_MS = 15_000

/**
 * Puts right what kills and lost seconds leave behind: shards that were given out and are in no queue, jobs that Redis forgot, jobs whose time is over.
 * Every worker has one; one at a time does the work.
 */
export class Reconciler {
  private readonly timers: NodeJS.Timeout[] = []
  private running: Promise<void> = Promise.resolve()
  private closed = false
  private clocksDiffer = false

  constructor(private readonly options: ReconcilerOptions) {}

  start(): void {
    this.every(RECONCILE_MS, 'mend', () => this.reconcile())
    this.every(SWEEP_MS, 'sweep', () => this.sweep())
    this.runExclusive('sweep', () => this.sweep())
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers) clearInterval(timer)
    await this.running
  }

  private every(ms: number, name: string, work: () => Promise<void>): void {
    this.timers.push(setInterval(() => this.runExclusive(name, work), ms))
  }

  private runExclusive(name: string, work: () => Promise<void>): void {
    this.running = this.running
      .then(async () => {
        if (!this.closed) await this.options.ledger.locks.withLock(name, LOCK_MS, work)
      })
      .catch((error) => {
        // The connection's own line says it.
        if (isRedisUnavailable(error)) return
        this.options.log.warn({ reason: reasonOf(error) }, `could not ${name} the jobs; trying again`)
      })
  }

  private async reconcile(): Promise<void> {
    const { ledger, queue } = this.options
    if (!(await ledger.isComplete())) await this.sweep()
    await this.forEachJob(await ledger.activeIds(), 'mend', async (id) => {
      const record = await ledger.record(id)
      if (record === null) await this.restoreLost(id)
      else if (record.state === 'running') await this.advance(id, record)
      else await queue.enqueueEnd(id, record.round)
    })
  }

  /** Does something for each job. What is wrong with one of them keeps none of the others waiting; a Redis that is away keeps all. → whether all went well. */
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
        // What cannot be read at all will not be read later either.
        if (error instanceof Problem) allSucceeded = false
        this.options.log.warn({ job: id, reason: reasonOf(error) }, `could not ${name} a job; trying again`)
      }
    }
    return allSucceeded
  }

  /** Redis has lost the job and knows that it is to be seen to. */
  private async restoreLost(id: string): Promise<void> {
    const { ledger, store } = this.options
    if (!(await restoreJob(store, ledger, id))) await ledger.deactivate(id)
  }

  private async advance(id: string, { listing, lastActivity }: JobRecord): Promise<void> {
    const { ledger, queue, store, log } = this.options
    // A job that gets on has nothing that is lost, or can wait with it.
    const isIdle = lastActivity < (await ledger.now()) - IDLE_MS
    if (listing) await queue.enqueueListing(id)
    if (isIdle) await registerMissed(store, ledger, id)
    await queue.dispatch(id)
    if (isIdle) await queue.requeueLost(id)
    logMissing(log, id, await finishIfComplete(store, ledger, queue, id))
  }

  /** Finds what Redis forgot, and deletes what ended long ago, and what was begun and left. */
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

  /** What time it is for Redis and the bucket; null, and a line in the log, where the clocks differ: one of them would delete what is still wanted. */
  private async agreeingClocks(): Promise<Clocks | null> {
    const { store, ledger, log } = this.options
    const clocks = await readClocks(store, ledger)
    const { agree, redis, bucket, local } = clocks
    const [differedBefore, asIso] = [this.clocksDiffer, (ms: number) => new Date(ms).toISOString()]
    this.clocksDiffer = !agree
    const fields = { redis: asIso(redis), bucket: asIso(bucket), local: asIso(local) }
    if (!agree && !differedBefore)
      log.warn(
        fields,
        'the clocks differ by more than a minute; set them right: till then nothing is deleted for its age',
      )
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
      'a job is deleted: its time is over',
    )
  }

  /** A job that was never made whole, or not deleted whole. It may be in the making. */
  private async removeOrphan(id: string, before: number): Promise<void> {
    const { store, log } = this.options
    for await (const page of store.list(jobPrefix(id))) {
      if (page.some(({ modified }) => modified >= before)) return
    }
    await removeObjects(store, jobPrefix(id))
    log.info({ job: id }, 'what was left of a job that is none is deleted')
  }
}

/** Since when nothing is to be expected of a job any more (milliseconds since 1970, by Redis). */
function inactiveSince({ finishedAt, open, lastActivity }: JobRecord): number {
  if (finishedAt !== null) return Date.parse(finishedAt)
  return open ? lastActivity : Number.POSITIVE_INFINITY
}

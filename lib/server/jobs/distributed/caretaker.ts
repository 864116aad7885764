import { Problem } from '@/lib/shared/problems/problem'
import { isRedisAway } from '../../redis/failure'
import type { ObjectStore } from '../../storage/objects'
import { sweepClaims } from './claim'
import { type Clocks, readClocks } from './clocks'
import { seeToEnd } from './ending'
import { JOBS, jobPrefix } from './layout'
import type { Ledger, Standing } from './ledger'
import type { WorkQueue } from './queue'
import { removeJob, removeObjects } from './remove'
import { restoreJob } from './restore'
import { catchUp } from './shard-writer'
import { noteMissing, reasonOf } from './trouble'

export interface CaretakerOptions {
  store: ObjectStore
  ledger: Ledger
  queue: WorkQueue
  retentionMs: number
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
}

const MEND_MS = 3_000
/** A job in which nothing happens for so long is looked into. */
const QUIET_MS = 5_000
const SWEEP_MS = 60_000
/** A turn is held on to while it lasts; one whose holder died, or could not give it back to a Redis that was lost, is another's after this. */
const TURN_MS = 15_000

/**
 * Puts right what kills and lost seconds leave behind: shards that were given out and are in no queue, jobs that Redis forgot, jobs whose time is over.
 * Every worker has one; one at a time does the work.
 */
export class Caretaker {
  private readonly timers: NodeJS.Timeout[] = []
  private running: Promise<void> = Promise.resolve()
  private closed = false
  private clocksDiffer = false

  constructor(private readonly options: CaretakerOptions) {}

  start(): void {
    this.every(MEND_MS, 'mend', () => this.mend())
    this.every(SWEEP_MS, 'sweep', () => this.sweep())
    this.turn('sweep', () => this.sweep())
  }

  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers) clearInterval(timer)
    await this.running
  }

  private every(ms: number, name: string, work: () => Promise<void>): void {
    this.timers.push(setInterval(() => this.turn(name, work), ms))
  }

  private turn(name: string, work: () => Promise<void>): void {
    this.running = this.running
      .then(async () => {
        if (!this.closed) await this.options.ledger.alone(name, TURN_MS, work)
      })
      .catch((error) => {
        // The connection's own line says it.
        if (isRedisAway(error)) return
        this.options.log.warn({ reason: reasonOf(error) }, `could not ${name} the jobs; trying again`)
      })
  }

  private async mend(): Promise<void> {
    const { ledger, queue } = this.options
    if (!(await ledger.isWhole())) await this.sweep()
    await this.each(await ledger.activeIds(), 'mend', async (id) => {
      const standing = await ledger.standing(id)
      if (standing === null) await this.lost(id)
      else if (standing.state === 'running') await this.goOn(id, standing)
      else await queue.end(id, standing.round)
    })
  }

  /** Does something for each job. What is wrong with one of them keeps none of the others waiting; a Redis that is away keeps all. → whether all went well. */
  private async each(
    ids: AsyncIterable<string> | Iterable<string>,
    name: string,
    work: (id: string) => Promise<void>,
  ): Promise<boolean> {
    let all = true
    for await (const id of ids) {
      if (this.closed) return false
      try {
        await work(id)
      } catch (error) {
        if (isRedisAway(error)) throw error
        // What cannot be read at all will not be read later either.
        if (error instanceof Problem) all = false
        this.options.log.warn({ job: id, reason: reasonOf(error) }, `could not ${name} a job; trying again`)
      }
    }
    return all
  }

  /** Redis has lost the job and knows that it is to be seen to. */
  private async lost(id: string): Promise<void> {
    const { ledger, store } = this.options
    if (!(await restoreJob(store, ledger, id))) await ledger.settle(id)
  }

  private async goOn(id: string, { listing, touchedAt }: Standing): Promise<void> {
    const { ledger, queue, store, log } = this.options
    // A job that gets on has nothing that is lost, or can wait with it.
    const quiet = touchedAt < (await ledger.now()) - QUIET_MS
    if (listing) await queue.list(id)
    if (quiet) await catchUp(store, ledger, id)
    await queue.feed(id)
    if (quiet) await queue.mend(id)
    noteMissing(log, id, await seeToEnd(store, ledger, queue, id))
  }

  /** Finds what Redis forgot, and deletes what ended long ago, and what was begun and left. */
  private async sweep(): Promise<void> {
    const { ledger, store, retentionMs } = this.options
    const orphans: string[] = []
    await this.each(await ledger.ids(), 'look up', async (id) => {
      if ((await ledger.standing(id)) === null) await ledger.forget(id)
    })
    const all = await this.each(store.folders(JOBS), 'restore', async (id) => {
      if (!(await restoreJob(store, ledger, id))) orphans.push(id)
    })
    if (all) await ledger.noteWhole()
    const clocks = await this.clocks()
    if (this.closed || clocks === null) return
    await this.each(await ledger.ids(), 'delete', (id) => this.removeOld(id, clocks.redis - retentionMs))
    await this.each(orphans, 'delete', (id) => this.removeOrphan(id, clocks.bucket - retentionMs))
    await sweepClaims(store, clocks.bucket - retentionMs)
  }

  /** What time it is for Redis and the bucket; null, and a line in the log, where the clocks differ: one of them would delete what is still wanted. */
  private async clocks(): Promise<Clocks | null> {
    const { store, ledger, log } = this.options
    const clocks = await readClocks(store, ledger)
    const { agree, redis, bucket, here } = clocks
    const [said, asIso] = [this.clocksDiffer, (ms: number) => new Date(ms).toISOString()]
    this.clocksDiffer = !agree
    const fields = { redis: asIso(redis), bucket: asIso(bucket), here: asIso(here) }
    if (!agree && !said)
      log.warn(
        fields,
        'the clocks differ by more than a minute; set them right: till then nothing is deleted for its age',
      )
    if (agree && said) log.info(fields, 'the clocks agree again')
    return agree ? clocks : null
  }

  private async removeOld(id: string, before: number): Promise<void> {
    const { ledger, queue, store, log } = this.options
    const standing = await ledger.standing(id)
    if (standing === null || overSince(standing) >= before) return
    await removeJob(store, ledger, queue, standing.spec)
    log.info({ job: id, over_since: new Date(overSince(standing)).toISOString() }, 'a job is deleted: its time is over')
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
function overSince({ finishedAt, open, touchedAt }: { finishedAt: string | null; open: boolean; touchedAt: number }) {
  if (finishedAt !== null) return Date.parse(finishedAt)
  return open ? touchedAt : Number.POSITIVE_INFINITY
}

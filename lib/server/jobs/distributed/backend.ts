import { createHash, type Hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeadLetter, Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Engine } from '../../engine/types'
import { sha256Of } from '../../event-loop/digest'
import { shouldYield, yieldingBetween, yieldToEventLoop } from '../../event-loop/slices'
import type { RedisClient } from '../../redis/connect'
import { isRedisFailure } from '../../redis/errors'
import type { ObjectStore } from '../../storage/object-store'
import { createProcessFolder, type ProcessFolder } from '../../storage/process-folder'
import type {
  Backlog,
  Draft,
  JobBackend,
  JobFeed,
  JobSpec,
  JobStats,
  JobsHealth,
  PositionedResult,
  ResultLine,
  ResultRange,
} from '../backend'
import { invalidCursor, newSpec, unknownJob } from '../job-spec'
import { requirePhotos } from '../require-photos'
import { requireSource, type Sources } from '../source'
import { backlogOf, statsOf } from './backlog'
import { endJob, finishIfComplete } from './end-job'
import { LedgerFeed } from './feed'
import { type JobRecord, Ledger } from './ledger'
import { readShard } from './manifest'
import { closedMarker, jobPrefix, roundMarker } from './object-keys'
import { translateRedisErrors } from './redis-errors'
import { removeJob, removeObjects, removeUncommitted } from './remove'
import { restoreJob } from './restore'
import { restoreAllJobs } from './restore-all'
import { latestResultsSince, parsePosition, resultsInOrder } from './results'
import { closeShardLog, registerIn, ShardWriter } from './shard-writer'
import { skipExisting } from './skip-existing'
import { CommitUncertain, commitJob } from './spec'
import { newRecord, viewOf } from './view'
import { WorkQueue } from './work-queue'

export interface DistributedOptions {
  engine: Engine
  redis: RedisClient
  store: ObjectStore
  retentionMs: number
  /** A folder of this machine, of which a part becomes this process's own. */
  folder: string
  /** @throws Problem `url_refused` where nothing may be sent there */
  requireAllowedUrl(url: string): void
  sources: Sources
}

/**
 * Jobs of many machines: photos and results in a bucket, in Redis what is given out to whom. Any process answers for any job; nothing of a
 * job is kept in this one.
 */
export class DistributedBackend implements JobBackend {
  private readonly ledger: Ledger
  private readonly queue: WorkQueue
  private readonly feeds = new Set<LedgerFeed>()
  private restoring: Promise<void> | null = null
  private readonly processFolder: ProcessFolder

  constructor(private readonly options: DistributedOptions) {
    this.ledger = new Ledger(options.redis)
    this.queue = new WorkQueue(options.redis, this.ledger)
    this.processFolder = createProcessFolder(options.folder, 'uploads-')
  }

  get uploadFolder(): string {
    return this.processFolder.path
  }

  create(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string) {
    if (parameters.callback_url !== undefined) this.options.requireAllowedUrl(parameters.callback_url)
    if (parameters.source !== undefined) requireSource(parameters.source, this.options.sources)
    return translateRedisErrors(() => this.make(newSpec(this.options.engine, parameters), parameters, fill, key))
  }

  view(id: string): Promise<Job> {
    return translateRedisErrors(async () => this.viewOf(await this.record(id)))
  }

  list(): Promise<Job[]> {
    return translateRedisErrors(async () => {
      await this.requireComplete()
      const jobs: Job[] = []
      for (const id of await this.ledger.ids()) {
        const record = await this.ledger.record(id)
        if (record) jobs.push(await this.viewOf(record))
      }
      return jobs
    })
  }

  backlog(): Promise<Backlog> {
    return translateRedisErrors(async () => {
      await this.requireComplete()
      return backlogOf(this.ledger)
    })
  }

  stats(): Promise<JobStats> {
    return translateRedisErrors(async () => {
      await this.requireComplete()
      return statsOf(this.ledger)
    })
  }

  deadLetters(): Promise<DeadLetter[]> {
    return translateRedisErrors(() => this.queue.deadLetters())
  }

  add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    return translateRedisErrors(async () => {
      const { open, shards, total } = await this.record(id)
      if (!open) throw new Problem('conflict', 'The job is closed; make another for more photos.')
      const next = { shard: shards, first: total }
      const writer = new ShardWriter(
        this.options.store,
        id,
        next,
        registerIn(this.options.store, this.ledger, id),
        unique ? 'left_out_by_name' : 'taken_in',
      )
      await this.addUpload(id, writer, () =>
        fill(unique ? skipExisting(this.options.store, this.ledger, id, writer) : writer),
      ).catch(async (error) => {
        // A job that was deleted meanwhile has not ended: there is none.
        if (error instanceof Problem && error.code === 'conflict') await this.record(id)
        throw error
      })
      return this.viewOf(await this.record(id))
    })
  }

  close(id: string): Promise<Job> {
    return this.change(id, async ({ open }) => {
      if (!open) return
      await closeShardLog(this.options.store, this.ledger, id)
      await this.options.store.put(closedMarker(id), MARKER_BODY, { ifAbsent: true })
      await this.queue.dispatch(id)
      await finishIfComplete(this.options.store, this.ledger, this.queue, id)
    })
  }

  pause(id: string, paused: boolean): Promise<Job> {
    return this.change(id, async ({ state }) => {
      if (state !== 'running') return
      await this.ledger.setFields(id, { paused: paused ? 1 : 0 })
      await this.queue.dispatch(id)
    })
  }

  cancel(id: string): Promise<Job> {
    return this.change(id, async ({ round, state, open, listing }) => {
      if (state !== 'running') return
      if (open || listing) await closeShardLog(this.options.store, this.ledger, id)
      await this.queue.removeShards(id)
      await endJob(this.options.store, this.ledger, id, round, 'cancelled')
      await this.queue.enqueueEnd(id, round)
    })
  }

  retryFailed(id: string): Promise<Job> {
    return this.change(id, async ({ state, failed, round }) => {
      if (state === 'cancelled') throw new Problem('conflict', 'The job was cancelled; its photos are gone.')
      await this.queue.retryDead(id)
      if (failed === 0) return
      await this.options.store.put(roundMarker(id, round + 1), MARKER_BODY, { ifAbsent: true })
      await this.ledger.startRound(id, round + 1)
      await this.queue.dispatch(id)
    })
  }

  remove(id: string): Promise<void> {
    return translateRedisErrors(async () => {
      const { spec } = await this.record(id)
      await removeJob(this.options.store, this.ledger, this.queue, spec)
    })
  }

  photos(id: string, offset: number, most: number): Promise<JobPhotos> {
    return translateRedisErrors(async () => {
      const { total, shards } = await this.record(id)
      const files: string[] = []
      const start = await this.ledger.shardAt(id, offset)
      for (let shard = start?.shard ?? 0; shard < shards && files.length < most; shard++) {
        const { first = 0, lines = [] } = (await readShard(this.options.store, id, shard)) ?? {}
        files.push(...lines.slice(Math.max(0, offset - first)).map(({ file }) => file))
      }
      return { files: files.slice(0, most), total }
    })
  }

  results(id: string, { offset = 0, only }: ResultRange): Promise<AsyncIterable<ResultRow>> {
    return translateRedisErrors(async () => {
      const { round } = await this.record(id)
      return rowsOf(resultsInOrder(this.options.store, this.ledger, id, round, { offset }), only)
    })
  }

  resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>> {
    return translateRedisErrors(async () => {
      await this.record(id)
      const epoch = await this.ledger.epoch(id)
      const from = position === '' ? { epoch, part: 0, line: 0 } : parsePosition(position, epoch)
      if (from) return latestResultsSince(this.options.store, this.ledger, id, from)
      if (!/^[0-9a-f]{1,8}\.\d+\.\d+$/.test(position)) throw invalidCursor()
      const detail = 'The order of the results was made anew since this cursor was given. Begin with an empty one.'
      throw new Problem('conflict', detail)
    })
  }

  feed(id: string): Promise<JobFeed> {
    return translateRedisErrors(async () => {
      await this.record(id)
      const feed = new LedgerFeed(this.options.store, this.ledger, id, {
        view: () => this.view(id),
        left: () => this.feeds.delete(feed),
      })
      this.feeds.add(feed)
      return feed
    })
  }

  health(): JobsHealth {
    const { lost } = this.options.redis.context.monitor
    return lost ? { state: 'waiting', reason: 'redis_unavailable' } : { state: 'ok', reason: null }
  }

  async shutDown(): Promise<void> {
    for (const feed of this.feeds) feed.stop()
    await this.queue.close()
    this.processFolder.close()
  }

  /** Takes in what is filled in; what was added before a fault counts: the job says how many photos it has. */
  private async addUpload(id: string, writer: ShardWriter, fill: () => Promise<void>): Promise<void> {
    try {
      await fill()
    } finally {
      await writer.flush()
      await this.queue.dispatch(id)
    }
  }

  private async make(
    made: JobSpec,
    parameters: JobParameters,
    fill: (draft: Draft) => Promise<void>,
    key: string | undefined,
  ): Promise<{ job: Job; made: boolean }> {
    const { store } = this.options
    const created_at = new Date(await this.ledger.now()).toISOString()
    const spec: JobSpec = { ...made, created_at, ...(key === undefined ? {} : { key }) }
    const { id } = spec
    try {
      const { shards, count, body } = await this.bring(id, parameters, fill)
      const earlier = await commitJob(store, spec, body)
      if (earlier === null) return { job: await this.begin(spec, parameters, shards, count), made: true }
      await removeObjects(store, jobPrefix(id))
      return { job: await this.view(earlier), made: false }
    } catch (error) {
      if (!(error instanceof CommitUncertain)) await removeUncommitted(store, id).catch(() => {}) // What is left goes with the sweep.
      throw error
    }
  }

  /** Brings the photos of a job that is to be made into the bucket. → its shards, and a digest of what it is made of. */
  private async bring(id: string, parameters: JobParameters, fill: (draft: Draft) => Promise<void>) {
    const { store } = this.options
    const shards: { shard: number; first: number }[] = []
    const writer = new ShardWriter(store, id, { shard: 0, first: 0 }, async (shard, { first, lines }) => {
      shards.push({ shard, first })
      const names = lines.map(({ file }) => file)
      if (parameters.open) await this.ledger.addNames(id, names)
    })
    const digest = createHash('sha256').update(JSON.stringify(parameters))
    try {
      await fill(withDigest(writer, digest))
      await writer.flush()
    } catch (error) {
      // What is on its way would come after all else was removed.
      await writer.settled()
      throw error
    }
    requirePhotos(writer.count, parameters)
    if (!parameters.open) await store.put(closedMarker(id), MARKER_BODY, { ifAbsent: true })
    return { shards, count: writer.count, body: digest.digest('hex') }
  }

  /** Has a job that is made begin. It is made whatever Redis says: that learns of it from the bucket when it answers again. */
  private async begin(
    spec: JobSpec,
    { open }: JobParameters,
    shards: readonly { shard: number; first: number }[],
    total: number,
  ): Promise<Job> {
    const { id } = spec
    const listing = spec.source !== undefined
    const secret = spec.callback ? { callback_secret: spec.callback.secret } : {}
    try {
      await this.ledger.load(id, { shards })
      const fields = { shards: shards.length, total, open: open ? 1 : 0, listing: listing ? 1 : 0 }
      await this.ledger.addJob(spec, fields, true)
      if (listing) await this.queue.enqueueListing(id)
      await this.queue.dispatch(id)
      return { ...(await this.viewOf(await this.record(id))), ...secret }
    } catch (error) {
      if (!isRedisFailure(error)) throw error
      const record = newRecord(spec, { open, listing, total, shards: shards.length })
      return { ...viewOf(record, null, this.options.retentionMs), ...secret }
    }
  }

  /** @throws Problem `not_ready` where Redis has forgotten which jobs there are; they are looked for */
  private async requireComplete(): Promise<void> {
    if (await this.ledger.isComplete()) return
    this.restoring ??= restoreAllJobs(this.options.store, this.ledger).finally(() => {
      this.restoring = null
    })
    this.restoring.catch(() => {}) // Whoever asks next begins anew.
    const done = await Promise.race([this.restoring.then(() => true), sleep(RESTORE_WAIT_MS, false, { ref: false })])
    if (done) return
    const detail = 'Redis has forgotten which jobs there are; they are being looked for in the bucket. Try again.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: 5 })
  }

  private change(id: string, work: (record: JobRecord) => Promise<void>): Promise<Job> {
    return translateRedisErrors(async () => {
      await work(await this.record(id))
      return this.viewOf(await this.record(id))
    })
  }

  /** @throws Problem `unknown_job` */
  private async record(id: string): Promise<JobRecord> {
    const known = await this.ledger.record(id)
    if (known) return known
    // Redis may have lost it.
    const restored = isJobId(id) && (await restoreJob(this.options.store, this.ledger, id))
    const record = restored ? await this.ledger.record(id) : null
    if (record === null) throw unknownJob()
    await this.queue.dispatch(id)
    return record
  }

  private async viewOf(record: JobRecord): Promise<Job> {
    return viewOf(record, await this.ledger.rate(record.spec.id), this.options.retentionMs)
  }
}

/** A mark says all by being there; some stores are picky about empty objects. */
const MARKER_BODY = '{}'
/** How long somebody waits for the jobs to be looked for. */
const RESTORE_WAIT_MS = 4_000

/** What is no id is no key of the bucket either. */
function isJobId(id: string): boolean {
  return /^[\w-]{32}$/.test(id)
}

async function* rowsOf(lines: AsyncIterable<ResultLine>, only?: ResultRow['status']): AsyncGenerator<ResultRow> {
  for await (const { row, index } of yieldingBetween(lines))
    if (only === undefined || row.status === only) yield { ...row, index }
}

const NO_BYTES = new Uint8Array()

/** Says what was added, for a key to be compared by. */
function withDigest(writer: ShardWriter, digest: Hash): Draft {
  return {
    async add(input, bytes) {
      digest.update(JSON.stringify(input)).update(await sha256Of(bytes ?? NO_BYTES))
      if (shouldYield()) await yieldToEventLoop()
      await writer.add(input, bytes)
    },
    get count() {
      return writer.count
    },
    get heldBytes() {
      return writer.heldBytes
    },
  }
}

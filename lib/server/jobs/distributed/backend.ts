import type { DeadLetter, Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import { yieldingBetween } from '../../event-loop/slices'
import type { RedisClient } from '../../redis/connect'
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
import type { StoredCheck } from '../check/stored-check'
import { invalidCursor, jobClosed } from '../problems'
import { backlogOf, statsOf } from './backlog'
import { type CheckLog, readCheck, writeCheck } from './check'
import { type CreateOptions, JobCreator } from './create-job'
import { endJob, finishIfComplete } from './end-job'
import { LedgerFeed } from './feed'
import { JobLookup } from './job-lookup'
import type { JobRecord } from './job-record'
import { Ledger } from './ledger'
import { readShard } from './manifest'
import { closedMarker, MARKER_BODY, roundMarker } from './object-keys'
import { translateRedisErrors } from './redis-errors'
import { removeJob } from './remove'
import { latestResultsSince, parsePosition, resultsInOrder } from './results'
import { closeShardLog, registerIn, ShardWriter } from './shard-writer'
import { skipExisting } from './skip-existing'
import { readVectors, writeVectors } from './vectors'
import { viewOf } from './view'
import { WorkQueue } from './work-queue'

export interface DistributedOptions extends CreateOptions {
  redis: RedisClient
  retentionMs: number
  /** A folder of this machine, in which this process creates its own. */
  folder: string
  log: CheckLog
}

/**
 * Jobs shared by many machines: photos and results are in a bucket, and Redis has which shards are dispatched. Any
 * process can serve any job; none keeps a job's state in memory.
 */
export class DistributedBackend implements JobBackend {
  private readonly ledger: Ledger
  private readonly queue: WorkQueue
  private readonly lookup: JobLookup
  private readonly creator: JobCreator
  private readonly feeds = new Set<LedgerFeed>()
  private readonly processFolder: ProcessFolder

  constructor(private readonly options: DistributedOptions) {
    const { redis, store, folder, retentionMs } = options
    this.ledger = new Ledger(redis)
    this.queue = new WorkQueue(redis, this.ledger)
    this.lookup = new JobLookup(store, this.ledger, this.queue)
    const view = (record: JobRecord, rate?: null) =>
      rate === null ? viewOf(record, null, retentionMs) : this.viewOf(record)
    this.creator = new JobCreator(options, this.ledger, this.queue, this.lookup, view)
    this.processFolder = createProcessFolder(folder, 'uploads-')
  }

  get uploadFolder(): string {
    return this.processFolder.path
  }

  async create(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string, chargedTo?: string) {
    const prepared = await this.creator.prepare(parameters, chargedTo)
    return translateRedisErrors(() => this.creator.create(prepared, parameters, fill, key))
  }

  view(id: string): Promise<Job> {
    return translateRedisErrors(async () => this.viewOf(await this.lookup.get(id)))
  }

  list(): Promise<Job[]> {
    return translateRedisErrors(async () => {
      await this.lookup.requireComplete()
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
      await this.lookup.requireComplete()
      return backlogOf(this.ledger)
    })
  }

  stats(): Promise<JobStats> {
    return translateRedisErrors(async () => {
      await this.lookup.requireComplete()
      return statsOf(this.ledger)
    })
  }

  deadLetters(): Promise<DeadLetter[]> {
    return translateRedisErrors(() => this.queue.deadLetters())
  }

  add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    const { store } = this.options
    return translateRedisErrors(async () => {
      const { open, shards, total } = await this.lookup.get(id)
      if (!open) throw jobClosed()
      const next = { shard: shards, first: total }
      const onConflict = unique ? 'skip_same_names' : 'append'
      const writer = new ShardWriter(store, id, next, registerIn(store, this.ledger, id), onConflict)
      const draft = unique ? skipExisting(store, this.ledger, id, writer) : writer
      await this.addUpload(id, writer, () => fill(draft)).catch(async (error) => {
        // A job that was deleted meanwhile hasn't ended: it doesn't exist.
        if (error instanceof Problem && error.code === 'conflict') await this.lookup.get(id)
        throw error
      })
      return this.viewOf(await this.lookup.get(id))
    })
  }

  close(id: string): Promise<Job> {
    const { store } = this.options
    return this.change(id, async ({ open }) => {
      if (!open) return
      await closeShardLog(store, this.ledger, id)
      await store.put(closedMarker(id), MARKER_BODY, { ifAbsent: true })
      await this.queue.dispatch(id)
      await finishIfComplete(store, this.ledger, this.queue, id)
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
    const { store } = this.options
    return this.change(id, async ({ round, state, open, listing }) => {
      if (state !== 'running') return
      if (open || listing) await closeShardLog(store, this.ledger, id)
      await this.queue.removeShards(id)
      await endJob(store, this.ledger, id, round, 'cancelled')
      await this.queue.enqueueEnd(id, round)
    })
  }

  retryFailed(id: string): Promise<Job> {
    return this.change(id, async ({ state, failed, round }) => {
      if (state === 'cancelled') throw new Problem('conflict', 'This job was cancelled and its photos were deleted.')
      await this.queue.retryDead(id)
      if (failed === 0) return
      await this.options.store.put(roundMarker(id, round + 1), MARKER_BODY, { ifAbsent: true })
      await this.ledger.startRound(id, round + 1)
      await this.queue.dispatch(id)
    })
  }

  remove(id: string): Promise<void> {
    return translateRedisErrors(async () => {
      const { spec } = await this.lookup.get(id)
      await removeJob(this.options.store, this.ledger, this.queue, spec)
    })
  }

  photos(id: string, offset: number, limit: number): Promise<JobPhotos> {
    return translateRedisErrors(async () => {
      const { total, shards } = await this.lookup.get(id)
      const files: string[] = []
      const start = await this.ledger.shardAt(id, offset)
      for (let shard = start?.shard ?? 0; shard < shards && files.length < limit; shard++) {
        const { first = 0, lines = [] } = (await readShard(this.options.store, id, shard)) ?? {}
        files.push(...lines.slice(Math.max(0, offset - first)).map(({ file }) => file))
      }
      return { files: files.slice(0, limit), total }
    })
  }

  results(id: string, { offset = 0, only }: ResultRange): Promise<AsyncIterable<ResultRow>> {
    return translateRedisErrors(async () => {
      const { round } = await this.lookup.get(id)
      return rowsOf(resultsInOrder(this.options.store, this.ledger, id, round, { offset }), only)
    })
  }

  resultsSince(id: string, position: string): Promise<AsyncIterable<PositionedResult>> {
    return translateRedisErrors(async () => {
      await this.lookup.get(id)
      const epoch = await this.ledger.epoch(id)
      const from = position === '' ? { epoch, part: 0, line: 0 } : parsePosition(position, epoch)
      if (from) return latestResultsSince(this.options.store, this.ledger, id, from)
      if (!/^[0-9a-f]{1,8}\.\d+\.\d+$/.test(position)) throw invalidCursor()
      const detail =
        'This cursor is no longer valid: the results have been reordered. Start again with an empty cursor.'
      throw new Problem('conflict', detail)
    })
  }

  feed(id: string): Promise<JobFeed> {
    return translateRedisErrors(async () => {
      await this.lookup.get(id)
      const feed = new LedgerFeed(this.options.store, this.ledger, id, {
        view: () => this.view(id),
        onClose: () => this.feeds.delete(feed),
      })
      this.feeds.add(feed)
      return feed
    })
  }

  spec(id: string): Promise<JobSpec> {
    return translateRedisErrors(async () => (await this.lookup.get(id)).spec)
  }

  readCheck(id: string): Promise<StoredCheck | null> {
    return translateRedisErrors(async () => {
      await this.lookup.get(id)
      return readCheck(this.options.store, id, this.options.log)
    })
  }

  writeCheck(id: string, check: StoredCheck): Promise<void> {
    return translateRedisErrors(async () => {
      await this.lookup.get(id)
      await writeCheck(this.options.store, id, check)
    })
  }

  readVectors(id: string, finishedAt: string): Promise<AsyncIterable<Uint8Array> | null> {
    return readVectors(this.options.store, id, finishedAt)
  }

  writeVectors(id: string, finishedAt: string, pieces: Iterable<Uint8Array>): Promise<void> {
    return writeVectors(this.options.store, id, finishedAt, pieces)
  }

  requestCheck(id: string): Promise<void> {
    return translateRedisErrors(() => this.queue.enqueueCheck(id))
  }

  isCheckRequested(id: string): Promise<boolean> {
    return translateRedisErrors(() => this.queue.hasCheck(id))
  }

  checkProgress(id: string): Promise<number | null> {
    return translateRedisErrors(() => this.ledger.checkProgress(id))
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

  /** Adds the photos of an upload. Photos added before a fault stay; the job says how many it has. */
  private async addUpload(id: string, writer: ShardWriter, fill: () => Promise<void>): Promise<void> {
    try {
      await fill()
    } finally {
      await writer.flush()
      await this.queue.dispatch(id)
    }
  }

  private change(id: string, work: (record: JobRecord) => Promise<void>): Promise<Job> {
    return translateRedisErrors(async () => {
      await work(await this.lookup.get(id))
      return this.viewOf(await this.lookup.get(id))
    })
  }

  private async viewOf(record: JobRecord): Promise<Job> {
    return viewOf(record, await this.ledger.rate(record.spec.id), this.options.retentionMs)
  }
}

async function* rowsOf(lines: AsyncIterable<ResultLine>, only?: ResultRow['status']): AsyncGenerator<ResultRow> {
  for await (const { row, index } of yieldingBetween(lines)) {
    if (only === undefined || row.status === only) yield { ...row, index }
  }
}

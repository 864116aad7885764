import { createHash, type Hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeadLetter, Job, JobParameters, JobPhotos } from '@/lib/shared/contract/jobs'
import { Problem } from '@/lib/shared/problems/problem'
import type { ResultRow } from '@/lib/shared/results/columns'
import type { Engine } from '../../engine/types'
import { sha256Of } from '../../event-loop/digest'
import { due, rest, withRests } from '../../event-loop/slices'
import type { RedisClient } from '../../redis/connect'
import { isRedisFailure } from '../../redis/failure'
import type { ObjectStore } from '../../storage/objects'
import { type OwnFolder, ownFolder } from '../../storage/own-folder'
import type {
  Backlog,
  Draft,
  JobFeed,
  JobFigures,
  JobSpec,
  Jobs,
  JobsHealth,
  PlacedResult,
  ResultLine,
  ResultRange,
} from '../jobs'
import { newSpec, noPlace, unknownJob } from '../new-spec'
import { requirePhotos } from '../require-photos'
import { requireSource, type Sources } from '../source'
import { answering } from './answering'
import { backlogOf, figuresOf } from './backlog'
import { endJob, seeToEnd } from './ending'
import { LedgerFeed } from './feed'
import { closedMark, jobPrefix, roundMark } from './layout'
import { Ledger, type Standing } from './ledger'
import { readShard } from './manifest'
import { onlyNew } from './names'
import { WorkQueue } from './queue'
import { recallJobs } from './recall'
import { removeJob, removeObjects, removeUnmade } from './remove'
import { restoreJob } from './restore'
import { latestSince, readPlace, resultLines } from './results'
import { endLog, enterInto, ShardWriter } from './shard-writer'
import { commitJob, MaybeMade } from './spec'
import { newStanding, viewOf } from './view'

export interface DistributedOptions {
  engine: Engine
  redis: RedisClient
  store: ObjectStore
  retentionMs: number
  /** A folder of this machine, of which a part becomes this process's own. */
  folder: string
  /** @throws Problem `url_refused` where nothing may be sent there */
  requireAddress(url: string): void
  sources: Sources
}

/**
 * Jobs of many machines: photos and results in a bucket, in Redis what is given out to whom. Any process answers for any job; nothing of a
 * job is kept in this one.
 */
export class DistributedJobs implements Jobs {
  private readonly ledger: Ledger
  private readonly queue: WorkQueue
  private readonly feeds = new Set<LedgerFeed>()
  private recalling: Promise<void> | null = null
  private readonly own: OwnFolder

  constructor(private readonly options: DistributedOptions) {
    this.ledger = new Ledger(options.redis)
    this.queue = new WorkQueue(options.redis, this.ledger)
    this.own = ownFolder(options.folder, 'uploads-')
  }

  get spool(): string {
    return this.own.path
  }

  create(parameters: JobParameters, fill: (draft: Draft) => Promise<void>, key?: string) {
    if (parameters.callback_url !== undefined) this.options.requireAddress(parameters.callback_url)
    if (parameters.source !== undefined) requireSource(parameters.source, this.options.sources)
    return answering(() => this.make(newSpec(this.options.engine, parameters), parameters, fill, key))
  }

  view(id: string): Promise<Job> {
    return answering(async () => this.show(await this.standing(id)))
  }

  list(): Promise<Job[]> {
    return answering(async () => {
      await this.requireAll()
      const jobs: Job[] = []
      for (const id of await this.ledger.ids()) {
        const standing = await this.ledger.standing(id)
        if (standing) jobs.push(await this.show(standing))
      }
      return jobs
    })
  }

  backlog(): Promise<Backlog> {
    return answering(async () => {
      await this.requireAll()
      return backlogOf(this.ledger)
    })
  }

  figures(): Promise<JobFigures> {
    return answering(async () => {
      await this.requireAll()
      return figuresOf(this.ledger)
    })
  }

  deadLetters(): Promise<DeadLetter[]> {
    return answering(() => this.queue.dead())
  }

  add(id: string, fill: (draft: Draft) => Promise<void>, unique = false): Promise<Job> {
    return answering(async () => {
      const { open, shards, total } = await this.standing(id)
      if (!open) throw new Problem('conflict', 'The job is closed; make another for more photos.')
      const next = { shard: shards, first: total }
      const writer = new ShardWriter(
        this.options.store,
        id,
        next,
        enterInto(this.options.store, this.ledger, id),
        unique ? 'left_out_by_name' : 'taken_in',
      )
      await this.take(id, writer, () =>
        fill(unique ? onlyNew(this.options.store, this.ledger, id, writer) : writer),
      ).catch(async (error) => {
        // A job that was deleted meanwhile has not ended: there is none.
        if (error instanceof Problem && error.code === 'conflict') await this.standing(id)
        throw error
      })
      return this.show(await this.standing(id))
    })
  }

  close(id: string): Promise<Job> {
    return this.change(id, async ({ open }) => {
      if (!open) return
      await endLog(this.options.store, this.ledger, id)
      await this.options.store.put(closedMark(id), MARK, { once: true })
      await this.queue.feed(id)
      await seeToEnd(this.options.store, this.ledger, this.queue, id)
    })
  }

  pause(id: string, paused: boolean): Promise<Job> {
    return this.change(id, async ({ state }) => {
      if (state !== 'running') return
      await this.ledger.set(id, { paused: paused ? 1 : 0 })
      await this.queue.feed(id)
    })
  }

  cancel(id: string): Promise<Job> {
    return this.change(id, async ({ round, state, open, listing }) => {
      if (state !== 'running') return
      if (open || listing) await endLog(this.options.store, this.ledger, id)
      await this.queue.withdraw(id)
      await endJob(this.options.store, this.ledger, id, round, 'cancelled')
      await this.queue.end(id, round)
    })
  }

  retryFailed(id: string): Promise<Job> {
    return this.change(id, async ({ state, failed, round }) => {
      if (state === 'cancelled') throw new Problem('conflict', 'The job was cancelled; its photos are gone.')
      await this.queue.revive(id)
      if (failed === 0) return
      await this.options.store.put(roundMark(id, round + 1), MARK, { once: true })
      await this.ledger.retry(id, round + 1)
      await this.queue.feed(id)
    })
  }

  remove(id: string): Promise<void> {
    return answering(async () => {
      const { spec } = await this.standing(id)
      await removeJob(this.options.store, this.ledger, this.queue, spec)
    })
  }

  photos(id: string, offset: number, most: number): Promise<JobPhotos> {
    return answering(async () => {
      const { total, shards } = await this.standing(id)
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
    return answering(async () => {
      const { round } = await this.standing(id)
      return rowsOf(resultLines(this.options.store, this.ledger, id, round, { offset }), only)
    })
  }

  resultsSince(id: string, place: string): Promise<AsyncIterable<PlacedResult>> {
    return answering(async () => {
      await this.standing(id)
      const epoch = await this.ledger.epoch(id)
      const from = place === '' ? { epoch, part: 0, told: 0 } : readPlace(place, epoch)
      if (from) return latestSince(this.options.store, this.ledger, id, from)
      if (!/^[0-9a-f]{1,8}\.\d+\.\d+$/.test(place)) throw noPlace()
      const detail = 'The order of the results was made anew since this cursor was given. Begin with an empty one.'
      throw new Problem('conflict', detail)
    })
  }

  feed(id: string): Promise<JobFeed> {
    return answering(async () => {
      await this.standing(id)
      const feed = new LedgerFeed(this.options.store, this.ledger, id, {
        view: () => this.view(id),
        left: () => this.feeds.delete(feed),
      })
      this.feeds.add(feed)
      return feed
    })
  }

  health(): JobsHealth {
    const { lost } = this.options.redis.held.watch
    return lost ? { state: 'waiting', reason: 'redis_unavailable' } : { state: 'ok', reason: null }
  }

  async shutDown(): Promise<void> {
    for (const feed of this.feeds) feed.stop()
    await this.queue.close()
    this.own.close()
  }

  /** Takes in what is filled in; what was added before a fault counts: the job says how many photos it has. */
  private async take(id: string, writer: ShardWriter, fill: () => Promise<void>): Promise<void> {
    try {
      await fill()
    } finally {
      await writer.flush()
      await this.queue.feed(id)
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
      if (!(error instanceof MaybeMade)) await removeUnmade(store, id).catch(() => {}) // What is left goes with the sweep.
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
      await fill(digesting(writer, digest))
      await writer.flush()
    } catch (error) {
      // What is on its way would come after all else was removed.
      await writer.settled()
      throw error
    }
    requirePhotos(writer.count, parameters)
    if (!parameters.open) await store.put(closedMark(id), MARK, { once: true })
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
      await this.ledger.fill(id, { shards })
      const fields = { shards: shards.length, total, open: open ? 1 : 0, listing: listing ? 1 : 0 }
      await this.ledger.enter(spec, fields, true)
      if (listing) await this.queue.list(id)
      await this.queue.feed(id)
      return { ...(await this.show(await this.standing(id))), ...secret }
    } catch (error) {
      if (!isRedisFailure(error)) throw error
      const standing = newStanding(spec, { open, listing, total, shards: shards.length })
      return { ...viewOf(standing, null, this.options.retentionMs), ...secret }
    }
  }

  /** @throws Problem `not_ready` where Redis has forgotten which jobs there are; they are looked for */
  private async requireAll(): Promise<void> {
    if (await this.ledger.isWhole()) return
    this.recalling ??= recallJobs(this.options.store, this.ledger).finally(() => {
      this.recalling = null
    })
    this.recalling.catch(() => {}) // Whoever asks next begins anew.
    const all = await Promise.race([this.recalling.then(() => true), sleep(RECALL_MS, false, { ref: false })])
    if (all) return
    const detail = 'Redis has forgotten which jobs there are; they are being looked for in the bucket. Try again.'
    throw new Problem('not_ready', detail, { retryAfterSeconds: 5 })
  }

  private change(id: string, work: (standing: Standing) => Promise<void>): Promise<Job> {
    return answering(async () => {
      await work(await this.standing(id))
      return this.show(await this.standing(id))
    })
  }

  /** @throws Problem `unknown_job` */
  private async standing(id: string): Promise<Standing> {
    const known = await this.ledger.standing(id)
    if (known) return known
    // Redis may have lost it.
    const restored = isJobId(id) && (await restoreJob(this.options.store, this.ledger, id))
    const standing = restored ? await this.ledger.standing(id) : null
    if (standing === null) throw unknownJob()
    await this.queue.feed(id)
    return standing
  }

  private async show(standing: Standing): Promise<Job> {
    return viewOf(standing, await this.ledger.rate(standing.spec.id), this.options.retentionMs)
  }
}

/** A mark says all by being there; some stores are picky about empty objects. */
const MARK = '{}'
/** How long somebody waits for the jobs to be looked for. */
const RECALL_MS = 4_000

/** What is no id is no key of the bucket either. */
function isJobId(id: string): boolean {
  return /^[\w-]{32}$/.test(id)
}

async function* rowsOf(lines: AsyncIterable<ResultLine>, only?: ResultRow['status']): AsyncGenerator<ResultRow> {
  for await (const { row, index } of withRests(lines))
    if (only === undefined || row.status === only) yield { ...row, index }
}

const NOTHING = new Uint8Array()

/** Says what was added, for a key to be compared by. */
function digesting(writer: ShardWriter, digest: Hash): Draft {
  return {
    async add(input, bytes) {
      digest.update(JSON.stringify(input)).update(await sha256Of(bytes ?? NOTHING))
      if (due()) await rest()
      await writer.add(input, bytes)
    },
    get count() {
      return writer.count
    },
    get held() {
      return writer.held
    },
  }
}

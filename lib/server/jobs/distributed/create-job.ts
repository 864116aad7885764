import { createHash, type Hash } from 'node:crypto'
import type { Job, JobParameters } from '@/lib/shared/contract/jobs'
import type { Engine } from '../../engine/types'
import { sha256Of } from '../../event-loop/digest'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import { isRedisFailure } from '../../redis/errors'
import type { ObjectStore } from '../../storage/object-store'
import type { Draft, JobSpec } from '../backend'
import { newSpec } from '../job-spec'
import { requirePhotos } from '../require-photos'
import { requireSource, type Sources } from '../source'
import type { JobLookup } from './job-lookup'
import type { JobRecord } from './job-record'
import type { Ledger } from './ledger'
import { closedMarker, jobPrefix, MARKER_BODY } from './object-keys'
import { removeObjects, removeUncommitted } from './remove'
import { ShardWriter } from './shard-writer'
import { CommitUncertain, commitJob } from './spec'
import { newRecord } from './view'
import type { WorkQueue } from './work-queue'

export interface CreateOptions {
  engine: Engine
  store: ObjectStore
  sources: Sources
  /** @throws Problem `url_refused` if this server may not send requests there */
  requireAllowedUrl(url: string): void
}

type Fill = (draft: Draft) => Promise<void>

/** Creates jobs in the bucket, each completely or not at all, and then starts them in Redis. */
export class JobCreator {
  constructor(
    private readonly options: CreateOptions,
    private readonly ledger: Ledger,
    private readonly queue: WorkQueue,
    private readonly lookup: JobLookup,
    /** `rate` is null for a job that Redis doesn't have yet. */
    private readonly viewOf: (record: JobRecord, rate?: null) => Job | Promise<Job>,
  ) {}

  /** What can be refused without the photos is refused at once. @throws Problem */
  async prepare(parameters: JobParameters, chargedTo?: string): Promise<JobSpec> {
    const { options } = this
    if (parameters.callback_url !== undefined) options.requireAllowedUrl(parameters.callback_url)
    if (parameters.source !== undefined) requireSource(parameters.source, options.sources)
    return newSpec(options.engine, parameters, chargedTo)
  }

  async create(
    prepared: JobSpec,
    parameters: JobParameters,
    fill: Fill,
    key: string | undefined,
  ): Promise<{ job: Job; created: boolean }> {
    const { store } = this.options
    const created_at = new Date(await this.ledger.now()).toISOString()
    const spec: JobSpec = { ...prepared, created_at, ...(key === undefined ? {} : { key }) }
    const { id } = spec
    try {
      const { shards, count, body } = await this.writePhotos(id, parameters, fill)
      const existing = await commitJob(store, spec, body)
      if (existing === null) return { job: await this.start(spec, parameters, shards, count), created: true }
      await removeObjects(store, jobPrefix(id))
      return { job: await this.viewOf(await this.lookup.get(existing)), created: false }
    } catch (error) {
      // Whatever can't be removed now is removed by the sweep.
      if (!(error instanceof CommitUncertain)) await removeUncommitted(store, id).catch(() => {})
      throw error
    }
  }

  /** Writes the photos of a new job into the bucket. @returns its shards, and a digest of its contents */
  private async writePhotos(id: string, parameters: JobParameters, fill: Fill) {
    const { store } = this.options
    const shards: { shard: number; first: number }[] = []
    const writer = new ShardWriter(store, id, { shard: 0, first: 0 }, async (shard, { first, lines }) => {
      shards.push({ shard, first })
      const names = lines.map(({ file }) => file)
      if (parameters.open) await this.ledger.names.add(id, names)
    })
    const digest = createHash('sha256').update(JSON.stringify(parameters))
    try {
      await fill(withDigest(writer, digest))
      await writer.flush()
    } catch (error) {
      // Writes in flight would otherwise arrive after everything else was removed.
      await writer.settled()
      throw error
    }
    requirePhotos(writer.count, parameters)
    if (!parameters.open) await store.put(closedMarker(id), MARKER_BODY, { ifAbsent: true })
    return { shards, count: writer.count, body: digest.digest('hex') }
  }

  /** Starts a committed job. It exists even if Redis fails now: Redis then restores it from the bucket later. */
  private async start(
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
      return { ...(await this.viewOf(await this.lookup.get(id))), ...secret }
    } catch (error) {
      if (!isRedisFailure(error)) throw error
      const record = newRecord(spec, { open, listing, total, shards: shards.length })
      return { ...(await this.viewOf(record, null)), ...secret }
    }
  }
}

const NO_BYTES = new Uint8Array()

/** Computes a digest of everything added, which an Idempotency-Key is compared by. */
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

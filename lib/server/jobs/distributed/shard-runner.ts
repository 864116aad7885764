import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../../engine/types'
import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec, ResultLine } from '../backend'
import { BATCH_REQUEST, ClassificationCache, classifyPhoto, requireSize } from '../classify-photo'
import { runConcurrently } from '../concurrency'
import { requestOf } from '../job-spec'
import { readObject, type Sources } from '../source'
import { reasonOf } from './failures'
import type { JobRecord } from './job-record'
import type { Ledger, Task } from './ledger'
import { type ManifestLine, readShard, type Shard } from './manifest'
import { manifestKey, packKey, specKey } from './object-keys'
import { finishedPacks, PackReader } from './packs'
import { latestResults, type PartCounts, partCounts, writePart } from './parts'

export interface ShardRunnerOptions {
  engine: Engine
  store: ObjectStore
  /** Photos of a shard that run at once. */
  concurrency: number
  /** Maximum bytes of a photo. */
  imageBytes: number
  sources: Sources
  /** @throws Problem */
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  /** Loads newer models, if there are any. */
  refreshModels?(): Promise<void>
  /** Called for each classified photo with its model and the time of each stage (milliseconds). */
  onClassified?(model: string, timings: Classification['timings']): void
}

/** Number of jobs whose results stay cached, the latest. */
const MAX_CACHES = 8
/** How often to check whether the job was cancelled. */
const POLL_MS = 1000

/** The bucket failed, not the photo: the whole shard is retried later. */
class BucketFailure extends Error {
  override readonly name = 'BucketFailure'
}

/** Runs shards. A shard may run twice, even on two machines at once: the results that reach the bucket first count. */
export class ShardRunner {
  private readonly caches = new Map<string, ClassificationCache>()

  constructor(
    private readonly options: ShardRunnerOptions,
    private readonly ledger: Ledger,
  ) {}

  /**
   * Runs a shard, writes its part to the bucket, and counts it.
   *
   * @returns false if the shard was returned or is no longer needed
   */
  async run(task: Task, signal: AbortSignal): Promise<boolean> {
    const record = await this.ledger.record(task.id)
    if (record?.state === 'cancelled') return this.countLate(task, signal)
    if (record?.state !== 'running') return false
    if (record.paused) {
      await this.ledger.returnShard(task)
      return false
    }
    await this.requireModel(record.spec)
    const counts = (await partCounts(this.options.store, task, signal)) ?? (await this.runShard(task, record, signal))
    return counts !== null && (await this.ledger.countShard(task, counts))
  }

  /**
   * Counts a shard of a cancelled job whose results reached the bucket anyway, so that the counts match the results.
   *
   * @returns whether it did
   */
  async countLate(task: Task, signal: AbortSignal): Promise<boolean> {
    const counts = await partCounts(this.options.store, task, signal)
    return counts !== null && (await this.ledger.countShard(task, counts))
  }

  /** A new model reaches some machines before others. If the job's model isn't here yet, refresh the models. */
  private async requireModel({ model: { id, revision } }: JobSpec): Promise<void> {
    const { engine, refreshModels } = this.options
    if (await engine.hasRevision(id, revision)) return
    await refreshModels?.()
  }

  /** Null if the job ended meanwhile. */
  private async runShard(task: Task, { spec }: JobRecord, signal: AbortSignal): Promise<PartCounts | null> {
    const { store } = this.options
    const shard = await readShard(store, task.id, task.shard, signal)
    if (shard === null) throw new BucketFailure(`${manifestKey(task.id, task.shard)} does not exist`)
    const before = task.round === 0 ? [] : await latestResults(store, task.id, task.shard, task.round + 1, signal)
    const done = new Set(before.filter(({ row }) => row.status === 'ok').map(({ index }) => index))
    const pending = shard.lines
      .map((line, position) => ({ line, index: shard.first + position }))
      .filter(({ index }) => !done.has(index))
    const ended = this.watchForEnd(task.id)
    const stop = AbortSignal.any([signal, ended.signal])
    try {
      const lines = await this.classifyAll(task, spec, pending, stop)
      const counts = await writePart(store, task, lines)
      for (const { row, index } of lines) if (row.status === 'ok') done.add(index)
      await this.removePacks(task.id, shard, done)
      return counts
    } catch (error) {
      if (ended.signal.aborted) return null
      throw error
    } finally {
      ended.stop()
    }
  }

  private async classifyAll(
    { round }: Task,
    spec: JobSpec,
    pending: readonly { line: ManifestLine; index: number }[],
    signal: AbortSignal,
  ): Promise<ResultLine[]> {
    const cache = this.cacheFor(spec)
    const packs = new PackReader(
      this.options.store,
      spec.id,
      pending.map(({ line }) => line),
    )
    const lines: ResultLine[] = []
    const run = async ({ line, index }: { line: ManifestLine; index: number }) => {
      const read = (abort: AbortSignal) => this.read(packs, line, abort)
      lines.push({ index, round, row: await classifyPhoto({ file: line.file, read }, spec.model, cache, signal) })
    }
    await runConcurrently(pending, this.options.concurrency, run, signal)
    signal.throwIfAborted()
    return lines.sort((a, b) => a.index - b.index)
  }

  private async read(
    packs: PackReader,
    { url, upload, object, problem }: ManifestLine,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { imageBytes, fetchPhoto, sources } = this.options
    if (problem) throw new Problem(problem.code, problem.detail)
    if (url !== undefined) return fetchPhoto(url, signal)
    try {
      if (object) return await readObject(sources.buckets, object, imageBytes, signal)
      if (upload) return requireSize(await packs.read(upload, signal), imageBytes)
      throw new Problem('not_found', 'The job has no contents for this photo.')
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_ready')
        throw new BucketFailure(reasonOf(error), { cause: error })
      throw error
    }
  }

  /** Deletes uploads that have results. If that fails, nothing is lost: they are deleted with the job. */
  private async removePacks(id: string, { first, lines }: Shard, done: ReadonlySet<number>): Promise<void> {
    const keys = finishedPacks(lines, (position) => done.has(first + position)).map((pack) => packKey(id, pack))
    if (keys.length > 0) await this.options.store.remove(keys).catch(() => {})
  }

  private cacheFor(spec: JobSpec): ClassificationCache {
    const known = this.caches.get(spec.id)
    if (known) return known
    const { id, revision } = spec.model
    const request = { model: id, revision, ...requestOf(spec), ...BATCH_REQUEST }
    const cache = new ClassificationCache(async (image, signal) => {
      const result = await this.options.engine.classify(image, request, signal)
      this.options.onClassified?.(result.model.id, result.timings)
      if (result.model.revision === spec.model.revision) return result
      const detail = `Revision ${spec.model.revision} of this job’s model is no longer available. Create a new job.`
      throw new Problem('unknown_model', detail)
    })
    this.caches.set(spec.id, cache)
    if (this.caches.size > MAX_CACHES) this.caches.delete(this.caches.keys().next().value as string)
    return cache
  }

  /** A job that Redis has lost hasn't ended: its results are needed when it is restored. */
  private async hasEnded(id: string): Promise<boolean> {
    const record = await this.ledger.record(id)
    if (record !== null) return record.state !== 'running'
    return (await this.options.store.metadata(specKey(id))) === null
  }

  /** Aborts when the job has ended or was deleted. */
  private watchForEnd(id: string): { signal: AbortSignal; stop(): void } {
    const controller = new AbortController()
    const timer = setInterval(async () => {
      // No answer means nothing.
      if (await this.hasEnded(id).catch(() => false)) controller.abort(new Error('the job has ended'))
    }, POLL_MS)
    return { signal: controller.signal, stop: () => clearInterval(timer) }
  }
}

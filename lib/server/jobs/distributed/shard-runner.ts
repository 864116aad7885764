import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../../engine/types'
import type { ObjectStore } from '../../storage/object-store'
import type { JobSpec, ResultLine } from '../backend'
import { BATCH_REQUEST, ClassificationCache, classifyPhoto, requireSize } from '../classify-photo'
import { runConcurrently } from '../concurrency'
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
  /** Photos of a shard at once. */
  concurrency: number
  /** Bytes of a photo at most. */
  imageBytes: number
  sources: Sources
  /** @throws Problem */
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  /** Looks whether there are newer models than those that are loaded, and loads them. */
  refreshModels?(): Promise<void>
  /** Told of each photo that was answered: by which model, and its stages in milliseconds. */
  onClassified?(model: string, timings: Classification['timings']): void
}

/** Jobs whose answers are remembered, the latest. */
const MAX_CACHES = 8
/** How often it is looked whether the job was cancelled meanwhile. */
const POLL_MS = 1000

/** The bucket failed, not the photo: the whole shard is run again later. */
class BucketFailure extends Error {
  override readonly name = 'StoreFailure'
}

/** Runs shards. A shard may run twice, and on two machines at once: of its results those count that were in the bucket first. */
export class ShardRunner {
  private readonly caches = new Map<string, ClassificationCache>()

  constructor(
    private readonly options: ShardRunnerOptions,
    private readonly ledger: Ledger,
  ) {}

  /** Runs a shard to its part in the bucket, and counts it. Whether it is counted now: not where it was given back, or nobody wants it any more. */
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

  /** Counts a shard of a cancelled job whose results came into the bucket all the same: what is there to be read is what the counts say. Whether it did. */
  async countLate(task: Task, signal: AbortSignal): Promise<boolean> {
    const counts = await partCounts(this.options.store, task, signal)
    return counts !== null && (await this.ledger.countShard(task, counts))
  }

  /** Models come to one machine before another: where the job's is not here yet, it is asked for. */
  private async requireModel({ model: { id, revision } }: JobSpec): Promise<void> {
    const { engine, refreshModels } = this.options
    if (engine.models().some((model) => model.id === id && model.revision === revision)) return
    await refreshModels?.()
  }

  /** Null where the job was ended meanwhile. */
  private async runShard(task: Task, { spec }: JobRecord, signal: AbortSignal): Promise<PartCounts | null> {
    const { store } = this.options
    const shard = await readShard(store, task.id, task.shard, signal)
    if (shard === null) throw new BucketFailure(`${manifestKey(task.id, task.shard)} is not there`)
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
      throw new Problem('not_found', 'The photo is nowhere.')
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_ready')
        throw new BucketFailure(reasonOf(error), { cause: error })
      throw error
    }
  }

  /** Uploads that have their answer are not kept. Failing to remove them loses nothing: they go with the job. */
  private async removePacks(id: string, { first, lines }: Shard, done: ReadonlySet<number>): Promise<void> {
    const keys = finishedPacks(lines, (position) => done.has(first + position)).map((pack) => packKey(id, pack))
    if (keys.length > 0) await this.options.store.remove(keys).catch(() => {})
  }

  private cacheFor(spec: JobSpec): ClassificationCache {
    const known = this.caches.get(spec.id)
    if (known) return known
    const { model, top_k, threshold } = spec
    const request = { model: model.id, topK: top_k, threshold, ...BATCH_REQUEST }
    const cache = new ClassificationCache(async (image, signal) => {
      const result = await this.options.engine.classify(image, request, signal)
      this.options.onClassified?.(result.model.id, result.timings)
      if (result.model.revision === spec.model.revision) return result
      const detail = `The job was made for revision ${spec.model.revision} of the model, which is gone. Make a new job.`
      throw new Problem('unknown_model', detail)
    })
    this.caches.set(spec.id, cache)
    if (this.caches.size > MAX_CACHES) this.caches.delete(this.caches.keys().next().value as string)
    return cache
  }

  /** A job that Redis has forgotten is not over: its results are wanted when it is made anew. */
  private async hasEnded(id: string): Promise<boolean> {
    const record = await this.ledger.record(id)
    if (record !== null) return record.state !== 'running'
    return (await this.options.store.metadata(specKey(id))) === null
  }

  /** Aborts when the job is over or gone. */
  private watchForEnd(id: string): { signal: AbortSignal; stop(): void } {
    const controller = new AbortController()
    const timer = setInterval(async () => {
      // What does not answer now says nothing.
      if (await this.hasEnded(id).catch(() => false)) controller.abort(new Error('the job has ended'))
    }, POLL_MS)
    return { signal: controller.signal, stop: () => clearInterval(timer) }
  }
}

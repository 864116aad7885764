import type { Classification } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../../engine/types'
import type { ObjectStore } from '../../storage/objects'
import { Answers, classifyPhoto, requireSize, UNHURRIED } from '../classify-photo'
import type { JobSpec, ResultLine } from '../jobs'
import { inLanes } from '../lanes'
import { readObject, type Sources } from '../source'
import { manifestKey, packKey, specKey } from './layout'
import type { Ledger, Standing, Task } from './ledger'
import { type ManifestLine, readShard, type Shard } from './manifest'
import { donePacks, PackReader } from './packs'
import { latestResults, type PartCounts, partCounts, writePart } from './parts'
import { reasonOf } from './trouble'

export interface ShardRunnerOptions {
  engine: Engine
  store: ObjectStore
  /** Photos of a shard at once. */
  lanes: number
  /** Bytes of a photo at most. */
  imageBytes: number
  sources: Sources
  /** @throws Problem */
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  /** Looks whether there are newer models than those that are loaded, and loads them. */
  renewModels?(): Promise<void>
  /** Told of each photo that was answered: by which model, and its stages in milliseconds. */
  answered?(model: string, timings: Classification['timings']): void
}

/** Jobs whose answers are remembered, the latest. */
const REMEMBERED = 8
/** How often it is looked whether the job was cancelled meanwhile. */
const LOOK_MS = 1000

/** The bucket failed, not the photo: the whole shard is run again later. */
class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
}

/** Runs shards. A shard may run twice, and on two machines at once: of its results those count that were in the bucket first. */
export class ShardRunner {
  private readonly answers = new Map<string, Answers>()

  constructor(
    private readonly options: ShardRunnerOptions,
    private readonly ledger: Ledger,
  ) {}

  /** Runs a shard to its part in the bucket, and counts it. Whether it is counted now: not where it was given back, or nobody wants it any more. */
  async run(task: Task, signal: AbortSignal): Promise<boolean> {
    const standing = await this.ledger.standing(task.id)
    if (standing?.state === 'cancelled') return this.countLate(task, signal)
    if (standing?.state !== 'running') return false
    if (standing.paused) {
      await this.ledger.collectGarbageAbove(task)
      return false
    }
    await this.requireModel(standing.spec)
    const counts = (await partCounts(this.options.store, task, signal)) ?? (await this.make(task, standing, signal))
    return counts !== null && (await this.ledger.finish(task, counts))
  }

  /** Counts a shard of a cancelled job whose results came into the bucket all the same: what is there to be read is what the counts say. Whether it did. */
  async countLate(task: Task, signal: AbortSignal): Promise<boolean> {
    const counts = await partCounts(this.options.store, task, signal)
    return counts !== null && (await this.ledger.finish(task, counts))
  }

  /** Models come to one machine before another: where the job's is not here yet, it is asked for. */
  private async requireModel({ model: { id, revision } }: JobSpec): Promise<void> {
    const { engine, renewModels } = this.options
    if (engine.models().some((model) => model.id === id && model.revision === revision)) return
    await renewModels?.()
  }

  /** Null where the job was ended meanwhile. */
  private async make(task: Task, { spec }: Standing, signal: AbortSignal): Promise<PartCounts | null> {
    const { store } = this.options
    const shard = await readShard(store, task.id, task.shard, signal)
    if (shard === null) throw new StoreFailure(`${manifestKey(task.id, task.shard)} is not there`)
    const before = task.round === 0 ? [] : await latestResults(store, task.id, task.shard, task.round + 1, signal)
    const done = new Set(before.filter(({ row }) => row.status === 'ok').map(({ index }) => index))
    const todo = shard.lines
      .map((line, place) => ({ line, index: shard.first + place }))
      .filter(({ index }) => !done.has(index))
    const ended = this.ended(task.id)
    const stop = AbortSignal.any([signal, ended.signal])
    try {
      const lines = await this.lines(task, spec, todo, stop)
      const counts = await writePart(store, task, lines)
      for (const { row, index } of lines) if (row.status === 'ok') done.add(index)
      await this.clean(task.id, shard, done)
      return counts
    } catch (error) {
      if (ended.signal.aborted) return null
      throw error
    } finally {
      ended.stop()
    }
  }

  private async lines(
    { round }: Task,
    spec: JobSpec,
    todo: readonly { line: ManifestLine; index: number }[],
    signal: AbortSignal,
  ): Promise<ResultLine[]> {
    const answers = this.answersFor(spec)
    const packs = new PackReader(
      this.options.store,
      spec.id,
      todo.map(({ line }) => line),
    )
    const lines: ResultLine[] = []
    const run = async ({ line, index }: { line: ManifestLine; index: number }) => {
      const read = (abort: AbortSignal) => this.read(packs, line, abort)
      lines.push({ index, round, row: await classifyPhoto({ file: line.file, read }, spec.model, answers, signal) })
    }
    await inLanes(todo, this.options.lanes, run, signal)
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
        throw new StoreFailure(reasonOf(error), { cause: error })
      throw error
    }
  }

  /** Uploads that have their answer are not kept. Failing to remove them loses nothing: they go with the job. */
  private async clean(id: string, { first, lines }: Shard, done: ReadonlySet<number>): Promise<void> {
    const keys = donePacks(lines, (place) => done.has(first + place)).map((pack) => packKey(id, pack))
    if (keys.length > 0) await this.options.store.remove(keys).catch(() => {})
  }

  private answersFor(spec: JobSpec): Answers {
    const known = this.answers.get(spec.id)
    if (known) return known
    const { model, top_k, threshold } = spec
    const asked = { model: model.id, topK: top_k, threshold, ...UNHURRIED }
    const answers = new Answers(async (image, signal) => {
      const result = await this.options.engine.classify(image, asked, signal)
      this.options.answered?.(result.model.id, result.timings)
      if (result.model.revision === spec.model.revision) return result
      const detail = `The job was made for revision ${spec.model.revision} of the model, which is gone. Make a new job.`
      throw new Problem('unknown_model', detail)
    })
    this.answers.set(spec.id, answers)
    if (this.answers.size > REMEMBERED) this.answers.delete(this.answers.keys().next().value as string)
    return answers
  }

  /** A job that Redis has forgotten is not over: its results are wanted when it is made anew. */
  private async isOver(id: string): Promise<boolean> {
    const standing = await this.ledger.standing(id)
    if (standing !== null) return standing.state !== 'running'
    return (await this.options.store.metadata(specKey(id))) === null
  }

  /** Aborts when the job is over or gone. */
  private ended(id: string): { signal: AbortSignal; stop(): void } {
    const controller = new AbortController()
    const timer = setInterval(async () => {
      // What does not answer now says nothing.
      if (await this.isOver(id).catch(() => false)) controller.abort(new Error('the job has ended'))
    }, LOOK_MS)
    return { signal: controller.signal, stop: () => clearInterval(timer) }
  }
}

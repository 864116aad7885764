import { readFile } from 'node:fs/promises'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../../engine/types'
import { due, rest } from '../../event-loop/slices'
import { BUCKET_CODE, StoreFault, troubleOf } from '../../storage/store-fault'
import { Answers, classifyPhoto, requireSize, UNHURRIED } from '../classify-photo'
import { readObject, type Sources } from '../source'
import type { JobFolder } from './job'
import { LOST_CODE } from './lease'
import type { Troubles } from './troubles'

export interface RunnerOptions {
  engine: Engine
  /** Photos at once over all jobs. */
  lanes: number
  /** Bytes of a photo at most. */
  imageBytes: number
  sources: Sources
  /** @throws Problem */
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  log: Record<'error' | 'warn' | 'info', (fields: object, message: string) => void>
}

/** A job that nothing can be read or written for is tried again after this long. */
const WAIT_MS = 3000

/** Runs the photos of all jobs, a photo of each job in turn, so that a small job does not wait for a large one. */
export class Runner {
  private readonly jobs = new Map<JobFolder, Answers>()
  private turn: JobFolder[] = []
  private readonly idle = new Set<() => void>()
  private readonly timers = new Map<JobFolder, NodeJS.Timeout>()
  private readonly lanes: Promise<void>[]
  private closing = false

  constructor(
    private readonly options: RunnerOptions,
    private readonly troubles: Troubles,
  ) {
    this.lanes = Array.from({ length: options.lanes }, () => this.lane())
  }

  /** Takes a job in, or looks again at one that has more to do. */
  run(job: JobFolder): void {
    if (!this.jobs.has(job)) {
      this.jobs.set(job, this.answers(job))
      this.turn.push(job)
    }
    this.wake()
  }

  forget(job: JobFolder): void {
    this.jobs.delete(job)
    this.turn = this.turn.filter((other) => other !== job)
    this.troubles.over(job)
    clearTimeout(this.timers.get(job))
    this.timers.delete(job)
  }

  /** What a job was to do could not be done: it waits, and tries again. */
  failed(job: JobFolder, error: Error): void {
    // Where another server has the folder, the job is let go of.
    if (job.stopped || this.closing || (error as StoreFault).code === LOST_CODE) return
    const trouble = troubleOf(error)
    job.trouble = trouble
    if (trouble) this.troubles.begin(job, trouble, error)
    else this.options.log.error({ job: job.spec.id, err: error }, 'a photo of a job could not be finished')
    job.resting = true
    job.rest()
    job.changed()
    if (!this.timers.has(job))
      this.timers.set(
        job,
        setTimeout(() => this.again(job), WAIT_MS),
      )
  }

  /** Something was written for a job that waited. */
  fine(job: JobFolder): void {
    job.trouble = null
    this.troubles.over(job)
  }

  /** Takes up nothing more and waits for what runs. */
  async close(): Promise<void> {
    this.closing = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.wake()
    await Promise.all(this.lanes)
  }

  private again(job: JobFolder): void {
    this.timers.delete(job)
    job.resting = false
    try {
      job.settle()
    } catch (error) {
      this.failed(job, error as Error)
      return
    }
    this.settled(job)
    if (job.finishedAt === null) this.run(job)
  }

  private settled(job: JobFolder): void {
    if (job.trouble === null) this.troubles.over(job)
    // Its answers need not be remembered any more.
    if (job.finishedAt !== null) this.forget(job)
  }

  private answers({ spec }: JobFolder): Answers {
    const { model, top_k, threshold } = spec
    const asked = { model: model.id, topK: top_k, threshold, ...UNHURRIED }
    return new Answers(async (image, signal) => {
      const result = await this.options.engine.classify(image, asked, signal)
      if (result.model.revision === spec.model.revision) return result
      const detail = `The job was made for revision ${spec.model.revision} of the model, which is gone. Make a new job.`
      throw new Problem('unknown_model', detail)
    })
  }

  private async lane(): Promise<void> {
    while (!this.closing) {
      const task = this.take()
      // A photo may fail without being waited for: so would all of them, one after the other.
      if (due()) await rest()
      if (task) await this.work(task.job, task.index)
      else await new Promise<void>((resolve) => this.idle.add(resolve))
    }
  }

  private take(): { job: JobFolder; index: number } | null {
    for (let tries = this.turn.length; tries > 0; tries--) {
      const job = this.turn.shift() as JobFolder
      this.turn.push(job)
      const index = job.take()
      if (index !== null) return { job, index }
    }
    return null
  }

  /** @throws StoreFault where this server cannot have the photo now, which is not the photo's fault */
  private async read(job: JobFolder, index: number, signal: AbortSignal): Promise<Uint8Array> {
    const { fetchPhoto, imageBytes, sources } = this.options
    const { url, object, problem } = job.inputs[index] ?? {}
    if (problem) throw new Problem(problem.code, problem.detail)
    if (url !== undefined) return fetchPhoto(url, signal)
    if (object !== undefined) return readObject(sources.buckets, object, imageBytes, signal).catch(asFault)
    return requireSize(await readOwn(job.file(index)), imageBytes)
  }

  private async work(job: JobFolder, index: number): Promise<void> {
    const { file } = job.inputs[index] ?? { file: '' }
    const read = (signal: AbortSignal) => this.read(job, index, signal)
    const answers = this.jobs.get(job) ?? this.answers(job)
    try {
      job.finish(index, await classifyPhoto({ file, read }, job.spec.model, answers, job.stop.signal))
      this.settled(job)
      // While the store failed one photo was tried at a time.
      if (job.trouble === null) this.wake()
    } catch (error) {
      const passing = error instanceof Problem && error.code === 'shutting_down'
      job.release(index, !passing)
      if (!job.stop.signal.aborted && !passing) this.failed(job, error as Error)
    }
  }

  private wake(): void {
    for (const resolve of this.idle) resolve()
    this.idle.clear()
  }
}

/** A bucket that does not answer is no fault of the photo either. */
function asFault(cause: unknown): never {
  if (cause instanceof Problem && cause.code === 'not_ready') throw new StoreFault(BUCKET_CODE, cause.detail, { cause })
  throw cause
}

/** A photo that this server has taken in: whatever keeps it from being read is the server's. */
async function readOwn(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code = 'EIO', message } = cause as NodeJS.ErrnoException
    throw new StoreFault(code, message, { cause })
  }
}

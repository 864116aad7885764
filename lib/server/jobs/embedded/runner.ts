import { readFile } from 'node:fs/promises'
import { Problem } from '@/lib/shared/problem'
import type { Engine } from '../../engine/types'
import { Answers, classifyPhoto, requireSize } from '../classify-photo'
import { readObject, type Sources } from '../source'
import type { JobFolder } from './job'

export interface RunnerOptions {
  engine: Engine
  /** Photos at once over all jobs. */
  lanes: number
  /** Bytes of a photo at most. */
  imageBytes: number
  sources: Sources
  /** @throws Problem */
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  log: { error(fields: object, message: string): void; warn(fields: object, message: string): void }
}

/** A job that nothing can be written for is tried again after this long. */
const FULL_WAIT_MS = 3000

/** Runs the photos of all jobs, a photo of each job in turn, so that a small job does not wait for a large one. */
export class Runner {
  private readonly jobs = new Map<JobFolder, Answers>()
  private turn: JobFolder[] = []
  private readonly idle = new Set<() => void>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly lanes: Promise<void>[]
  private closing = false

  constructor(private readonly options: RunnerOptions) {
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
  }

  /** Takes up nothing more and waits for what runs. */
  async close(): Promise<void> {
    this.closing = true
    for (const timer of this.timers) clearTimeout(timer)
    this.wake()
    await Promise.all(this.lanes)
  }

  private answers({ spec }: JobFolder): Answers {
    const asked = { model: spec.model.id, topK: spec.top_k, threshold: spec.threshold, priority: 'batch' as const }
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

  private async read(job: JobFolder, index: number, signal: AbortSignal): Promise<Uint8Array> {
    const { fetchPhoto, imageBytes, sources } = this.options
    const { url, object, problem } = job.inputs[index] ?? {}
    if (problem) throw new Problem(problem.code, problem.detail)
    if (url !== undefined) return fetchPhoto(url, signal)
    if (object !== undefined) return readObject(sources.buckets, object, imageBytes, signal)
    return requireSize(await readFile(job.file(index)), imageBytes)
  }

  private async work(job: JobFolder, index: number): Promise<void> {
    const { file } = job.inputs[index] ?? { file: '' }
    const read = (signal: AbortSignal) => this.read(job, index, signal)
    const answers = this.jobs.get(job) ?? this.answers(job)
    try {
      job.finish(index, await classifyPhoto({ file, read }, job.spec.model, answers, job.stop.signal))
      // Its answers need not be remembered any more.
      if (job.state === 'done') this.forget(job)
    } catch (error) {
      job.release(index)
      if (!job.stop.signal.aborted) this.failed(job, error as NodeJS.ErrnoException)
    }
  }

  /** The photo is not done: the disk is full, the server stops, or there is a fault. It is tried again after a while. */
  private failed(job: JobFolder, error: NodeJS.ErrnoException): void {
    if (error instanceof Problem && error.code === 'shutting_down') return
    const full = error.code === 'ENOSPC'
    if (full) this.options.log.warn({ job: job.spec.id }, 'the disk is full; the job waits')
    else this.options.log.error({ job: job.spec.id, err: error }, 'a photo of a job could not be finished')
    job.full = true
    job.changed()
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      job.full = false
      job.changed()
      this.wake()
    }, FULL_WAIT_MS)
    this.timers.add(timer)
  }

  private wake(): void {
    for (const resolve of this.idle) resolve()
    this.idle.clear()
  }
}

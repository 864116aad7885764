import { readFile } from 'node:fs/promises'
import { Problem } from '@/lib/shared/problems/problem'
import type { Engine } from '../../engine/types'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import { BUCKET_CODE, StorageError, storageFaultOf } from '../../storage/storage-errors'
import { BATCH_REQUEST, ClassificationCache, classifyPhoto, requireSize } from '../classify-photo'
import { requestOf } from '../job-spec'
import { readObject, type Sources } from '../source'
import type { FaultMonitor } from './fault-monitor'
import type { JobFolder } from './job-folder'
import { LEASE_LOST_CODE } from './lease'

export interface RunnerOptions {
  engine: Engine
  /** How many photos run at once, over all jobs. */
  concurrency: number
  /** Maximum bytes of a photo. */
  imageBytes: number
  sources: Sources
  /** @throws Problem */
  fetchPhoto(url: string, signal: AbortSignal): Promise<Uint8Array>
  log: Record<'error' | 'warn' | 'info', (fields: object, message: string) => void>
}

/** A job whose files can't be read or written is retried after this time. */
const RETRY_MS = 3000

/** Runs the photos of all jobs, one photo of each job in turn, so that a small job doesn't wait for a large one. */
export class PhotoRunner {
  private readonly jobs = new Map<JobFolder, ClassificationCache>()
  private rotation: JobFolder[] = []
  private readonly idleLoops = new Set<() => void>()
  private readonly retryTimers = new Map<JobFolder, NodeJS.Timeout>()
  private readonly loops: Promise<void>[]
  private closing = false

  constructor(
    private readonly options: RunnerOptions,
    private readonly faults: FaultMonitor,
  ) {
    this.loops = Array.from({ length: options.concurrency }, () => this.runLoop())
  }

  /** Adds a job, or checks one again that has new photos. */
  schedule(job: JobFolder): void {
    if (!this.jobs.has(job)) {
      this.jobs.set(job, this.cacheFor(job))
      this.rotation.push(job)
    }
    this.wake()
  }

  remove(job: JobFolder): void {
    this.jobs.delete(job)
    this.rotation = this.rotation.filter((other) => other !== job)
    this.faults.clear(job)
    clearTimeout(this.retryTimers.get(job))
    this.retryTimers.delete(job)
  }

  /** Pauses a job whose work failed, and retries it later. */
  backOff(job: JobFolder, error: Error): void {
    // If another server has taken over the folder, this one lets go of the job.
    if (job.stopped || this.closing || (error as StorageError).code === LEASE_LOST_CODE) return
    const fault = storageFaultOf(error)
    job.fault = fault
    if (fault) this.faults.report(job, fault, error)
    else this.options.log.error({ job: job.spec.id, err: error }, 'a photo of a job could not be finished')
    job.backingOff = true
    job.releaseFiles()
    job.notifyWatchers()
    if (!this.retryTimers.has(job))
      this.retryTimers.set(
        job,
        setTimeout(() => this.retry(job), RETRY_MS),
      )
  }

  /** A write succeeded for a job that was paused by a fault. */
  clearFault(job: JobFolder): void {
    job.fault = null
    this.faults.clear(job)
  }

  /** Starts nothing more and waits for photos in flight. */
  async close(): Promise<void> {
    this.closing = true
    for (const timer of this.retryTimers.values()) clearTimeout(timer)
    this.wake()
    await Promise.all(this.loops)
  }

  private retry(job: JobFolder): void {
    this.retryTimers.delete(job)
    job.backingOff = false
    try {
      job.settle()
    } catch (error) {
      this.backOff(job, error as Error)
      return
    }
    this.onProgress(job)
    if (job.finishedAt === null) this.schedule(job)
  }

  private onProgress(job: JobFolder): void {
    if (job.fault === null) this.faults.clear(job)
    // Its cached results are no longer needed.
    if (job.finishedAt !== null) this.remove(job)
  }

  private cacheFor({ spec }: JobFolder): ClassificationCache {
    const { id, revision } = spec.model
    const request = { model: id, revision, ...requestOf(spec), ...BATCH_REQUEST }
    return new ClassificationCache(async (image, signal) => {
      const result = await this.options.engine.classify(image, request, signal)
      if (result.model.revision === spec.model.revision) return result
      const detail = `Revision ${spec.model.revision} of this job’s model is no longer available. Create a new job.`
      throw new Problem('unknown_model', detail)
    })
  }

  private async runLoop(): Promise<void> {
    for (;;) {
      // Photos may fail without ever waiting, and would then block the event loop one after another.
      if (shouldYield()) await yieldToEventLoop()
      // No await between these and the wait below: what happens meanwhile would wake nobody.
      if (this.closing) return
      const task = this.nextPhoto()
      if (task) await this.runPhoto(task.job, task.index)
      else await new Promise<void>((resolve) => this.idleLoops.add(resolve))
    }
  }

  private nextPhoto(): { job: JobFolder; index: number } | null {
    for (let tries = this.rotation.length; tries > 0; tries--) {
      const job = this.rotation.shift() as JobFolder
      this.rotation.push(job)
      const index = job.take()
      if (index !== null) return { job, index }
    }
    return null
  }

  /** @throws StorageError if this server can't read the photo at the moment, which isn't the photo's fault */
  private async read(job: JobFolder, index: number, signal: AbortSignal): Promise<Uint8Array> {
    const { fetchPhoto, imageBytes, sources } = this.options
    const { url, object, problem } = job.inputs[index] ?? {}
    if (problem) throw new Problem(problem.code, problem.detail)
    if (url !== undefined) return fetchPhoto(url, signal)
    if (object !== undefined) return readObject(sources.buckets, object, imageBytes, signal).catch(asStorageError)
    return requireSize(await readUpload(job.photoPath(index)), imageBytes)
  }

  private async runPhoto(job: JobFolder, index: number): Promise<void> {
    const { file } = job.inputs[index] ?? { file: '' }
    const read = (signal: AbortSignal) => this.read(job, index, signal)
    const cache = this.jobs.get(job) ?? this.cacheFor(job)
    try {
      job.finish(index, await classifyPhoto({ file, read }, job.spec.model, cache, job.stop.signal))
      this.onProgress(job)
      // While storage failed, only one photo ran at a time.
      if (job.fault === null) this.wake()
    } catch (error) {
      const stopping = error instanceof Problem && error.code === 'shutting_down'
      job.release(index, !stopping)
      if (!job.stop.signal.aborted && !stopping) this.backOff(job, error as Error)
    }
  }

  private wake(): void {
    for (const resolve of this.idleLoops) resolve()
    this.idleLoops.clear()
  }
}

/** A bucket that doesn't respond isn't the photo's fault either. */
function asStorageError(cause: unknown): never {
  if (cause instanceof Problem && cause.code === 'not_ready')
    throw new StorageError(BUCKET_CODE, cause.detail, { cause })
  throw cause
}

/** Reads an uploaded photo. If that fails, it is this server's fault. */
async function readUpload(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code = 'EIO', message } = cause as NodeJS.ErrnoException
    throw new StorageError(code, message, { cause })
  }
}

import type { Job } from '@/lib/shared/contract/jobs'
import { type Failure, FILE_UNREADABLE, isServerAway } from '../api/failure'
import { serverWatch } from '../api/server-watch'
import { preparePhoto } from '../photos/prepare-photo'
import { addPhotos } from './api'
import type { BatchItem } from './items'
import type { PhotoSource } from './source'
import type { QueuedPhoto } from './upload-queue'

export interface UploaderOptions {
  /** Whether uploads are paused. */
  isPaused(): boolean
  /** The next photos to send, up to these limits in total, or a single one of any size; empty if none are waiting. */
  take(maxBytes: number, maxPhotos: number): QueuedPhoto[]
  /** The id of the job, which is created on first use. Rejects with a `Failure`. */
  ensureJob(): Promise<string>
  /** The server received these photos. */
  onSent(items: readonly BatchItem[], job: Job): void
  /** These photos can never be sent. */
  onFailed(items: readonly BatchItem[], failure: Failure): void
  /** These photos weren't sent and go back into the queue. */
  onPutBack(items: readonly BatchItem[]): void
  /** Why uploads are stalled; null as soon as one succeeds. */
  onIssue(failure: Failure | null): void
  /** The job accepts no more photos, or no longer exists. */
  onRejected(failure: Failure): void
  signal: AbortSignal
}

type Chunk = readonly QueuedPhoto[]

const MAX_PHOTOS = 64
const MAX_BYTES = 8_000_000
const MIN_BYTES = 500_000
/** Uploads should take between these: few round trips, yet little to resend after a failure. */
const SLOW_MS = 15_000
const FAST_MS = 3000
const INITIAL_RETRY_MS = 1000
const MAX_RETRY_MS = 30_000
/** Errors that concern the job, not a single photo. */
const JOB_ERRORS = new Set(['unknown_job', 'conflict', 'unknown_model', 'too_many_files', 'invalid_parameter'])

/** Uploads photos to a job, several per request, and retries after failures. */
export class Uploader {
  private chunkBytes = MAX_BYTES
  private running = false

  constructor(private readonly options: UploaderOptions) {}

  /** Sends all waiting photos, unless it's already doing so. */
  start(): void {
    if (!this.running) void this.run()
  }

  /** Sequential, so that the job receives the photos in order. */
  private async run(): Promise<void> {
    this.running = true
    for (let chunk = this.next(); chunk.length > 0; chunk = this.next()) await this.send(chunk)
    this.running = false
  }

  private next(): Chunk {
    return this.options.signal.aborted ? [] : this.options.take(this.chunkBytes, MAX_PHOTOS)
  }

  private async send(chunk: Chunk): Promise<void> {
    const { signal } = this.options
    for (let delay = INITIAL_RETRY_MS; ; delay = Math.min(2 * delay, MAX_RETRY_MS)) {
      const photos = await this.read(chunk)
      if (photos.length === 0) return
      const items = photos.map(({ item }) => item)
      const started = performance.now()
      try {
        const id = await this.options.ensureJob()
        if (this.options.isPaused()) return this.options.onPutBack(items)
        const job = await addPhotos(id, photos, signal)
        this.adjustChunkSize(performance.now() - started)
        this.options.onIssue(null)
        return this.options.onSent(items, job)
      } catch (error) {
        const failure = error as Failure
        if (signal.aborted) return this.options.onPutBack(items)
        if (!failure.retryable) return this.handleRejection(photos, failure)
        this.adjustChunkSize(performance.now() - started)
        this.options.onIssue(failure)
        await this.waitAfter(failure, delay)
      }
    }
  }

  private async handleRejection(chunk: Chunk, failure: Failure): Promise<void> {
    const items = chunk.map(({ item }) => item)
    if (JOB_ERRORS.has(failure.code)) {
      this.options.onPutBack(items)
      return this.options.onRejected(failure)
    }
    // One of the photos is at fault: send each separately.
    if (chunk.length === 1) return this.options.onFailed(items, failure)
    for (const photo of chunk) await this.send([photo])
  }

  /** Reads the photos. One whose file can no longer be read fails alone. */
  private async read(chunk: Chunk): Promise<(QueuedPhoto & { path: string; blob: Blob })[]> {
    const readable = []
    for (const photo of chunk) {
      try {
        readable.push({ ...photo, path: photo.item.path, blob: await readSource(photo.source) })
      } catch {
        this.options.onFailed([photo.item], FILE_UNREADABLE)
      }
    }
    return readable
  }

  private adjustChunkSize(uploadMs: number): void {
    if (uploadMs > SLOW_MS) this.chunkBytes = Math.max(this.chunkBytes / 2, MIN_BYTES)
    else if (uploadMs < FAST_MS) this.chunkBytes = Math.min(this.chunkBytes * 2, MAX_BYTES)
  }

  private waitAfter(failure: Failure, delay: number): Promise<void> {
    if (isServerAway(failure)) return serverWatch.wait(this.options.signal)
    return this.waitOrOnline(failure.retryAfterMs ?? delay)
  }

  /** Waits until the delay has passed, the connection is back, or the batch ends. */
  private waitOrOnline(ms: number): Promise<void> {
    if (this.options.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        window.removeEventListener('online', done)
        this.options.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      window.addEventListener('online', done)
      this.options.signal.addEventListener('abort', done)
    })
  }
}

/** Rejects if the file can't be read. HEIC that this browser can't convert is returned unchanged. */
async function readSource(source: PhotoSource): Promise<Blob> {
  const blob = await source.open()
  // Uploading a deleted file looks like a lost connection; reading its first byte fails unambiguously.
  await blob.slice(0, 1).arrayBuffer()
  if (!/\.(hei[cf]s?|hif)$/i.test(source.path)) return blob
  return (await preparePhoto(blob, { maxBytes: Number.POSITIVE_INFINITY, reduce: false })).file
}

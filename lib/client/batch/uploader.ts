import type { Job } from '@/lib/shared/contract/jobs'
import type { Failure } from '../api/failure'
import { preparePhoto } from '../photos/prepare-photo'
import { addPhotos } from './api'
import type { BatchItem } from './items'
import type { PhotoSource } from './source'
import type { QueuedPhoto } from './upload-queue'

export interface UploadOptions {
  /** Whether nothing is to be sent just now. */
  held(): boolean
  /** The next photos to send, of so many bytes together or a single one; none where there are none just now. */
  take(bytes: number, photos: number): QueuedPhoto[]
  /** The id of the job, which may have to be made. Rejects with a `Failure`. */
  job(): Promise<string>
  /** These are at the server. */
  sent(items: readonly BatchItem[], job: Job): void
  /** These never will be. */
  failed(items: readonly BatchItem[], failure: Failure): void
  /** These are to be sent another time. */
  returned(items: readonly BatchItem[]): void
  /** Why nothing goes on just now; null as soon as something does. */
  trouble(failure: Failure | null): void
  /** The job takes no more, or is gone. */
  refused(failure: Failure): void
  signal: AbortSignal
}

type Part = readonly QueuedPhoto[]

const MOST_PHOTOS = 64
const MOST_BYTES = 8_000_000
const LEAST_BYTES = 500_000
/** An upload should take about this long: few round trips, and little to send again. */
const SLOW_MS = 15_000
const FAST_MS = 3000
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
/** Refusals of the job, not of a photo. */
const OF_THE_JOB = new Set(['unknown_job', 'conflict', 'unknown_model', 'too_many_files', 'invalid_parameter'])

/** Sends photos to a job, several in each request, again where it fails. */
export class Uploader {
  private bytes = MOST_BYTES
  private running = false

  constructor(private readonly options: UploadOptions) {}

  /** Sends what there is to send, if it does not already. */
  start(): void {
    if (!this.running) void this.run()
  }

  /** One after another: the job has the photos in their order. */
  private async run(): Promise<void> {
    this.running = true
    for (let part = this.next(); part.length > 0; part = this.next()) await this.send(part)
    this.running = false
  }

  private next(): Part {
    return this.options.signal.aborted ? [] : this.options.take(this.bytes, MOST_PHOTOS)
  }

  private async send(part: Part): Promise<void> {
    const { signal } = this.options
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const photos = await this.read(part)
      if (photos.length === 0) return
      const items = photos.map(({ item }) => item)
      const started = performance.now()
      try {
        const id = await this.options.job()
        if (this.options.held()) return this.options.returned(items)
        const job = await addPhotos(id, photos, signal)
        this.pace(performance.now() - started)
        this.options.trouble(null)
        return this.options.sent(items, job)
      } catch (error) {
        const failure = error as Failure
        if (signal.aborted) return this.options.returned(items)
        if (!failure.retryable) return this.refused(photos, failure)
        this.pace(performance.now() - started)
        this.options.trouble(failure)
        await this.wait(failure.retryAfterMs ?? wait)
      }
    }
  }

  private async refused(part: Part, failure: Failure): Promise<void> {
    const items = part.map(({ item }) => item)
    if (OF_THE_JOB.has(failure.code)) {
      this.options.returned(items)
      return this.options.refused(failure)
    }
    // One of them is at fault: each by itself.
    if (part.length === 1) return this.options.failed(items, failure)
    for (const photo of part) await this.send([photo])
  }

  /** The bytes of photos. A file that cannot be read any more fails by itself. */
  private async read(part: Part): Promise<(QueuedPhoto & { path: string; blob: Blob })[]> {
    const read = []
    for (const photo of part) {
      try {
        read.push({ ...photo, path: photo.item.path, blob: await bytesOf(photo.source) })
      } catch {
        this.options.failed([photo.item], { code: 'file_unreadable', retryable: false, retryAfterMs: null })
      }
    }
    return read
  }

  private pace(ms: number): void {
    if (ms > SLOW_MS) this.bytes = Math.max(this.bytes / 2, LEAST_BYTES)
    else if (ms < FAST_MS) this.bytes = Math.min(this.bytes * 2, MOST_BYTES)
  }

  /** Or until the connection is back. */
  private wait(ms: number): Promise<void> {
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

/** Rejects where the file cannot be read. HEIC that this browser cannot convert goes as it is. */
async function bytesOf(source: PhotoSource): Promise<Blob> {
  const blob = await source.open()
  // An upload of a file that is gone looks like a lost connection; this does not.
  await blob.slice(0, 1).arrayBuffer()
  if (!/\.(hei[cf]s?|hif)$/i.test(source.path)) return blob
  return (await preparePhoto(blob, { maxBytes: Number.POSITIVE_INFINITY, reduce: false })).file
}

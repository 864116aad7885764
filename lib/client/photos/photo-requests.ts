import type { Classification } from '@/lib/shared/contract/contract'
import type { ClassifyCall } from '../api/classify'
import { type Failure, isServerAway } from '../api/failure'
import type { ServerWatch } from '../api/server-watch'
import { classifiedFile, type Phase, type Photo } from './photo'
import type { PhotoStore } from './photo-store'
import type { Prepared, PrepareOptions } from './prepare-photo'
import type { PreviewUrls } from './preview-urls'
import { type PhotoRequest, type QueuedRequest, RequestQueue } from './request-queue'

export interface RequestOptions {
  maxBytes: number
  /** @throws Failure */
  prepare(file: Blob, options: PrepareOptions): Promise<Prepared>
  send(file: Blob, call: ClassifyCall): Promise<Classification>
  /** As `send`, in this browser. */
  runHere(file: Blob, call: ClassifyCall): Promise<Classification>
  server: Pick<ServerWatch, 'wait' | 'askNow'>
  /** Called with each result, before it is reported to the pages; for the history. */
  onResult?(photo: Photo, result: Classification): void
}

/** Predictions to request. The page shows as many of them as the visitor likes without another request. */
const TOP_K = 10
/** Automatic retries while the server is busy or fails again after it came back; after that, the visitor can retry. */
const MAX_RETRIES = 3
const DEFAULT_RETRY_MS = 1000
/** So many waiting photos leave time for other work. */
const FEW = 12

/** Requests the results of a session's photos, in order, and writes their progress, results and failures to its store. */
export class PhotoRequests {
  private readonly queue = new RequestQueue(
    ({ id }) => this.store.photo(id) !== undefined,
    (request, signal) => this.run(request, signal),
  )
  /** Ends the wait for the server; null while nothing waits for it. */
  private serverWait: AbortController | null = null

  constructor(
    private readonly store: PhotoStore,
    private readonly urls: PreviewUrls,
    private readonly options: RequestOptions,
  ) {}

  /** The phase of a photo whose request was just added. */
  get initialPhase(): Phase {
    return { name: this.serverWait ? 'away' : 'waiting' }
  }

  /** Adds the request of a photo that has its initial phase. */
  add(request: PhotoRequest): void {
    this.queue.add(request)
  }

  /** Requests a photo's result, unless it exists or is already requested. */
  addUnlessKnown(id: number, model = this.store.state.model): void {
    const photo = this.store.photo(id)
    if (!photo || photo.phases[model]) return
    this.store.setPhase({ id, model }, this.initialPhase)
    this.queue.add({ id, model })
  }

  /** Aborts the running requests of a photo. */
  abort({ id, phases }: Photo): void {
    for (const model of Object.keys(phases)) this.queue.abort({ id, model })
  }

  /** Drops the requests that haven't started, as if they had never been added. */
  withdraw(): void {
    const { pending } = this.queue
    this.clear()
    this.store.setPhases(pending, null)
  }

  /** Drops the requests that haven't started. */
  clear(): void {
    this.queue.clear()
    this.serverWait?.abort()
  }

  /** Waits for the server no longer if no photo needs it anymore. */
  handleRemoval(): void {
    if (this.queue.pending.length === 0) this.serverWait?.abort()
  }

  /** Whether many photos wait for their turn, rather than for the server. */
  get busy(): boolean {
    return this.serverWait === null && this.queue.pending.length > FEW
  }

  dispose(): void {
    this.queue.dispose()
    this.serverWait?.abort()
  }

  private async run(request: QueuedRequest, signal: AbortSignal): Promise<void> {
    const { store } = this
    try {
      const file = await this.prepare(request)
      if (signal.aborted) return
      const { send, runHere } = this.options
      const { here } = store.state
      const result = await (here ? runHere : send)(file, {
        model: request.model,
        topK: TOP_K,
        crop: store.photo(request.id)?.crop ?? null,
        signal,
        onProgress: (sent, total) => store.setPhase(request, { name: 'uploading', sent, total }),
        onLoading: (received, total) => store.setPhase(request, { name: 'loading', received, total }),
        onUploaded: () => store.setPhase(request, { name: 'running' }),
      })
      const photo = store.photo(request.id)
      if (photo) this.options.onResult?.(photo, result)
      if (photo?.beforeOriginal) store.setPhoto(photo.id, { beforeOriginal: null })
      store.setPhase(request, { name: 'answered', result })
    } catch (error) {
      // A withdrawn request has been replaced by another one, or its photo was removed.
      if (!signal.aborted) this.handleFailure(request, error as Failure)
    }
  }

  /**
   * The file to classify. Prepared once, then reused for other models.
   *
   * @throws Failure
   */
  private async prepare(request: PhotoRequest): Promise<Blob> {
    const photo = this.store.photo(request.id)
    const { maxBytes } = this.options
    if (!photo) throw new Error('the photo was removed')
    let { prepared } = photo
    if (!prepared) {
      this.store.setPhase(request, { name: 'preparing' })
      prepared = await this.options.prepare(photo.file, { maxBytes, reduce: this.reduces(photo) })
      if (prepared.converted) this.urls.revoke(photo.file)
      this.store.setPhoto(photo.id, { prepared })
    }
    // Refused here, because the server would refuse it after the upload.
    if (prepared.file.size > maxBytes) throw tooLarge(prepared.file.size, maxBytes)
    return classifiedFile({ file: photo.file, prepared }, this.store.state.here)
  }

  /** A photo that stays in this browser needs no upload. */
  private reduces({ asIs }: Photo): boolean {
    const { reduce, here } = this.store.state
    return reduce && !asIs && !here
  }

  private handleFailure(request: QueuedRequest, failure: Failure): void {
    if (isServerAway(failure) && request.retries < MAX_RETRIES) return void this.waitForServer(request)
    if (failure.retryAfterMs === null || request.retries >= MAX_RETRIES) {
      this.fail(request, withHeicHelp(failure, this.store.photo(request.id)))
      return
    }
    const delay = Math.max(failure.retryAfterMs, DEFAULT_RETRY_MS)
    this.store.setPhase(request, { name: 'busy', until: Date.now() + delay })
    this.queue.retryLater(request, delay)
  }

  private fail({ id, model }: PhotoRequest, failure: Failure): void {
    const { beforeOriginal } = this.store.photo(id) ?? {}
    if (beforeOriginal)
      this.store.setPhoto(id, { asIs: false, beforeOriginal: null, originalFailure: failure, ...beforeOriginal })
    else this.store.setPhase({ id, model }, { name: 'failed', failure })
  }

  /** Holds this request and all that follow until the server is back. */
  private async waitForServer(request: QueuedRequest): Promise<void> {
    this.queue.pause()
    this.queue.putBack({ ...request, retries: request.retries + 1 })
    this.store.setPhases(this.queue.pending, { name: 'away' })
    if (this.serverWait) return
    this.serverWait = new AbortController()
    await this.options.server.wait(this.serverWait.signal)
    this.serverWait = null
    this.store.setPhases(this.queue.pending, { name: 'waiting' })
    this.queue.resume()
  }
}

/**
 * The server reports HEIC that it can't read as a damaged photo. If this browser couldn't convert it either, the
 * visitor needs to know that the format is the problem and what to do about it.
 */
function withHeicHelp(failure: Failure, photo: Photo | undefined): Failure {
  const unreadable = failure.code === 'truncated_image' || failure.code === 'unsupported_format'
  if (!unreadable || !photo?.prepared?.leftToServer) return failure
  return { code: 'heic_unreadable', retryable: false, retryAfterMs: null }
}

function tooLarge(size: number, limit: number): Failure {
  return { code: 'too_large_here', values: { size, limit }, retryable: false, retryAfterMs: null }
}

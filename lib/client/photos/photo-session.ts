import type { Classification } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import type { ClassifyCall } from '../api/classify'
import type { Failure } from '../api/failure'
import type { SubmittedVote } from '../api/feedback'
import type { Phase, Photo, RestoredPhoto } from './photo'
import type { Prepared, PrepareOptions } from './prepare-photo'
import { type PhotoRequest, type QueuedRequest, RequestQueue } from './request-queue'

export interface Snapshot {
  /** Whether photos from before a reload are still being restored. */
  restoring: boolean
  photos: readonly Photo[]
  selected: number | null
  model: string
  /** Whether large photos are resized before the upload. */
  reduce: boolean
}

export interface SessionOptions {
  model: string
  maxBytes: number
  reduce?: boolean
  /** The model and the highest photo id before a reload, if `restore` will be called. */
  previous?: { model: string; last: number } | null
  /** @throws Failure */
  prepare(file: Blob, options: PrepareOptions): Promise<Prepared>
  send(file: Blob, call: ClassifyCall): Promise<Classification>
  /** Called with each result, for the history. */
  onResult?(photo: Photo, result: Classification): void
}

/** Predictions to request. The page shows as many of them as the visitor likes without another request. */
const TOP_K = 10
/** Automatic retries while the server is busy; after that, the visitor can retry. */
const MAX_RETRIES = 3
const DEFAULT_RETRY_MS = 1000

/**
 * The photos of one visit and their results. Adding a photo never affects earlier ones. Owns the object URLs and the
 * request queue; pages subscribe to its snapshots.
 */
export class PhotoSession {
  private readonly initial: Snapshot
  private state: Snapshot
  private nextId: number
  private readonly queue = new RequestQueue(
    ({ id }) => this.photo(id) !== undefined,
    (request, signal) => this.run(request, signal),
  )
  private readonly listeners = new Set<() => void>()

  constructor(private readonly options: SessionOptions) {
    const { model, reduce = true, previous = null } = options
    this.initial = { photos: [], selected: null, model, reduce, restoring: false }
    this.state = { ...this.initial, model: previous?.model ?? model, restoring: previous !== null }
    this.nextId = (previous?.last ?? 0) + 1
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): Snapshot => this.state

  /** The state that the server renders: empty. */
  readonly serverSnapshot = (): Snapshot => this.initial

  /** Inserts photos from before a reload in front of those added since. */
  restore(photos: readonly RestoredPhoto[]): void {
    const added = this.state.photos
    const restored = photos.filter(({ id }) => added.every((photo) => photo.id !== id)).map(withUrl)
    this.nextId = Math.max(this.nextId, ...restored.map(({ id }) => id + 1))
    this.change({ restoring: false, photos: [...restored, ...added] })
    for (const { id } of restored) this.request(id)
  }

  /** Adds photos, selects the first one and requests their results in order. */
  add(files: readonly Blob[], credit: string | null = null): void {
    const photos = files.map((file) => ({
      id: this.nextId++,
      name: file instanceof File ? file.name : 'photo',
      file,
      url: URL.createObjectURL(file),
      credit,
      prepared: null,
      asIs: false,
      crop: null,
      phases: {},
      votes: {},
    }))
    const [first] = photos
    if (!first) return
    this.change({ photos: [...this.state.photos, ...photos], selected: first.id })
    for (const { id } of photos) this.request(id)
  }

  select(id: number): void {
    this.change({ selected: id })
    this.request(id)
  }

  setModel(model: string): void {
    this.change({ model })
    if (this.state.selected !== null) this.request(this.state.selected)
  }

  /** Applies to photos added from now on. */
  setReduce(reduce: boolean): void {
    this.change({ reduce })
  }

  /** Repeats the request with the original file. */
  sendOriginal(id: number): void {
    this.setPhoto(id, { asIs: true, prepared: null, crop: null, phases: {}, votes: {} })
    this.request(id)
  }

  /** Classifies another part of the photo, by each model from now on; null for the models' own crop. */
  setCrop(id: number, crop: Area | null): void {
    for (const model of Object.keys(this.photo(id)?.phases ?? {})) this.queue.abort({ id, model })
    this.setPhoto(id, { crop, phases: {} })
    this.request(id)
  }

  /** Repeats a request with the current model. */
  retry(id: number): void {
    this.setPhase({ id, model: this.state.model }, null)
    this.request(id)
  }

  /** Records the visitor's feedback on a result. */
  setVote(id: number, model: string, vote: SubmittedVote): void {
    this.setPhoto(id, { votes: { ...this.photo(id)?.votes, [model]: vote } })
  }

  /** Requests a result by any model unless there is one already; with `retry`, requests it again after a failure. */
  classify(id: number, model: string, { retry = false } = {}): void {
    if (retry) this.setPhase({ id, model }, null)
    this.request(id, model)
  }

  /** Retries the photos that failed because there was no connection. */
  retryOffline(): void {
    for (const { id, phases } of this.state.photos) {
      const phase = phases[this.state.model]
      if (phase?.name === 'failed' && phase.failure.code === 'offline') this.retry(id)
    }
  }

  /** Removes a photo, aborts its requests and selects its neighbor. */
  remove(id: number): void {
    const index = this.state.photos.findIndex((photo) => photo.id === id)
    const photo = this.state.photos[index]
    if (!photo) return
    for (const model of Object.keys(photo.phases)) this.queue.abort({ id, model })
    URL.revokeObjectURL(photo.url)
    const photos = this.state.photos.filter((other) => other.id !== id)
    const neighbor = photos[Math.min(index, photos.length - 1)]
    const selected = this.state.selected === id ? (neighbor?.id ?? null) : this.state.selected
    this.change({ photos, selected })
    if (selected !== null) this.request(selected)
  }

  /** Aborts all requests and revokes the preview URLs. */
  dispose(): void {
    this.queue.dispose()
    for (const { url } of this.state.photos) URL.revokeObjectURL(url)
  }

  /** Requests a photo's result, unless it exists or is already requested. */
  private request(id: number, model = this.state.model): void {
    const photo = this.photo(id)
    if (!photo || photo.phases[model]) return
    this.setPhase({ id, model }, { name: 'waiting' })
    this.queue.add({ id, model })
  }

  private async run(request: QueuedRequest, signal: AbortSignal): Promise<void> {
    try {
      const file = await this.prepare(request)
      if (signal.aborted) return
      const result = await this.options.send(file, {
        model: request.model,
        topK: TOP_K,
        crop: this.photo(request.id)?.crop ?? null,
        signal,
        onProgress: (sent, total) => this.setPhase(request, { name: 'uploading', sent, total }),
        onUploaded: () => this.setPhase(request, { name: 'running' }),
      })
      this.setPhase(request, { name: 'answered', result })
      const photo = this.photo(request.id)
      if (photo) this.options.onResult?.(photo, result)
    } catch (error) {
      // A withdrawn request has been replaced by another one, or its photo was removed.
      if (!signal.aborted) this.handleFailure(request, error as Failure)
    }
  }

  /**
   * The file to upload. Prepared once, then reused for other models.
   *
   * @throws Failure
   */
  private async prepare(request: PhotoRequest): Promise<Blob> {
    const photo = this.photo(request.id)
    const { maxBytes } = this.options
    if (!photo) throw new Error('the photo was removed')
    let { prepared } = photo
    if (!prepared) {
      this.setPhase(request, { name: 'preparing' })
      prepared = await this.options.prepare(photo.file, { maxBytes, reduce: this.state.reduce && !photo.asIs })
      this.setPhoto(photo.id, { prepared, ...(prepared.converted ? { url: this.newUrl(photo, prepared.file) } : {}) })
    }
    // Refused here, because the server would refuse it after the upload.
    if (prepared.file.size > maxBytes) throw tooLarge(prepared.file.size, maxBytes)
    return prepared.file
  }

  /** The preview URL of a converted photo, which the browser can't display in its original format. */
  private newUrl({ id, url }: Photo, file: Blob): string {
    if (!this.photo(id)) return url
    URL.revokeObjectURL(url)
    return URL.createObjectURL(file)
  }

  private handleFailure(request: QueuedRequest, failure: Failure): void {
    if (failure.retryAfterMs === null || request.retries >= MAX_RETRIES) {
      this.setPhase(request, { name: 'failed', failure: withHeicHelp(failure, this.photo(request.id)) })
      return
    }
    const delay = Math.max(failure.retryAfterMs, DEFAULT_RETRY_MS)
    this.setPhase(request, { name: 'busy', until: Date.now() + delay })
    this.queue.retryLater(request, delay)
  }

  private photo(id: number): Photo | undefined {
    return this.state.photos.find((photo) => photo.id === id)
  }

  private setPhase({ id, model }: PhotoRequest, phase: Phase | null): void {
    const { [model]: _, ...others } = this.photo(id)?.phases ?? {}
    this.setPhoto(id, { phases: phase ? { ...others, [model]: phase } : others })
  }

  private setPhoto(id: number, part: Partial<Photo>): void {
    this.change({ photos: this.state.photos.map((photo) => (photo.id === id ? { ...photo, ...part } : photo)) })
  }

  private change(part: Partial<Snapshot>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
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

function withUrl(photo: RestoredPhoto): Photo {
  const { prepared, file } = photo
  return { ...photo, url: URL.createObjectURL(prepared?.converted ? prepared.file : file) }
}

function tooLarge(size: number, limit: number): Failure {
  return { code: 'too_large_here', values: { size, limit }, retryable: false, retryAfterMs: null }
}

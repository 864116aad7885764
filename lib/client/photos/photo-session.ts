import type { Classification } from '@/lib/shared/contract/contract'
import type { Area } from '@/lib/shared/crop/crop'
import type { ClassifyCall } from '../api/classify'
import { type Failure, isServerAway } from '../api/failure'
import type { SubmittedVote } from '../api/feedback'
import type { ServerWatch } from '../api/server-watch'
import { Notifier } from '../batch/notifier'
import { displayedFile, type Phase, type Photo } from './photo'
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
  /** The photos of the last removal, which can be undone. */
  removed: readonly Photo[]
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

/**
 * The photos of one visit and their results. Adding a photo never affects earlier ones. Owns the object URLs and the
 * request queue; pages subscribe to its snapshots. Changes of the selected photo are reported at once, those of others
 * together a few times per second: with many photos, the page would otherwise do nothing but render.
 */
export class PhotoSession {
  private readonly initial: Snapshot
  private state: Snapshot
  private nextId: number
  private readonly queue = new RequestQueue(
    ({ id }) => this.photo(id) !== undefined,
    (request, signal) => this.run(request, signal),
  )
  private readonly notifier = new Notifier(() => {})
  /** Object URLs of the photos that were shown. */
  private readonly urls = new Map<Blob, string>()
  /** Ends the wait for the server; null while nothing waits for it. */
  private serverWait: AbortController | null = null

  readonly subscribe = this.notifier.subscribe

  constructor(private readonly options: SessionOptions) {
    const { model, reduce = true, previous = null } = options
    this.initial = { photos: [], selected: null, model, reduce, restoring: false, removed: [] }
    this.state = { ...this.initial, model: previous?.model ?? model, restoring: previous !== null }
    this.nextId = (previous?.last ?? 0) + 1
  }

  readonly snapshot = (): Snapshot => this.state

  /** The state that the server renders: empty. */
  readonly serverSnapshot = (): Snapshot => this.initial

  /** Inserts photos from before a reload in front of those added since. */
  restore(photos: readonly Photo[]): void {
    const added = this.state.photos
    const restored = photos.filter(({ id }) => added.every((photo) => photo.id !== id))
    this.nextId = Math.max(this.nextId, ...restored.map(({ id }) => id + 1))
    this.change({ restoring: false, photos: [...restored, ...added] })
    for (const { id } of restored) this.request(id)
  }

  /** Adds photos, selects the first one and requests their results in order. */
  add(files: readonly Blob[], credit: string | null = null): void {
    const { model } = this.state
    const photos = files.map((file) => ({
      id: this.nextId++,
      name: file instanceof File ? file.name : 'photo',
      file,
      credit,
      prepared: null,
      asIs: false,
      crop: null,
      phases: { [model]: this.initialPhase() },
      votes: {},
    }))
    const [first] = photos
    if (!first) return
    this.change({ photos: [...this.state.photos, ...photos], selected: first.id })
    for (const { id } of photos) this.queue.add({ id, model })
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

  /** Whether the server accepts a file of the original's size. */
  canSendOriginal({ file }: Photo): boolean {
    return file.size <= this.options.maxBytes
  }

  /** Sends the photo's original; null if the server accepts no file of that size. */
  originalSender(photo: Photo): (() => void) | null {
    return this.canSendOriginal(photo) ? () => this.sendOriginal(photo.id) : null
  }

  /** Repeats the request with the original file. If that fails, the result of the resized photo is shown again. */
  sendOriginal(id: number): void {
    const photo = this.photo(id)
    if (!photo || !this.canSendOriginal(photo)) return
    const { prepared, crop, phases, votes } = photo
    for (const model of Object.keys(phases)) this.queue.abort({ id, model })
    const beforeOriginal = { prepared, crop, phases, votes }
    const anew = { prepared: null, crop: null, phases: {}, votes: {} }
    this.setPhoto(id, { asIs: true, beforeOriginal, originalFailure: null, ...anew })
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

  /** Requests the results of all photos that have none by the current model. */
  classifyAll(): void {
    for (const { id } of this.state.photos) this.request(id)
  }

  /** Drops the requests that haven't started; `classifyAll` and `select` request them again. */
  withdrawPending(): void {
    const { pending } = this.queue
    this.queue.clear()
    this.setPhases(pending, null)
    this.serverWait?.abort()
  }

  /** Whether many photos wait for their turn, rather than for the server. */
  get busy(): boolean {
    return this.serverWait === null && this.queue.pending.length > FEW
  }

  /** Asks at once whether the server is back. */
  tryServerNow(): void {
    this.options.server.askNow()
  }

  /** Removes a photo, aborts its requests and selects its neighbor. */
  remove(id: number): void {
    const index = this.state.photos.findIndex((photo) => photo.id === id)
    const photo = this.state.photos[index]
    if (!photo) return
    const photos = this.state.photos.filter((other) => other.id !== id)
    const neighbor = photos[Math.min(index, photos.length - 1)]
    const selected = this.state.selected === id ? (neighbor?.id ?? null) : this.state.selected
    this.change({ photos, selected, removed: [this.detach(photo)] })
    if (selected !== null) this.request(selected)
    if (this.queue.pending.length === 0) this.serverWait?.abort()
  }

  removeAll(): void {
    this.queue.clear()
    this.change({ photos: [], selected: null, removed: this.state.photos.map((photo) => this.detach(photo)) })
    this.serverWait?.abort()
  }

  /** Brings back the photos of the last removal, with their results. */
  undoRemove(): void {
    const { photos, removed } = this.state
    const [first] = removed
    if (!first) return
    // In the order in which they were added.
    this.change({ photos: [...photos, ...removed].sort((a, b) => a.id - b.id), selected: first.id, removed: [] })
    for (const { id } of removed) this.request(id)
  }

  /** Forgets the photos of the last removal. */
  forgetRemoved(): void {
    if (this.state.removed.length > 0) this.change({ removed: [] })
  }

  /** The photo without what only photos on the page have: requests and a preview URL. */
  private detach(photo: Photo): Photo {
    for (const model of Object.keys(photo.phases)) this.queue.abort({ id: photo.id, model })
    this.revokeUrl(displayedFile(photo))
    const answered = Object.entries(photo.phases).filter(([, { name }]) => name === 'answered')
    return { ...photo, phases: Object.fromEntries(answered) }
  }

  /** Aborts all requests and revokes the preview URLs. */
  dispose(): void {
    this.queue.dispose()
    this.serverWait?.abort()
    this.notifier.dispose()
    for (const file of this.urls.keys()) this.revokeUrl(file)
  }

  /** The URL of a photo. It is made when the photo is first shown: for hundreds at once, the page would stand still. */
  url(photo: Photo): string {
    const file = displayedFile(photo)
    const url = this.urls.get(file) ?? URL.createObjectURL(file)
    this.urls.set(file, url)
    return url
  }

  /** Requests a photo's result, unless it exists or is already requested. */
  private request(id: number, model = this.state.model): void {
    const photo = this.photo(id)
    if (!photo || photo.phases[model]) return
    this.setPhase({ id, model }, this.initialPhase())
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
      const photo = this.photo(request.id)
      if (photo) this.options.onResult?.(photo, result)
      if (photo?.beforeOriginal) this.setPhoto(photo.id, { beforeOriginal: null })
      this.setPhase(request, { name: 'answered', result })
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
      if (prepared.converted) this.revokeUrl(photo.file)
      this.setPhoto(photo.id, { prepared })
    }
    // Refused here, because the server would refuse it after the upload.
    if (prepared.file.size > maxBytes) throw tooLarge(prepared.file.size, maxBytes)
    return prepared.file
  }

  private revokeUrl(file: Blob): void {
    URL.revokeObjectURL(this.urls.get(file) ?? '')
    this.urls.delete(file)
  }

  private initialPhase(): Phase {
    return { name: this.serverWait ? 'away' : 'waiting' }
  }

  private handleFailure(request: QueuedRequest, failure: Failure): void {
    if (isServerAway(failure) && request.retries < MAX_RETRIES) return void this.waitForServer(request)
    if (failure.retryAfterMs === null || request.retries >= MAX_RETRIES) {
      this.fail(request, withHeicHelp(failure, this.photo(request.id)))
      return
    }
    const delay = Math.max(failure.retryAfterMs, DEFAULT_RETRY_MS)
    this.setPhase(request, { name: 'busy', until: Date.now() + delay })
    this.queue.retryLater(request, delay)
  }

  private fail({ id, model }: PhotoRequest, failure: Failure): void {
    const { beforeOriginal } = this.photo(id) ?? {}
    if (beforeOriginal)
      this.setPhoto(id, { asIs: false, beforeOriginal: null, originalFailure: failure, ...beforeOriginal })
    else this.setPhase({ id, model }, { name: 'failed', failure })
  }

  /** Holds this request and all that follow until the server is back. */
  private async waitForServer(request: QueuedRequest): Promise<void> {
    this.queue.pause()
    this.queue.putBack({ ...request, retries: request.retries + 1 })
    this.setPhases(this.queue.pending, { name: 'away' })
    if (this.serverWait) return
    this.serverWait = new AbortController()
    await this.options.server.wait(this.serverWait.signal)
    this.serverWait = null
    this.setPhases(this.queue.pending, { name: 'waiting' })
    this.queue.resume()
  }

  private photo(id: number): Photo | undefined {
    return this.state.photos.find((photo) => photo.id === id)
  }

  private setPhase({ id, model }: PhotoRequest, phase: Phase | null): void {
    const photo = this.photo(id)
    if (photo) this.setPhoto(id, { phases: withPhase(photo, model, phase) })
  }

  private setPhases(requests: readonly PhotoRequest[], phase: Phase | null): void {
    if (requests.length === 0) return
    const changed = new Map(this.state.photos.map((photo) => [photo.id, photo]))
    for (const { id, model } of requests) {
      const photo = changed.get(id)
      if (photo) changed.set(id, { ...photo, phases: withPhase(photo, model, phase) })
    }
    this.change({ photos: [...changed.values()] })
  }

  private setPhoto(id: number, part: Partial<Photo>): void {
    const photos = this.state.photos.map((photo) => (photo.id === id ? { ...photo, ...part } : photo))
    this.change({ photos }, id === this.state.selected)
  }

  private change(part: Partial<Snapshot>, immediately = true): void {
    this.state = { ...this.state, ...part }
    this.notifier.notify(immediately)
  }
}

/** The photo's phases with another one for the model, or none. */
function withPhase({ phases }: Photo, model: string, phase: Phase | null): Photo['phases'] {
  const { [model]: _, ...others } = phases
  return phase ? { ...others, [model]: phase } : others
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

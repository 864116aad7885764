import type { Area } from '@/lib/shared/crop/crop'
import type { SubmittedVote } from '../api/feedback'
import { isOwnModel } from '../device/own-model-id'
import { displayedFile, type Photo } from './photo'
import { PhotoRequests, type RequestOptions } from './photo-requests'
import { PhotoStore, type Snapshot } from './photo-store'
import { PreviewUrls } from './preview-urls'

export interface SessionOptions extends RequestOptions {
  model: string
  reduce?: boolean
  here?: boolean
  /** The model and the highest photo id before a reload, if `restore` will be called. */
  previous?: { model: string; last: number } | null
}

/**
 * The photos of one visit and their results. Adding a photo never affects earlier ones. Pages subscribe to its
 * snapshots.
 */
export class PhotoSession {
  private readonly initial: Snapshot
  private readonly store: PhotoStore
  private readonly urls = new PreviewUrls()
  private readonly requests: PhotoRequests
  private nextId: number

  readonly subscribe: PhotoStore['subscribe']

  constructor(private readonly options: SessionOptions) {
    const { model, reduce = true, here = false, previous = null } = options
    this.initial = { photos: [], selected: null, model, reduce, here: false, restoring: false, removed: [] }
    this.store = new PhotoStore({
      ...this.initial,
      model: previous?.model ?? model,
      here,
      restoring: previous !== null,
    })
    this.requests = new PhotoRequests(this.store, this.urls, options)
    this.nextId = (previous?.last ?? 0) + 1
    this.subscribe = this.store.subscribe
  }

  readonly snapshot = (): Snapshot => this.store.state

  /** The state that the server renders: empty. */
  readonly serverSnapshot = (): Snapshot => this.initial

  /** Inserts photos from before a reload in front of those added since. */
  restore(photos: readonly Photo[]): void {
    const added = this.store.state.photos
    const restored = photos.filter(({ id }) => added.every((photo) => photo.id !== id))
    this.nextId = Math.max(this.nextId, ...restored.map(({ id }) => id + 1))
    this.store.change({ restoring: false, photos: [...restored, ...added] })
    for (const { id } of restored) this.requests.addUnlessKnown(id)
  }

  /** Adds photos, selects the first one and requests their results in order. */
  add(files: readonly Blob[], credit: string | null = null): void {
    const { model, photos: earlier } = this.store.state
    const photos = files.map((file) => ({
      id: this.nextId++,
      name: file instanceof File ? file.name : 'photo',
      file,
      credit,
      prepared: null,
      asIs: false,
      crop: null,
      phases: { [model]: this.requests.initialPhase },
      votes: {},
    }))
    const [first] = photos
    if (!first) return
    this.store.change({ photos: [...earlier, ...photos], selected: first.id })
    for (const { id } of photos) this.requests.add({ id, model })
  }

  select(id: number): void {
    this.store.change({ selected: id })
    this.requests.addUnlessKnown(id)
  }

  setModel(model: string): void {
    this.store.change({ model })
    const { selected } = this.store.state
    if (selected !== null) this.requests.addUnlessKnown(selected)
  }

  /** Applies to photos added from now on. */
  setReduce(reduce: boolean): void {
    this.store.change({ reduce })
  }

  /** Classifies the photos in this browser or on the server, from now on. Results of the other place are dropped. */
  setHere(here: boolean): void {
    const { photos, selected, model: chosen } = this.store.state
    this.requests.clear()
    for (const photo of photos) this.requests.abort(photo)
    const anew = { prepared: null, asIs: false, crop: null, phases: {}, votes: {} }
    // The server doesn't have the models of this browser.
    const model = !here && isOwnModel(chosen) ? this.options.model : chosen
    this.store.change({ here, model, photos: photos.map((photo) => ({ ...photo, ...anew })) })
    if (selected !== null) this.requests.addUnlessKnown(selected)
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
    const photo = this.store.photo(id)
    if (!photo || !this.canSendOriginal(photo)) return
    this.requests.abort(photo)
    const { prepared, crop, phases, votes } = photo
    const beforeOriginal = { prepared, crop, phases, votes }
    const anew = { prepared: null, crop: null, phases: {}, votes: {} }
    this.store.setPhoto(id, { asIs: true, beforeOriginal, originalFailure: null, ...anew })
    this.requests.addUnlessKnown(id)
  }

  /** Classifies another part of the photo, by each model from now on; null for the models' own crop. */
  setCrop(id: number, crop: Area | null): void {
    const photo = this.store.photo(id)
    if (photo) this.requests.abort(photo)
    this.store.setPhoto(id, { crop, phases: {} })
    this.requests.addUnlessKnown(id)
  }

  /** Repeats a request with the current model. */
  retry(id: number): void {
    this.classify(id, this.store.state.model, { retry: true })
  }

  /** Records the visitor's feedback on a result. */
  setVote(id: number, model: string, vote: SubmittedVote): void {
    this.store.setPhoto(id, { votes: { ...this.store.photo(id)?.votes, [model]: vote } })
  }

  /** Requests a result by any model unless there is one already; with `retry`, requests it again after a failure. */
  classify(id: number, model: string, { retry = false } = {}): void {
    if (retry) this.store.setPhase({ id, model }, null)
    this.requests.addUnlessKnown(id, model)
  }

  /** Requests the results of all photos that have none by the current model. */
  classifyAll(): void {
    for (const { id } of this.store.state.photos) this.requests.addUnlessKnown(id)
  }

  /** Drops the requests that haven't started; `classifyAll` and `select` request them again. */
  withdrawPending(): void {
    this.requests.withdraw()
  }

  /** Whether many photos wait for their turn, rather than for the server. */
  get busy(): boolean {
    return this.requests.busy
  }

  /** Asks at once whether the server is back. */
  tryServerNow(): void {
    this.options.server.askNow()
  }

  /** Removes a photo, aborts its requests and selects its neighbor. */
  remove(id: number): void {
    const { photos: all, selected: before } = this.store.state
    const index = all.findIndex((photo) => photo.id === id)
    const photo = all[index]
    if (!photo) return
    const photos = all.filter((other) => other.id !== id)
    const neighbor = photos[Math.min(index, photos.length - 1)]
    const selected = before === id ? (neighbor?.id ?? null) : before
    this.store.change({ photos, selected, removed: [this.detach(photo)] })
    if (selected !== null) this.requests.addUnlessKnown(selected)
    this.requests.handleRemoval()
  }

  removeAll(): void {
    this.requests.clear()
    this.store.change({ photos: [], selected: null, removed: this.store.state.photos.map((one) => this.detach(one)) })
  }

  /** Brings back the photos of the last removal, with their results. */
  undoRemove(): void {
    const { photos, removed } = this.store.state
    const [first] = removed
    if (!first) return
    // In the order in which they were added.
    this.store.change({ photos: [...photos, ...removed].sort((a, b) => a.id - b.id), selected: first.id, removed: [] })
    for (const { id } of removed) this.requests.addUnlessKnown(id)
  }

  /** Forgets the photos of the last removal. */
  forgetRemoved(): void {
    if (this.store.state.removed.length > 0) this.store.change({ removed: [] })
  }

  /** Aborts all requests and revokes the preview URLs. */
  dispose(): void {
    this.requests.dispose()
    this.store.dispose()
    this.urls.dispose()
  }

  /** The URL of a photo, until the photo is removed. */
  url(photo: Photo): string {
    return this.urls.of(photo)
  }

  /** The photo without what only photos on the page have: requests and a preview URL. */
  private detach(photo: Photo): Photo {
    this.requests.abort(photo)
    this.urls.revoke(displayedFile(photo))
    const answered = Object.entries(photo.phases).filter(([, { name }]) => name === 'answered')
    return { ...photo, phases: Object.fromEntries(answered) }
  }
}

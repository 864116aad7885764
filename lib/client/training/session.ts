import { labelKey } from '@/lib/shared/training/label-names'
import { Notifier } from '../batch/notifier'
import { DraftLock } from './draft-lock'
import { DraftStore, type StoredPhoto } from './draft-store'
import { Embedder, type EmbedderOptions } from './embedder'
import { LiveTraining } from './live-training'
import type { Embedded, SavedReference, TrainingLabel, TrainingPhoto, TrainingSnapshot } from './types'

/** A photo of a saved model, of which this browser may not have the picture. */
export interface KnownExample {
  label: string
  embedded: Embedded
}

/** More are for the command: each takes 5 KB of memory, and its photo a place in this browser's storage. */
export const MAX_PHOTOS = 5000

/**
 * The labels and photos that a model is being taught with. They outlive the page and the tab: this browser keeps them.
 * The model is trained again by itself after each change.
 */
export class TrainingSession {
  private current: TrainingSnapshot
  private readonly notifier = new Notifier(() => {})
  private readonly files = new Map<number, Blob>()
  private readonly embedded = new Map<number, Embedded>()
  private readonly store = new DraftStore(() => this.change({ kept: false }))
  private readonly lock = new DraftLock()
  private readonly embedder: Embedder
  private readonly live: LiveTraining
  private nextId = 1

  readonly subscribe = this.notifier.subscribe

  constructor(
    base: string,
    options: Omit<EmbedderOptions, 'base' | 'onReading' | 'onEmbedded' | 'onFailed' | 'onAway'>,
  ) {
    this.current = emptySnapshot(base)
    this.embedder = new Embedder({
      ...options,
      base: () => this.current.base,
      onReading: (id) => this.setPhoto(id, { state: 'reading' }),
      onEmbedded: (id, embedded, file) => this.handleEmbedded(id, embedded, file),
      onFailed: (id, failure) => this.setPhoto(id, { state: 'failed', failure }),
      onAway: (serverAway) => this.change({ serverAway }),
    })
    this.live = new LiveTraining({
      snapshot: () => this.current,
      change: (part) => this.change(part),
    })
  }

  readonly snapshot = (): TrainingSnapshot => this.current

  /** Restores what this browser has. @param steal whether to take the draft from another tab */
  async open(steal = false): Promise<void> {
    const lost = () => this.change({ elsewhere: true })
    if (!(await this.lock.take(steal, lost))) return this.change({ elsewhere: true, restoring: false })
    const found = await this.store.load()
    this.reset({ elsewhere: false, restoring: false, ...found?.draft })
    for (const photo of found?.photos ?? []) this.restorePhoto(photo)
    this.live.update()
    this.notifier.notify(true)
  }

  /** The picture of a photo; null if this browser doesn't have it. */
  file(id: number): Blob | null {
    return this.files.get(id) ?? null
  }

  embeddingOf(id: number): Embedded | null {
    return this.embedded.get(id) ?? null
  }

  addLabel(name: string): TrainingLabel {
    const known = this.labelNamed(name)
    if (known) return known
    const label = { id: this.nextId++, name: name.trim() }
    this.edit({ labels: [...this.current.labels, label] })
    return label
  }

  labelNamed(name: string): TrainingLabel | undefined {
    return this.current.labels.find((label) => labelKey(label.name) === labelKey(name))
  }

  /** The caller checks that the name is valid and free. */
  renameLabel(id: number, name: string): void {
    this.edit({ labels: this.current.labels.map((label) => (label.id === id ? { id, name: name.trim() } : label)) })
  }

  removeLabel(id: number): void {
    const label = this.current.labels.find((one) => one.id === id) ?? null
    this.take(
      this.current.photos.filter((photo) => photo.label === id),
      label,
    )
  }

  /** Adds files whose labels their folders or a labels file say; the others wait for the visitor's word. */
  async addFiles(files: readonly File[]): Promise<void> {
    // Loaded on demand: it reads archives and labels files.
    const { sortFiles } = await import('./sort-files')
    const { labeled, unsorted, notPhotos } = await sortFiles(files)
    this.change({ leftOut: { notPhotos, known: 0, tooMany: 0 }, unsorted: [...this.current.unsorted, ...unsorted] })
    for (const { label, files: photos } of labeled) this.addPhotos(this.addLabel(label).id, photos)
  }

  /** Adds files to a label, whatever their folders are named. */
  async addFilesTo(label: number, files: readonly File[]): Promise<void> {
    const { photosAmong } = await import('./sort-files')
    const { files: photos, notPhotos } = await photosAmong(files)
    this.change({ leftOut: { notPhotos, known: 0, tooMany: 0 } })
    this.addPhotos(label, photos)
  }

  /** Gives the photos that wait for a label this one; null drops them. */
  sortWaiting(label: number | null): void {
    const { unsorted } = this.current
    this.change({ unsorted: [] })
    if (label !== null) this.addPhotos(label, unsorted)
  }

  addPhotos(label: number, files: readonly File[]): void {
    const room = Math.max(0, MAX_PHOTOS - this.current.photos.length)
    const added = files.slice(0, room)
    const { leftOut } = this.current
    if (added.length < files.length)
      this.change({ leftOut: { ...leftOut, tooMany: leftOut.tooMany + files.length - added.length } })
    const photos = added.map((file): TrainingPhoto => {
      const id = this.nextId++
      this.files.set(id, file)
      return { id, label, name: file.name, state: 'waiting', failure: null, confirmed: false }
    })
    if (photos.length === 0) return
    this.edit({ photos: [...this.current.photos, ...photos] })
    for (const photo of photos) this.save(photo)
    for (const { id } of photos) this.embedder.add(id, this.files.get(id) as Blob)
  }

  movePhotos(ids: readonly number[], label: number): void {
    this.editPhotos(ids, { label, confirmed: false })
  }

  /** The visitor says that the labels of these photos are right. */
  confirmPhotos(ids: readonly number[]): void {
    this.editPhotos(ids, { confirmed: true })
  }

  removePhotos(ids: readonly number[]): void {
    const gone = new Set(ids)
    this.take(
      this.current.photos.filter(({ id }) => gone.has(id)),
      null,
    )
  }

  /** Tries a photo again whose embedding failed. */
  retryPhoto(id: number): void {
    this.setPhoto(id, { state: 'waiting', failure: null })
    this.requestEmbedding(id)
  }

  undo(): void {
    const { removed, labels, photos } = this.current
    if (!removed) return
    const back = removed.photos.map((photo) => ({ ...photo, state: this.stateOf(photo) }))
    const label = removed.label && !labels.includes(removed.label) ? [removed.label] : []
    this.edit({ removed: null, labels: [...labels, ...label].sort(byId), photos: [...photos, ...back].sort(byId) })
    for (const photo of back) {
      this.save(photo)
      const embedded = this.embedded.get(photo.id)
      if (embedded) this.live.add(photo.id, embedded)
      else this.requestEmbedding(photo.id)
    }
    this.live.update()
  }

  /** Nothing can be undone anymore: what was removed is forgotten. */
  forgetRemoved(): void {
    for (const { id } of this.current.removed?.photos ?? []) {
      this.files.delete(id)
      this.embedded.delete(id)
    }
    this.change({ removed: null })
  }

  dismissLeftOut(): void {
    this.change({ leftOut: NOTHING_LEFT_OUT })
  }

  /** Chooses another base model, or reads all photos again with the present one, which has another revision now. */
  setBase(base: string): void {
    this.embedder.clear()
    this.live.forget([...this.embedded.keys()])
    this.embedded.clear()
    const photos = this.current.photos.map((photo) => ({ ...photo, state: this.stateOf(photo), failure: null }))
    this.edit({ base, model: null, photos })
    for (const photo of photos) {
      this.save(photo)
      this.requestEmbedding(photo.id)
    }
    this.live.update()
  }

  /** What was sent to the server is this model now. */
  markSaved(saved: SavedReference): void {
    this.change({ saved, changed: false })
    this.saveDraft()
  }

  /** The model was deleted on the server. Labels and photos stay. */
  forgetSaved(): void {
    this.change({ saved: null, changed: true })
    this.saveDraft()
  }

  /** Continues with a saved model: its labels and examples. Photos that this browser has are recognized. */
  load(saved: SavedReference, base: string, examples: readonly KnownExample[]): void {
    const pictures = new Map(
      [...this.embedded].flatMap(([id, { sha256 }]) => {
        const file = this.files.get(id)
        return file ? [[sha256, { file, name: this.current.photos.find((one) => one.id === id)?.name ?? '' }]] : []
      }),
    )
    this.store.clear()
    this.reset({ base, saved, changed: false, restoring: false, kept: this.current.kept })
    for (const name of new Set(examples.map(({ label }) => label))) this.addLabel(name)
    for (const { label, embedded } of examples) {
      const picture = pictures.get(embedded.sha256)
      const photo = {
        id: this.nextId++,
        label: this.addLabel(label).id,
        name: picture?.name ?? `${embedded.sha256.slice(0, 12)}…`,
        confirmed: false,
        file: picture?.file ?? null,
        embedded,
      }
      this.store.savePhoto(photo)
      this.restorePhoto(photo)
    }
    this.change({ changed: false })
    this.saveDraft()
    this.live.update()
  }

  /** Starts over. What this browser kept is deleted; models that were saved stay on the server. */
  startOver(): void {
    this.store.clear()
    this.reset({ base: this.current.base, restoring: false, kept: this.current.kept })
    this.notifier.notify(true)
  }

  dispose(): void {
    this.lock.give()
    this.embedder.clear()
    this.live.dispose()
    this.notifier.dispose()
  }

  private reset(part: Partial<TrainingSnapshot>): void {
    this.embedder.clear()
    this.live.forget([...this.embedded.keys()])
    this.files.clear()
    this.embedded.clear()
    this.current = { ...emptySnapshot(this.current.base), ...part }
    this.nextId = 1 + Math.max(0, ...this.current.labels.map(({ id }) => id))
  }

  private restorePhoto({ id, label, name, confirmed, file, embedded }: StoredPhoto): void {
    this.nextId = Math.max(this.nextId, id + 1)
    if (file) this.files.set(id, file)
    if (embedded) {
      this.embedded.set(id, embedded)
      this.live.add(id, embedded)
    }
    const photo = { id, label, name, confirmed, failure: null, state: 'waiting' } as const
    this.current = {
      ...this.current,
      photos: [...this.current.photos, { ...photo, state: this.stateOf(photo) }],
    }
    if (!embedded) this.requestEmbedding(id)
  }

  private stateOf({ id }: Pick<TrainingPhoto, 'id'>): TrainingPhoto['state'] {
    if (this.embedded.has(id)) return 'ready'
    return this.files.has(id) ? 'waiting' : 'failed'
  }

  private requestEmbedding(id: number): void {
    const file = this.files.get(id)
    if (file) this.embedder.add(id, file)
    else this.setPhoto(id, { state: 'failed', failure: NO_PICTURE })
  }

  private handleEmbedded(id: number, embedded: Embedded, file: Blob): void {
    const photo = this.current.photos.find((one) => one.id === id)
    if (!photo) return
    if (this.isKnown(photo, embedded)) {
      this.drop([photo])
      const { leftOut } = this.current
      this.change({ leftOut: { ...leftOut, known: leftOut.known + 1 } }, false)
      return
    }
    this.embedded.set(id, embedded)
    this.files.set(id, file)
    this.live.add(id, embedded)
    this.setPhoto(id, { state: 'ready' })
    this.save(photo)
    this.live.update()
  }

  /** Whether the label has the same photo already. */
  private isKnown({ id, label }: TrainingPhoto, { sha256 }: Embedded): boolean {
    return this.current.photos.some(
      (other) => other.id !== id && other.label === label && this.embedded.get(other.id)?.sha256 === sha256,
    )
  }

  /** Removes photos so that it can be undone. */
  private take(photos: readonly TrainingPhoto[], label: TrainingLabel | null): void {
    this.forgetRemoved()
    this.drop(photos)
    this.edit({ labels: this.current.labels.filter((one) => one !== label), removed: { photos, label } })
  }

  private drop(photos: readonly TrainingPhoto[]): void {
    const gone = new Set(photos.map(({ id }) => id))
    for (const id of gone) {
      this.embedder.remove(id)
      this.store.deletePhoto(id)
    }
    this.live.forget([...gone])
    this.current = { ...this.current, photos: this.current.photos.filter(({ id }) => !gone.has(id)) }
  }

  private editPhotos(ids: readonly number[], part: Partial<TrainingPhoto>): void {
    const chosen = new Set(ids)
    const photos = this.current.photos.map((photo) => (chosen.has(photo.id) ? { ...photo, ...part } : photo))
    this.edit({ photos })
    for (const photo of photos) if (chosen.has(photo.id)) this.save(photo)
  }

  private setPhoto(id: number, part: Partial<TrainingPhoto>): void {
    const photos = this.current.photos.map((photo) => (photo.id === id ? { ...photo, ...part } : photo))
    this.change({ photos }, false)
  }

  private save({ id, label, name, confirmed }: TrainingPhoto): void {
    const [file, embedded] = [this.files.get(id) ?? null, this.embedded.get(id) ?? null]
    this.store.savePhoto({ id, label, name, confirmed, file, embedded })
  }

  private saveDraft(): void {
    const { base, labels, saved, changed } = this.current
    this.store.saveDraft({ base, labels, saved, changed })
  }

  /** A change of what is taught: it is kept, and the model is trained again. */
  private edit(part: Partial<TrainingSnapshot>): void {
    this.change({ ...part, changed: true })
    this.saveDraft()
    this.live.update()
  }

  private change(part: Partial<TrainingSnapshot>, immediately = true): void {
    this.current = { ...this.current, ...part }
    this.notifier.notify(immediately)
  }
}

const NOTHING_LEFT_OUT = { notPhotos: 0, known: 0, tooMany: 0 }
const NO_PICTURE = { code: 'file_unreadable', retryable: false, retryAfterMs: null }
const byId = (a: { id: number }, b: { id: number }) => a.id - b.id

/** A session without anything, as the server renders it. */
export function emptySnapshot(base: string): TrainingSnapshot {
  return {
    restoring: true,
    elsewhere: false,
    base,
    labels: [],
    photos: [],
    unsorted: [],
    leftOut: NOTHING_LEFT_OUT,
    serverAway: false,
    training: false,
    model: null,
    fault: null,
    saved: null,
    changed: false,
    removed: null,
    kept: true,
  }
}

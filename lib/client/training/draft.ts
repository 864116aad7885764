import { Notifier } from '../batch/notifier'
import { adoptThumbnail } from '../photos/photo-thumbnail'
import { DraftStore } from './draft-store'
import type { Stored, StoredPhoto } from './stored-draft'
import type { Embedded, TrainingPhoto, TrainingSnapshot } from './types'

/**
 * Labels and photos that a model is being taught with: the state that pages show, the photos' files and embeddings, and
 * what this browser keeps of them.
 */
export class Draft {
  readonly files = new Map<number, Blob>()
  readonly embedded = new Map<number, Embedded>()
  private current: TrainingSnapshot
  private readonly notifier = new Notifier(() => {})
  private readonly store = new DraftStore(() => this.change({ kept: false }))
  /** Files that this browser keeps. The others are the visitor's, and go with a removed disk. */
  private readonly kept = new WeakSet<Blob>()
  private lastId = 0
  /** Changes so far, to notice those that came while a model was being saved. */
  edits = 0

  readonly subscribe = this.notifier.subscribe

  constructor(base: string) {
    this.current = emptySnapshot(base)
  }

  get state(): TrainingSnapshot {
    return this.current
  }

  /** For a label or a photo. */
  nextId(): number {
    return ++this.lastId
  }

  change(part: Partial<TrainingSnapshot>, immediately = true): void {
    this.current = { ...this.current, ...part }
    this.notifier.notify(immediately)
  }

  /** A change of what is taught. */
  edit(part: Partial<TrainingSnapshot>): void {
    this.edits++
    this.change({ ...part, changed: true })
    this.saveDraft()
  }

  photo(id: number): TrainingPhoto | undefined {
    return this.current.photos.find((photo) => photo.id === id)
  }

  setPhoto(id: number, part: Partial<TrainingPhoto>): void {
    const photos = this.current.photos.map((photo) => (photo.id === id ? { ...photo, ...part } : photo))
    this.change({ photos }, false)
  }

  editPhotos(ids: readonly number[], part: Partial<TrainingPhoto>): void {
    const chosen = new Set(ids)
    const photos = this.current.photos.map((photo) => (chosen.has(photo.id) ? { ...photo, ...part } : photo))
    this.edit({ photos })
    for (const photo of photos) if (chosen.has(photo.id)) this.savePhoto(photo)
  }

  /** Removes photos from the state and from what is kept. Their files stay in memory until `forget`. */
  dropPhotos(photos: readonly TrainingPhoto[]): void {
    const gone = new Set(photos.map(({ id }) => id))
    for (const id of gone) this.store.deletePhoto(id)
    this.current = { ...this.current, photos: this.current.photos.filter(({ id }) => !gone.has(id)) }
  }

  forget({ id }: TrainingPhoto): void {
    this.files.delete(id)
    this.embedded.delete(id)
  }

  /** The state of a photo that isn't being read. */
  stateOf({ id }: Pick<TrainingPhoto, 'id'>): TrainingPhoto['state'] {
    if (this.embedded.has(id)) return 'ready'
    return this.files.has(id) ? 'waiting' : 'failed'
  }

  /** Starts over with another state. What this browser keeps is deleted on request. */
  reset(part: Partial<TrainingSnapshot>, keep: boolean): void {
    if (!keep) this.store.clear()
    this.files.clear()
    this.embedded.clear()
    const { base, kept, elsewhere } = this.current
    this.current = { ...emptySnapshot(base), kept, elsewhere, restoring: false, ...part }
    this.lastId = Math.max(0, ...this.current.labels.map(({ id }) => id))
  }

  /** What this browser kept; null if nothing. */
  async load(): Promise<Stored | null> {
    const stored = await this.store.load()
    for (const { file } of stored?.photos ?? []) if (file) this.kept.add(file)
    return stored
  }

  /**
   * From now on, the file of a photo is what this browser keeps of it, which outlives the visitor's file.
   *
   * @returns null if it isn't kept
   */
  async takeKept(id: number): Promise<Blob | null> {
    const file = this.files.get(id)
    if (file === undefined || this.kept.has(file)) return file ?? null
    const kept = await this.store.file(id)
    // It may have been removed or reduced meanwhile.
    if (kept === null || this.files.get(id) !== file) return null
    this.kept.add(kept)
    adoptThumbnail(file, kept)
    this.files.set(id, kept)
    return kept
  }

  /** Adds a photo as it was kept. */
  restorePhoto({
    id,
    label,
    name,
    path = name,
    confirmed,
    skipped = false,
    file,
    embedded,
  }: StoredPhoto): TrainingPhoto {
    this.lastId = Math.max(this.lastId, id)
    if (file) this.files.set(id, file)
    // Without the kinds, which earlier versions didn't ask for, the photo is read again.
    if (embedded && (embedded.kinds !== undefined || !file)) this.embedded.set(id, embedded)
    const state = this.stateOf({ id })
    const photo: TrainingPhoto = { id, label, name, path, confirmed, skipped, failure: null, state }
    this.current = { ...this.current, photos: [...this.current.photos, photo] }
    return photo
  }

  forgetUnsorted(): void {
    this.store.forgetUnsorted()
  }

  savePhoto({ id, label, name, path, confirmed, skipped }: TrainingPhoto): void {
    const [file, embedded] = [this.files.get(id) ?? null, this.embedded.get(id) ?? null]
    const photo = { id, label, name, path, confirmed, skipped, file, embedded }
    this.store.savePhoto(photo, () => this.files.get(id) === file && void this.takeKept(id))
  }

  saveDraft(): void {
    const { base, labels, multiLabel, photos, saved, changed } = this.current
    this.store.saveDraft({ base, labels, multiLabel, saved, changed }, labels.length + photos.length > 0)
  }
}

/** A draft without anything, as the server renders it. */
export function emptySnapshot(base: string): TrainingSnapshot {
  return {
    restoring: true,
    elsewhere: false,
    base,
    labels: [],
    multiLabel: false,
    multiLabelFound: false,
    photos: [],
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

export const NOTHING_LEFT_OUT = { notPhotos: 0, known: 0, tooMany: 0 }

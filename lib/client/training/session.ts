import { NO_LABEL } from '@/lib/shared/training/example'
import { labelKey } from '@/lib/shared/training/label-names'
import { type Failure, FILE_UNREADABLE } from '../api/failure'
import { relativePath } from '../batch/source'
import { Draft, NOTHING_LEFT_OUT } from './draft'
import { DraftLock } from './draft-lock'
import { Embedder, type EmbedderOptions } from './embedder'
import { type LabelHandover, MAX_PHOTOS } from './handover'
import { LiveTraining } from './live-training'
import type { LabelingAnswer, LabelingQuestion } from './training-protocol'
import {
  type Embedded,
  NONE,
  type SavedReference,
  type TrainingLabel,
  type TrainingPhoto,
  type TrainingSnapshot,
} from './types'

/** A photo of a saved model, of which this browser may not have the picture. */
export interface KnownExample {
  label: string
  embedded: Embedded
}

/**
 * The labels and photos that a model is being taught with. They outlive the page and the tab: this browser keeps them.
 * The model is trained again by itself after each change.
 */
export class TrainingSession {
  private readonly draft: Draft
  private readonly lock = new DraftLock()
  private readonly embedder: Embedder
  private readonly live: LiveTraining
  /** Photos that wait for the embedding of another one with the same file, by its ID. */
  private readonly sharing = new Map<number, number[]>()
  /** Photos of which the copy that this browser keeps was read. */
  private readonly rereading = new Set<number>()

  readonly subscribe: Draft['subscribe']

  constructor(
    base: string,
    options: Omit<EmbedderOptions, 'base' | 'onReading' | 'onEmbedded' | 'onFailed' | 'onAway'>,
  ) {
    const draft = new Draft(base)
    this.draft = draft
    this.subscribe = draft.subscribe
    this.embedder = new Embedder({
      ...options,
      base: () => draft.state.base,
      onReading: (id) => draft.setPhoto(id, { state: 'reading' }),
      onEmbedded: (id, embedded, file) => this.handleEmbedded(id, embedded, file),
      onFailed: (id, failure) => void this.handleFailed(id, failure),
      onAway: (serverAway) => draft.change({ serverAway }),
    })
    this.live = new LiveTraining({ snapshot: () => draft.state, change: (part) => draft.change(part) })
  }

  readonly snapshot = (): TrainingSnapshot => this.draft.state

  /** Restores what this browser has. @param steal whether to take the draft from another tab */
  async open(steal = false): Promise<void> {
    // The other tab goes on with what this one has kept so far.
    const handOver = () => {
      this.embedder.clear()
      this.draft.change({ elsewhere: true, restoring: false })
    }
    if (!(await this.lock.take(steal, handOver))) return handOver()
    const found = await this.draft.load()
    this.startWith({ elsewhere: false, ...found?.draft }, true)
    for (const stored of found?.photos ?? []) this.take(this.draft.restorePhoto(stored))
    if (found && found.unsorted.length > 0) {
      this.add(null, found.unsorted)
      this.draft.forgetUnsorted()
    }
    this.draft.change({})
    this.live.update()
  }

  /** The picture of a photo; null if this browser doesn't have it. */
  file(id: number): Blob | null {
    return this.draft.files.get(id) ?? null
  }

  embeddingOf(id: number): Embedded | null {
    return this.draft.embedded.get(id) ?? null
  }

  /** Adds a label, unless there is one with this name. */
  addLabel(name: string): TrainingLabel {
    const { labels } = this.draft.state
    const known = labels.find((label) => labelKey(label.name) === labelKey(name))
    if (known) return known
    const label = { id: this.draft.nextId(), name: name.trim() }
    this.edit({ labels: [...labels, label] })
    return label
  }

  /** The caller checks that the name is valid and free. */
  renameLabel(id: number, name: string): void {
    const { labels } = this.draft.state
    this.edit({ labels: labels.map((label) => (label.id === id ? { id, name: name.trim() } : label)) })
  }

  removeLabel(id: number): void {
    const { labels, photos } = this.draft.state
    const label = labels.find((one) => one.id === id) ?? null
    this.remove(
      photos.filter((photo) => photo.label === id),
      label,
    )
  }

  /** Adds files whose labels their folders or a labels file say; the others wait for the visitor's word. */
  async addFiles(files: readonly File[]): Promise<void> {
    // Loaded on demand: it reads archives and labels files.
    const { sortFiles } = await import('./sort-files')
    const { labeled, several, unsorted, notPhotos } = await sortFiles(files, this.draft.state.multiLabel)
    this.draft.change({ leftOut: { ...NOTHING_LEFT_OUT, notPhotos } })
    this.add(null, unsorted)
    for (const { label, files: photos } of labeled) this.addPhotos(this.addLabel(label).id, photos)
    if (several.length === 0) return
    if (!this.draft.state.multiLabel) this.edit({ multiLabel: true, multiLabelFound: true })
    this.addExamples(
      several.flatMap(({ file, labels }) => {
        const ids = labels.map((label) => this.addLabel(label).id)
        return (ids.length > 0 ? ids : [NONE]).map((label) => ({ label, file }))
      }),
    )
  }

  /** Whether a photo may have several labels, or none. */
  setMultiLabel(multiLabel: boolean): void {
    this.edit({ multiLabel, multiLabelFound: false, model: null })
  }

  dismissMultiLabelFound(): void {
    this.draft.change({ multiLabelFound: false })
  }

  /**
   * Adds files, whatever their folders are named.
   *
   * @param label null if the visitor says later which ones they have
   */
  async addFilesTo(label: number | null, files: readonly File[]): Promise<void> {
    const { photosAmong } = await import('./sort-files')
    const { files: photos, notPhotos } = await photosAmong(files)
    this.draft.change({ leftOut: { ...NOTHING_LEFT_OUT, notPhotos } })
    this.add(label, photos)
  }

  /** Gives all photos without a label this one; null removes them. */
  sortWaiting(label: number | null): void {
    const ids = this.draft.state.photos.flatMap((photo) => (photo.label === null ? [photo.id] : []))
    if (label === null) this.removePhotos(ids)
    else this.movePhotos(ids, label)
  }

  addPhotos(label: number, files: readonly File[]): void {
    this.add(label, files)
  }

  /** Adds photos of another page, which wait for their label. */
  addHandedOver({ files, leftOut: tooMany }: LabelHandover): void {
    this.draft.change({ leftOut: { ...NOTHING_LEFT_OUT, tooMany } })
    this.add(null, files)
  }

  private add(label: number | null, files: readonly File[]): void {
    this.addExamples(files.map((file) => ({ label, file })))
  }

  /** Adds photos with labels. The same file may come with several labels: it is only sent once. */
  private addExamples(examples: readonly { label: number | null; file: File }[]): void {
    const { draft } = this
    const added = examples.slice(0, Math.max(0, MAX_PHOTOS - draft.state.photos.length))
    const { leftOut } = draft.state
    if (added.length < examples.length)
      draft.change({ leftOut: { ...leftOut, tooMany: leftOut.tooMany + examples.length - added.length } })
    const photos = added.map(({ label, file }): TrainingPhoto => {
      const id = draft.nextId()
      draft.files.set(id, file)
      const path = relativePath(file)
      return { id, label, name: file.name, path, state: 'waiting', failure: null, confirmed: false, skipped: false }
    })
    if (photos.length === 0) return
    this.edit({ photos: [...draft.state.photos, ...photos] })
    const first = new Map<File, number>()
    for (const [at, photo] of photos.entries()) {
      draft.savePhoto(photo)
      const { file } = added[at] as { file: File }
      const leader = first.get(file)
      if (leader === undefined) {
        first.set(file, photo.id)
        this.take(photo)
      } else this.sharing.set(leader, [...(this.sharing.get(leader) ?? []), photo.id])
    }
  }

  /** @param label null takes the label away */
  movePhotos(ids: readonly number[], label: number | null): void {
    this.draft.editPhotos(ids, { label, confirmed: false, skipped: false })
    this.live.update()
  }

  /**
   * Gives photos one more label: a photo is there once for each.
   *
   * @returns the new IDs; a photo that has the label already gets none
   */
  copyPhotos(ids: readonly number[], label: number): readonly number[] {
    const { draft } = this
    const copies = ids.flatMap((id): TrainingPhoto[] => {
      const [photo, file, embedded] = [draft.photo(id), this.file(id), this.embeddingOf(id)]
      if (!photo || !embedded) return []
      const copy = { ...photo, id: draft.nextId(), label, confirmed: false, skipped: false }
      if (this.isKnown(copy, embedded)) return []
      if (file) draft.files.set(copy.id, file)
      draft.embedded.set(copy.id, embedded)
      return [copy]
    })
    if (copies.length === 0) return []
    this.edit({ photos: [...draft.state.photos, ...copies] })
    for (const copy of copies) {
      draft.savePhoto(copy)
      this.take(copy)
    }
    return copies.map(({ id }) => id)
  }

  /** Takes copies away that were made by mistake. Unlike a removal, this isn't offered to be undone. */
  dropCopies(ids: readonly number[]): void {
    const gone = this.draft.state.photos.filter(({ id }) => ids.includes(id))
    this.live.forget(ids)
    this.draft.dropPhotos(gone)
    for (const photo of gone) this.draft.forget(photo)
    this.edit({})
  }

  /** Puts off the decision about photos without a label, or asks again. */
  skipPhotos(ids: readonly number[], skipped: boolean): void {
    this.draft.editPhotos(ids, { skipped })
  }

  /** Removes a label that was added by mistake and has no photo. */
  dropLabel(id: number): void {
    const { labels, photos } = this.draft.state
    if (!photos.some(({ label }) => label === id)) this.edit({ labels: labels.filter((label) => label.id !== id) })
  }

  /** Chooses photos in the worker that trains (see `LiveTraining.ask`). */
  ask(question: LabelingQuestion): Promise<LabelingAnswer> {
    return this.live.ask(question)
  }

  /** The visitor says that the labels of these photos are right. */
  confirmPhotos(ids: readonly number[]): void {
    this.draft.editPhotos(ids, { confirmed: true })
  }

  removePhotos(ids: readonly number[]): void {
    const gone = new Set(ids)
    this.remove(
      this.draft.state.photos.filter(({ id }) => gone.has(id)),
      null,
    )
  }

  /** Tries a photo again whose embedding failed. */
  retryPhoto(id: number): void {
    const photo = this.draft.photo(id)
    if (!photo) return
    this.draft.setPhoto(id, { state: 'waiting', failure: null })
    this.take(photo)
  }

  /** Brings back what was removed last. */
  undo(): void {
    const { draft } = this
    const { removed, labels, photos } = draft.state
    if (!removed) return
    // A label with this name may have been added again since. It takes the photos.
    const same = labels.find(({ name }) => removed.label && labelKey(name) === labelKey(removed.label.name))
    const label = removed.label && !same ? [removed.label] : []
    const back = removed.photos.map((photo) => ({
      ...photo,
      label: same?.id ?? photo.label,
      state: draft.stateOf(photo),
    }))
    this.edit({ removed: null, labels: [...labels, ...label].sort(byId), photos: [...photos, ...back].sort(byId) })
    for (const photo of back) {
      draft.savePhoto(photo)
      this.take(photo)
    }
  }

  /** What was removed can't be brought back anymore. */
  forgetRemoved(): void {
    for (const photo of this.draft.state.removed?.photos ?? []) this.draft.forget(photo)
    this.draft.change({ removed: null })
  }

  dismissLeftOut(): void {
    this.draft.change({ leftOut: NOTHING_LEFT_OUT })
  }

  /** Chooses another base model, or reads all photos again with the present one, which has another revision now. */
  setBase(base: string): void {
    const { draft } = this
    this.embedder.clear()
    this.sharing.clear()
    this.live.forget([...draft.embedded.keys()])
    draft.embedded.clear()
    const photos = draft.state.photos.map((photo) => ({ ...photo, state: draft.stateOf(photo), failure: null }))
    this.edit({ base, model: null, photos })
    for (const photo of photos) {
      draft.savePhoto(photo)
      this.take(photo)
    }
  }

  /** Reads all photos again that have no embedding yet: from now on, elsewhere. */
  readElsewhere(): void {
    const { draft } = this
    const waiting = draft.state.photos.filter(({ id }) => !draft.embedded.has(id))
    this.embedder.clear()
    this.sharing.clear()
    for (const { id } of waiting) draft.setPhoto(id, { state: draft.stateOf({ id }), failure: null })
    for (const photo of waiting) this.take(photo)
  }

  /** Changes so far: tells whether something changed while a model was being saved. */
  get edits(): number {
    return this.draft.edits
  }

  /** What was sent to the server, after so many edits, is this model now. */
  markSaved(saved: SavedReference, edits = this.edits): void {
    this.draft.change({ saved, changed: edits !== this.edits })
    this.draft.saveDraft()
  }

  /** The model was deleted on the server. Labels and photos stay. */
  forgetSaved(): void {
    this.draft.change({ saved: null, changed: true })
    this.draft.saveDraft()
  }

  /** Continues with a saved model: its labels and examples. Photos that this browser has are recognized. */
  load(
    saved: SavedReference,
    { base, multiLabel }: { base: string; multiLabel: boolean },
    examples: readonly KnownExample[],
  ): void {
    const { draft } = this
    const pictures = this.pictures()
    this.startWith({ base, multiLabel }, false)
    for (const { label, embedded } of examples) {
      const picture = pictures.get(embedded.sha256)
      const stored = {
        id: draft.nextId(),
        label: label === NO_LABEL ? NONE : this.addLabel(label).id,
        name: picture?.name ?? `${embedded.sha256.slice(0, 12)}…`,
        path: picture?.path ?? '',
        confirmed: false,
        file: picture?.file ?? null,
        embedded,
      }
      const photo = draft.restorePhoto(stored)
      draft.savePhoto(photo)
      this.take(photo)
    }
    this.markSaved(saved)
    this.live.update()
  }

  /** Starts over. What this browser kept is deleted; models that were saved stay on the server. */
  startOver(): void {
    this.startWith({}, false)
    this.draft.change({})
  }

  /** The pictures of this browser, by SHA-256. */
  private pictures(): Map<string, { file: Blob; name: string; path: string }> {
    const { photos } = this.draft.state
    return new Map(
      photos.flatMap(({ id, name, path }) => {
        const [file, embedded] = [this.file(id), this.embeddingOf(id)]
        return file && embedded ? [[embedded.sha256, { file, name, path }] as const] : []
      }),
    )
  }

  private startWith(part: Partial<TrainingSnapshot>, keep: boolean): void {
    this.embedder.clear()
    this.sharing.clear()
    // Its IDs are given again.
    this.rereading.clear()
    this.live.forget([...this.draft.embedded.keys()])
    this.draft.reset(part, keep)
  }

  /** Trains with a photo, now or once its embedding is there. */
  private take({ id }: TrainingPhoto): void {
    const [file, embedded] = [this.file(id), this.embeddingOf(id)]
    if (embedded) this.live.add(id, embedded)
    else if (file) this.embedder.add(id, file)
    else this.draft.setPhoto(id, { state: 'failed', failure: FILE_UNREADABLE })
  }

  private handleEmbedded(id: number, embedded: Embedded, file: Blob): void {
    const { draft } = this
    for (const one of this.takeSharing(id)) this.handleEmbedded(one, embedded, file)
    const photo = draft.photo(id)
    if (!photo) return
    if (this.isKnown(photo, embedded)) {
      draft.dropPhotos([photo])
      draft.forget(photo)
      const { leftOut } = draft.state
      draft.change({ leftOut: { ...leftOut, known: leftOut.known + 1 } }, false)
      return
    }
    draft.embedded.set(id, embedded)
    draft.files.set(id, file)
    draft.setPhoto(id, { state: 'ready' })
    draft.savePhoto(photo)
    this.take(photo)
    this.live.update()
  }

  private async handleFailed(id: number, failure: Failure): Promise<void> {
    if (failure.code === FILE_UNREADABLE.code && (await this.readKept(id))) return
    for (const one of [id, ...this.takeSharing(id)]) this.draft.setPhoto(one, { state: 'failed', failure })
  }

  /** The visitor may have moved or deleted a file since, or taken its disk away: what is kept of it is read instead. */
  private async readKept(id: number): Promise<boolean> {
    const { draft } = this
    const file = this.rereading.has(id) ? null : await draft.takeKept(id)
    if (file === null || !draft.photo(id)) return false
    this.rereading.add(id)
    this.embedder.add(id, file)
    return true
  }

  /** The photos that wait for this one, which no longer do. */
  private takeSharing(id: number): readonly number[] {
    const ids = this.sharing.get(id) ?? []
    this.sharing.delete(id)
    return ids
  }

  /** Whether the label has the same photo already; for one without a label, whether it is there at all. */
  private isKnown({ id, label }: TrainingPhoto, { sha256 }: Embedded): boolean {
    return this.draft.state.photos.some(
      (other) =>
        other.id !== id && (label === null || other.label === label) && this.embeddingOf(other.id)?.sha256 === sha256,
    )
  }

  /** Removes photos so that it can be undone. */
  private remove(photos: readonly TrainingPhoto[], label: TrainingLabel | null): void {
    this.forgetRemoved()
    const waiting = photos.flatMap(({ id }) => this.takeSharing(id))
    for (const { id } of photos) this.embedder.remove(id)
    this.live.forget(photos.map(({ id }) => id))
    this.draft.dropPhotos(photos)
    this.edit({ labels: this.draft.state.labels.filter((one) => one !== label), removed: { photos, label } })
    // They aren't removed, and have to be read themselves now.
    for (const id of waiting) {
      const photo = this.draft.photo(id)
      if (photo) this.take(photo)
    }
  }

  /** Changes what is taught, and trains again. */
  private edit(part: Partial<TrainingSnapshot>): void {
    this.draft.edit(part)
    this.live.update()
  }
}

const byId = (a: { id: number }, b: { id: number }) => a.id - b.id

import type { ModelName } from '@/lib/shared/results/columns'
import type { BatchSettings } from './api'
import type { BackendHost, BatchBackend } from './backend'
import { ChosenLabels } from './chosen-labels'
import { type Collection, collect } from './collect'
import { onDeletion } from './deletions'
import { DeviceBackend } from './device/device-backend'
import { BatchIdentity } from './identity'
import type { BatchItem, ItemState } from './items'
import type { KeptThumbnails } from './kept-thumbnails'
import { folderLabels, type LabelsFile, restoreLabels } from './labels'
import { Notifier } from './notifier'
import { BatchPhotos } from './photos'
import { ServerBackend } from './server-backend'
import { type BatchSnapshot, estimate, estimateLifetime, phaseOf, shownItems, thumbnailPace } from './snapshot'
import type { PhotoSource } from './source'
import { loadBatch } from './store'
import { BatchTiming } from './timing'

export interface BatchOptions {
  settings: BatchSettings
  /** Whether the photos are classified in this browser, instead of on the server. */
  here?: boolean
  /** The model's name, for photos that never reach the server. */
  model: ModelName
  limits: { imageBytes: number; files: number }
  /** The name of the batch; by default, that of its folder or its first file. */
  title?: string
  /** The group of a batch with the same photos. */
  group?: string
  /** The ID of the batch with the same photos that it is started from. */
  from?: string
}

const UNFINISHED: readonly ItemState[] = ['waiting', 'sending', 'running', 'missing', 'queued']

/**
 * One batch: its photos, what runs them, and the results as they arrive. Opened again by its id after the page was
 * closed, it resumes.
 */
export class BatchSession {
  private static sessions = 0
  /** Tells the sessions of this page apart, also before they have an ID. */
  readonly serial = ++BatchSession.sessions
  private readonly photos: BatchPhotos
  private readonly identity: BatchIdentity
  /** Set by the table of photos, whose code is loaded with the first of them. */
  thumbnails: KeptThumbnails | null = null
  private readonly abort = new AbortController()
  private readonly notifier = new Notifier(() => this.refreshSnapshot())
  private readonly backend: BatchBackend
  private estimateTimer: ReturnType<typeof setTimeout> | undefined
  private opening = false
  /** The id of the batch being opened. */
  private requestedId: string | null = null
  /** Number of calls to `add` in progress. */
  private collecting = 0
  private readonly timing = new BatchTiming()
  private readonly labels = new ChosenLabels()
  private state: BatchSnapshot

  /** The list of batches, on another page. */
  private readonly stopListening = onDeletion((id) => id === this.backend.job?.id && this.backend.markGone())

  readonly subscribe = this.notifier.subscribe

  constructor(private readonly options: BatchOptions) {
    this.photos = new BatchPhotos(options.limits, options.model)
    const { settings, model, here } = options
    const { topK, threshold } = settings
    this.identity = new BatchIdentity({
      ...options,
      ...(here && { device: { topK, threshold, revision: model.revision, paused: false } }),
    })
    this.backend = here ? new DeviceBackend(settings, model, this.host()) : new ServerBackend(settings, this.host())
    this.state = this.createSnapshot()
    globalThis.window?.addEventListener('pagehide', this.leave)
  }

  readonly snapshot = (): BatchSnapshot => this.state

  /** Whether photos can still be added. */
  get acceptsPhotos(): boolean {
    return this.backend.acceptsPhotos
  }

  /** The file of a photo, for as long as this page holds it. */
  source(index: number): PhotoSource | undefined {
    return this.photos.source(index)
  }

  /** Adds dropped or selected files. Missing photos whose files are among them resume. */
  async add(files: readonly File[]): Promise<void> {
    this.collecting++
    this.notifier.notify(true)
    try {
      await this.addCollection(await collect(files, this.photos.paths))
    } finally {
      this.collecting--
      this.backend.start()
      this.notifier.notify(true)
    }
  }

  /** Starts with photos that are known already, and their labels. */
  start(sources: PhotoSource[], labels: LabelsFile | null): void {
    void this.addCollection({ sources, leftOut: [], labels, unreadableLabels: null })
    this.backend.start()
    this.notifier.notify(true)
  }

  /** The files of all photos that ran, under their paths, for another batch; how many this page no longer holds. */
  copies(): { sources: PhotoSource[]; lost: number } {
    return this.photos.copies(async (index) => this.thumbnails?.load(index) ?? null)
  }

  /** Gives photos that were classified already their files back, from files that the visitor has chosen again. */
  async bringBack(files: readonly File[]): Promise<void> {
    await this.photos.bringBack(files)
    this.notifier.notify(true)
  }

  /** Saves a batch in this browser that was created in another one. */
  async keep(): Promise<void> {
    await this.save([])
  }

  setLabels(labels: LabelsFile | null): void {
    this.labels.set(labels)
    void this.save([])
    this.notifier.notify(true)
  }

  /** Notes that the labels are understood: they replace the previous ones. */
  acceptLabels(labels: LabelsFile): void {
    if (!this.labels.accept(labels)) return
    void this.save([])
    this.notifier.notify(true)
  }

  /** Takes the names of the photos' folders as their labels. */
  async takeFolderLabels(): Promise<void> {
    this.setLabels(await folderLabels(this.photos.paths))
  }

  /** Opens an existing batch, created in this browser or elsewhere. */
  async open(id: string): Promise<void> {
    this.opening = true
    this.requestedId = id
    this.notifier.notify(true)
    const saved = await loadBatch(id)
    this.timing.continueFrom(saved?.batch.outcome?.seconds ?? null)
    this.identity.continueFrom(saved?.batch ?? null)
    if (saved?.batch.labels) this.labels.set(await restoreLabels(saved.batch.labels))
    this.photos.restore(saved?.photos ?? [])
    await this.backend.open(id, saved?.batch ?? null)
    this.opening = false
    this.notifier.notify(true)
  }

  /** Gives the batch another name. An empty one brings back its own. */
  async rename(title: string): Promise<void> {
    this.identity.title = title.trim() || null
    this.notifier.notify(true)
    // First what the visitor sees: the page may be reloaded at once.
    await this.identity.saveTitle()
    await this.save([])
  }

  /** Notes the share of right results, for the list of batches; null without labels. */
  setAccuracy(accuracy: number | null): void {
    void this.identity.saveAccuracy(accuracy)
  }

  /** Names the labels that its photos were last checked with; null for the names of folders. */
  get checkedLabels(): string | null {
    return this.identity.checkedLabels
  }

  /** Notes which labels its photos are checked with. */
  noteCheckedLabels(name: string | null): void {
    void this.identity.saveCheckedLabels(name)
  }

  setPaused(paused: boolean): Promise<void> {
    return this.backend.setPaused(paused)
  }

  async cancel(): Promise<void> {
    const ended = this.backend.cancel()
    this.abort.abort()
    this.photos.leaveOut(UNFINISHED)
    this.notifier.notify(true)
    await ended
  }

  /** Retries the photos that failed, but may succeed in another try. */
  async retryFailed(): Promise<void> {
    if (await this.backend.retryFailed()) this.notifier.notify(true)
  }

  /** Continues without the photos whose files are missing. */
  leaveOutMissing(): void {
    this.photos.leaveOut(['missing'])
    this.notifier.notify(true)
  }

  /** Ends the batch in place of the browser that uploads it, with the photos that are on the server by now. */
  async finish(): Promise<void> {
    await this.backend.finish()
  }

  /** Releases the batch on this page. The job continues on the server. */
  dispose(): void {
    this.leave()
    globalThis.window?.removeEventListener('pagehide', this.leave)
    this.abort.abort()
    this.stopListening()
    clearTimeout(this.estimateTimer)
    this.thumbnails?.dispose()
    this.backend.dispose()
    this.notifier.dispose()
  }

  private readonly leave = (): void => this.backend.leave(this.collecting > 0)

  private host(): BackendHost {
    return {
      photos: this.photos,
      isForeign: () => this.identity.foreign,
      onCreated: () => this.save(this.photos.items),
      onDone: () => this.noteDone(),
      onChange: (immediately) => this.notifier.notify(immediately),
      onGone: () => this.handleGone(),
      onCancelWish: () => void this.cancel(),
      makeThumbnail: async (index) => void (await this.thumbnails?.load(index)),
      signal: this.abort.signal,
    }
  }

  private async addCollection({ sources, leftOut, labels, unreadableLabels }: Collection): Promise<void> {
    this.labels.add(labels, unreadableLabels)
    const added = this.photos.add({ sources, leftOut })
    // Too large ones have failed already.
    if (added.some(({ state }) => state === 'done')) this.noteDone()
    if (sources.length > 0) this.backend.noteAdded(added)
    await this.save(added)
  }

  private async save(added: readonly BatchItem[]): Promise<void> {
    await this.identity.save(this.backend.job, this.photos.items, this.labels.saved, added)
  }

  /** A photo has its result, or will never have one. */
  private noteDone(): void {
    this.timing.photoDone()
    this.notifier.notify(false)
  }

  private handleGone(): void {
    this.abort.abort()
    void this.thumbnails?.discard()
    this.photos.leaveOut(UNFINISHED)
    this.notifier.notify(true)
  }

  private refreshSnapshot(): void {
    // It was ended on another page.
    if (this.backend.job?.open === false) this.photos.leaveOut(['missing'])
    this.state = this.createSnapshot()
    this.backend.noteState(this.state)
    this.expireEstimate()
    void this.identity.noteOutcome(this.state)
    const pace = () => thumbnailPace(this.state)
    if (pace() !== 'stop') void this.thumbnails?.fill(this.photos.items.length, pace)
  }

  /** Drops the estimate in time, even if nothing else happens. */
  private expireEstimate(): void {
    clearTimeout(this.estimateTimer)
    const { rate } = this.state
    if (rate === null) return
    this.estimateTimer = setTimeout(
      () => this.notifier.notify(true),
      Math.max(0, estimateLifetime(rate) - this.timing.silentMs),
    )
  }

  private createSnapshot(): BatchSnapshot {
    const { photos, identity } = this
    const counts = photos.counts()
    const { job, ended, issue, resuming, paused, device, elsewhere: uploadedElsewhere } = this.backend
    const id = job?.id ?? this.requestedId
    const { silentMs } = this.timing
    const openElsewhere = identity.foreign && job?.open === true
    const phase = phaseOf({ opening: this.opening, ended, paused, resuming, openElsewhere, job, counts })
    return {
      phase,
      id,
      job,
      title: identity.title,
      name: identity.nameOf(photos.items),
      model: job?.model.id ?? (this.requestedId === null ? this.options.model.id : null),
      group: identity.group ?? id,
      from: identity.from ?? null,
      took: this.timing.took({ phase, job, counts, issue }),
      items: shownItems(photos.items, issue, uploadedElsewhere),
      counts,
      ...estimate({ phase, job, counts, issue, uploadedElsewhere, silentMs }),
      issue,
      resuming,
      uploadedElsewhere,
      openElsewhere,
      device,
      collecting: this.collecting > 0,
      leftOut: photos.leftOut,
      labels: this.labels.current,
      previousLabels: this.labels.previous,
      unreadableLabels: this.labels.unreadable,
      persisted: identity.persisted,
    }
  }
}

import type { ModelName } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'
import { type BatchSettings, closeOnLeave, fetchJob, listJobPhotos } from './api'
import { ChosenLabels } from './chosen-labels'
import { type Collection, collect } from './collect'
import { onDeletion } from './deletions'
import { BatchIdentity } from './identity'
import type { BatchItem, ItemState } from './items'
import type { KeptThumbnails } from './kept-thumbnails'
import { folderLabels, type LabelsFile, restoreLabels } from './labels'
import { Notifier } from './notifier'
import { OtherPages } from './other-pages'
import { BatchPhotos } from './photos'
import { RemoteJob } from './remote-job'
import { type BatchSnapshot, estimate, estimateLifetime, phaseOf, shownItems, thumbnailPace } from './snapshot'
import type { PhotoSource } from './source'
import { loadBatch } from './store'
import { BatchTiming } from './timing'
import { untilAnswered } from './until-answered'
import { Uploader } from './uploader'

export interface BatchOptions {
  settings: BatchSettings
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

const NOT_ON_SERVER: readonly ItemState[] = ['waiting', 'sending', 'missing']
const UNFINISHED: readonly ItemState[] = [...NOT_ON_SERVER, 'queued']

/**
 * One batch: its photos, their upload to a job on the server, and the results as they arrive. Uploaded photos are
 * processed even after the page is closed; opened again by its id, the batch resumes here.
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
  private readonly remote: RemoteJob
  private readonly uploader: Uploader
  private paused = false
  private readonly otherPages: OtherPages
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
  private readonly stopListening = onDeletion((id) => id === this.remote.id && this.remote.markGone())

  readonly subscribe = this.notifier.subscribe

  constructor(private readonly options: BatchOptions) {
    const { signal } = this.abort
    this.photos = new BatchPhotos(options.limits, options.model)
    this.identity = new BatchIdentity(options)
    this.otherPages = new OtherPages(signal)
    this.remote = new RemoteJob({
      settings: options.settings,
      isPaused: () => this.paused,
      onCreated: () => this.save(this.photos.items),
      onResult: (row) => {
        this.photos.setResult(row)
        this.noteDone()
      },
      onChange: (immediately) => this.notifier.notify(immediately),
      onGone: () => this.handleGone(),
      signal,
    })
    this.uploader = new Uploader({
      isPaused: () => this.paused,
      take: (maxBytes, maxPhotos) => this.take(maxBytes, maxPhotos),
      ensureJob: () => this.remote.ensure(),
      onSent: (items, job) => {
        this.photos.markSent(items)
        this.remote.update(job)
        this.notifier.notify(false)
      },
      onFailed: (items, failure) => {
        this.photos.markFailed(items, failure)
        this.noteDone()
      },
      onPutBack: (items) => {
        this.photos.putBack(items, this.remote.ended ? 'left_out' : 'waiting')
        this.notifier.notify(false)
      },
      onIssue: (failure) => this.remote.setIssue(failure),
      onRejected: (failure) => void this.handleRejection(failure),
      signal,
    })
    this.state = this.createSnapshot()
    globalThis.window?.addEventListener('pagehide', this.leave)
  }

  readonly snapshot = (): BatchSnapshot => this.state

  /** Whether photos can still be added. */
  get acceptsPhotos(): boolean {
    return this.remote.acceptsPhotos
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
      this.uploader.start()
      this.notifier.notify(true)
    }
  }

  /** Starts with photos that are known already, and their labels. */
  start(sources: PhotoSource[], labels: LabelsFile | null): void {
    void this.addCollection({ sources, leftOut: [], labels, unreadableLabels: null })
    this.uploader.start()
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
    await this.leaveToUploader(id)
    await this.ask(() => this.openJob(id))
    this.opening = false
    this.notifier.notify(true)
  }

  /** Leaves missing photos to another page that uploads them, and takes stock when that has ended. */
  private leaveToUploader(id: string): Promise<void> {
    const takeStock = async () => {
      const onServer = await listJobPhotos(id)
      this.photos.noteOnServer(onServer, ({ state }) => state === 'missing')
    }
    return this.otherPages.leaveTo(
      id,
      () => this.ask(takeStock),
      () => this.notifier.notify(true),
    )
  }

  /** Repeats a request until the server has answered it, or the batch ends. */
  private ask(request: () => Promise<void>): Promise<void> {
    return untilAnswered(request, {
      onGone: () => this.remote.markGone(),
      onIssue: (failure) => this.remote.setIssue(failure),
      signal: this.abort.signal,
    })
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

  async setPaused(paused: boolean): Promise<void> {
    this.paused = paused
    const answered = this.remote.act(paused ? 'pause' : 'resume')
    this.notifier.notify(true)
    await answered
    this.uploader.start()
  }

  async cancel(): Promise<void> {
    this.remote.ended = 'cancelled'
    this.abort.abort()
    this.photos.leaveOut(UNFINISHED)
    this.notifier.notify(true)
    await this.remote.act('cancel')
  }

  /** Retries the photos that failed on the server. */
  async retryFailed(): Promise<void> {
    if (!(await this.remote.act('retry'))) return
    this.photos.retryFailed()
    this.remote.resumeAfterRetry()
    this.notifier.notify(true)
  }

  /** Continues without the photos whose files are missing. */
  leaveOutMissing(): void {
    this.photos.leaveOut(['missing'])
    this.notifier.notify(true)
  }

  /** Ends the batch in place of the browser that uploads it, with the photos that are on the server by now. */
  async finish(): Promise<void> {
    await this.remote.act('close')
  }

  /** Releases the batch on this page. The job continues on the server. */
  dispose(): void {
    this.leave()
    globalThis.window?.removeEventListener('pagehide', this.leave)
    this.abort.abort()
    this.otherPages.release()
    this.stopListening()
    clearTimeout(this.estimateTimer)
    this.thumbnails?.dispose()
    this.remote.dispose()
    this.notifier.dispose()
  }

  /** Without this page, a job whose photos are all uploaded would stay open for more. */
  private readonly leave = (): void => {
    const { id, ended, current: job } = this.remote
    const { toUpload, missing } = this.photos.counts()
    if (id === undefined || !job?.open || ended || this.identity.foreign || this.otherPages.uploading) return
    if (toUpload === 0 && missing === 0 && this.collecting === 0) closeOnLeave(id)
  }

  private async openJob(id: string): Promise<void> {
    const job = await fetchJob(id)
    this.photos.noteOnServer(await listJobPhotos(id), () => true)
    this.remote.adopt(job)
    this.paused = job.reason === 'requested'
    if (!job.open) this.photos.leaveOut(['missing'])
    this.remote.setIssue(null)
    this.remote.follow()
  }

  private async addCollection({ sources, leftOut, labels, unreadableLabels }: Collection): Promise<void> {
    this.labels.add(labels, unreadableLabels)
    const added = this.photos.add({ sources, leftOut })
    // Too large ones have failed already.
    if (added.some(({ state }) => state === 'done')) this.noteDone()
    await this.save(added)
  }

  private take(...limits: Parameters<BatchPhotos['take']>) {
    if (this.paused || this.remote.ended) return []
    const photos = this.photos.take(...limits)
    if (photos.length > 0) this.notifier.notify(false)
    return photos
  }

  private async save(added: readonly BatchItem[]): Promise<void> {
    await this.identity.save(this.remote.current, this.photos.items, this.labels.saved, added)
  }

  /** A photo has its result, or will never have one. */
  private noteDone(): void {
    this.timing.photoDone()
    this.notifier.notify(false)
  }

  /** The job accepts no more photos: it was ended or deleted elsewhere, or the server refuses such jobs. */
  private async handleRejection(failure: Failure): Promise<void> {
    if (failure.code === 'unknown_job') return this.remote.markGone()
    this.remote.issue = failure
    await this.remote.refresh()
    this.photos.leaveOut(NOT_ON_SERVER)
    this.notifier.notify(true)
  }

  private handleGone(): void {
    this.abort.abort()
    void this.thumbnails?.discard()
    this.photos.leaveOut(UNFINISHED)
    this.notifier.notify(true)
  }

  private refreshSnapshot(): void {
    // It was ended on another page.
    if (this.remote.current?.open === false) this.photos.leaveOut(['missing'])
    this.state = this.createSnapshot()
    this.otherPages.claim(this.remote.id, this.state.counts.toUpload)
    this.expireEstimate()
    void this.identity.noteOutcome(this.state)
    if (this.state.phase === 'done') void this.close()
    const pace = () => thumbnailPace(this.state)
    if (pace() !== 'stop') void this.thumbnails?.fill(this.photos.items.length, pace)
  }

  /** Closes the job, unless another page of this browser still has photos for it. */
  private async close(): Promise<void> {
    const { id } = this.remote
    if (id === undefined || !this.remote.current?.open || this.otherPages.uploading) return
    await this.leaveToUploader(id)
    if (!this.otherPages.uploading) this.remote.closeIfDone(this.state.phase)
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
    const { current: job, ended, issue, resuming, id = this.requestedId } = this.remote
    const { uploading: uploadedElsewhere } = this.otherPages
    const { silentMs } = this.timing
    const openElsewhere = identity.foreign && job?.open === true
    const phase = phaseOf({ opening: this.opening, ended, paused: this.paused, resuming, openElsewhere, job, counts })
    return {
      phase,
      id,
      job,
      title: identity.title,
      name: identity.nameOf(photos.items),
      model: job?.model.id ?? (this.requestedId === null ? this.options.model.id : null),
      group: identity.group ?? id ?? null,
      from: identity.from ?? null,
      took: this.timing.took({ phase, job, counts, issue }),
      items: shownItems(photos.items, issue, uploadedElsewhere),
      counts,
      ...estimate({ phase, job, counts, issue, uploadedElsewhere, silentMs }),
      issue,
      resuming,
      uploadedElsewhere,
      openElsewhere,
      collecting: this.collecting > 0,
      leftOut: photos.leftOut,
      labels: this.labels.current,
      previousLabels: this.labels.previous,
      unreadableLabels: this.labels.unreadable,
      persisted: identity.persisted,
    }
  }
}

import type { Job } from '@/lib/shared/contract/jobs'
import { tooLargeDetail } from '@/lib/shared/problems/too-large-detail'
import { failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import { type Failure, isServerAway } from '../api/failure'
import { serverWatch } from '../api/server-watch'
import { type BatchSettings, closeOnLeave, fetchJob, listJobPhotos } from './api'
import { ChosenLabels } from './chosen-labels'
import { type Collection, collect } from './collect'
import { onDeletion } from './deletions'
import { type BatchItem, failedOnServer, ItemList, type ItemState } from './items'
import type { KeptThumbnails } from './kept-thumbnails'
import { folderLabels, type LabelsFile, restoreLabels } from './labels'
import { Notifier } from './notifier'
import { BatchPersistence } from './persistence'
import { RemoteJob } from './remote-job'
import { type BatchSnapshot, estimate, estimateLifetime, phaseOf, shownItems } from './snapshot'
import { batchName, type LeftOut, type PhotoSource } from './source'
import { loadBatch, type SavedBatch } from './store'
import { BatchTiming } from './timing'
import { isUploading, UploadLock, uploadEnd } from './upload-lock'
import { type QueuedPhoto, UploadQueue } from './upload-queue'
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

const REOPEN_MS = 3000
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
  private readonly list = new ItemList()
  private readonly uploadQueue = new UploadQueue(this.list)
  /** Set by the table of photos, whose code is loaded with the first of them. */
  thumbnails: KeptThumbnails | null = null
  private readonly persistence = new BatchPersistence()
  private readonly abort = new AbortController()
  private readonly notifier = new Notifier(() => this.refreshSnapshot())
  private readonly remote: RemoteJob
  private readonly uploader: Uploader
  private paused = false
  private readonly uploadLock = new UploadLock()
  private uploadedElsewhere = false
  /** Whether another browser started the batch, and ends it. */
  private foreign = false
  private estimateTimer: ReturnType<typeof setTimeout> | undefined
  private opening = false
  /** The id of the batch being opened. */
  private requestedId: string | null = null
  /** Number of calls to `add` in progress. */
  private collecting = 0
  private leftOut: LeftOut[] = []
  private title: string | null
  /** The name of a saved batch. */
  private savedName: string | null = null
  private group: string | undefined
  private from: string | undefined
  private readonly timing = new BatchTiming()
  private readonly labels = new ChosenLabels()
  private state: BatchSnapshot

  /** The list of batches, on another page. */
  private readonly stopListening = onDeletion((id) => id === this.remote.id && this.remote.markGone())

  readonly subscribe = this.notifier.subscribe

  constructor(private readonly options: BatchOptions) {
    const { signal } = this.abort
    this.title = options.title ?? null
    this.group = options.group
    this.from = options.from
    this.remote = new RemoteJob({
      settings: options.settings,
      isPaused: () => this.paused,
      onCreated: () => this.save(this.list.items),
      onResult: (row) => this.addResult(row),
      onChange: (immediately) => this.notifier.notify(immediately),
      onGone: () => this.handleGone(),
      signal,
    })
    this.uploader = new Uploader({
      isPaused: () => this.paused,
      take: (maxBytes, maxPhotos) => this.take(maxBytes, maxPhotos),
      ensureJob: () => this.remote.ensure(),
      onSent: (items, job) => this.markSent(items, job),
      onFailed: (items, failure) => this.markFailed(items, failure),
      onPutBack: (items) => this.putBack(items),
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
    return this.uploadQueue.get(index)
  }

  /** Adds dropped or selected files. Missing photos whose files are among them resume. */
  async add(files: readonly File[]): Promise<void> {
    this.collecting++
    this.notifier.notify(true)
    try {
      await this.addCollection(
        await collect(
          files,
          this.list.items.map(({ path }) => path),
        ),
      )
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
    const ran = this.list.items.filter(({ state }) => state !== 'left_out')
    const sources = ran.flatMap(({ index, path }) => {
      const source = this.source(index)
      return source ? [{ ...source, path, thumbnail: async () => this.thumbnails?.load(index) ?? null }] : []
    })
    return { sources, lost: ran.length - sources.length }
  }

  /** Gives photos that were classified already their files back, from files that the visitor has chosen again. */
  async bringBack(files: readonly File[]): Promise<void> {
    const { sources } = await collect(files)
    const match = this.list.sourceMatcher(({ index }) => !this.source(index))
    for (const source of sources) {
      const item = match(source)
      if (item) this.uploadQueue.put(item.index, source)
    }
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
    this.setLabels(await folderLabels(this.list.items.map(({ path }) => path)))
  }

  /** Opens an existing batch, created in this browser or elsewhere. */
  async open(id: string): Promise<void> {
    this.opening = true
    this.requestedId = id
    this.notifier.notify(true)
    const saved = await loadBatch(id)
    this.timing.continueFrom(saved?.batch.outcome?.seconds ?? null)
    this.foreign = saved?.batch.foreign ?? saved === null
    if (saved) await this.restore(saved.batch)
    for (const { path, size, modified } of saved?.photos ?? [])
      this.list.add(path, { size, modified, state: 'missing' })
    await this.leaveToUploader(id)
    await this.untilAnswered(() => this.openJob(id))
    this.opening = false
    this.notifier.notify(true)
  }

  /** Leaves missing photos to another page that uploads them, and takes stock when that has ended. */
  private async leaveToUploader(id: string): Promise<void> {
    if (this.uploadedElsewhere || !(await isUploading(id))) return
    this.uploadedElsewhere = true
    void uploadEnd(id, this.abort.signal).then(async () => {
      await this.untilAnswered(() => this.takeStock(id))
      this.uploadedElsewhere = false
      this.notifier.notify(true)
    })
  }

  /** Finds out which of the missing photos have reached the server meanwhile. */
  private async takeStock(id: string): Promise<void> {
    for (const path of await listJobPhotos(id)) {
      const item = this.list.find(path) ?? this.list.add(path, { size: null, modified: null, state: 'queued' })
      if (item.state === 'missing') this.list.set(item.index, { state: 'queued' })
    }
  }

  /** Repeats a request until the server has answered it, or the batch ends. */
  private async untilAnswered(request: () => Promise<void>): Promise<void> {
    while (!this.abort.signal.aborted) {
      try {
        return await request()
      } catch (error) {
        const failure = error as Failure
        if (failure.code === 'unknown_job') {
          return this.remote.markGone()
        }
        this.remote.setIssue(failure)
        if (isServerAway(failure)) await serverWatch.wait(this.abort.signal)
        else await new Promise((resolve) => setTimeout(resolve, REOPEN_MS))
      }
    }
  }

  /** Gives the batch another name. An empty one brings back its own. */
  async rename(title: string): Promise<void> {
    this.title = title.trim() || null
    this.notifier.notify(true)
    // First what the visitor sees: the page may be reloaded at once.
    await this.persistence.saveTitle(this.title)
    await this.save([])
  }

  /** Notes the share of right results, for the list of batches; null without labels. */
  setAccuracy(accuracy: number | null): void {
    void this.persistence.saveAccuracy(accuracy)
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
    this.leaveOut(UNFINISHED)
    this.notifier.notify(true)
    await this.remote.act('cancel')
  }

  /** Retries the photos that failed on the server. */
  async retryFailed(): Promise<void> {
    if (!(await this.remote.act('retry'))) return
    for (const item of this.list.items) {
      if (failedOnServer(item)) this.list.set(item.index, { state: 'queued', row: null })
    }
    this.remote.resumeAfterRetry()
    this.notifier.notify(true)
  }

  /** Continues without the photos whose files are missing. */
  leaveOutMissing(): void {
    this.leaveOut(['missing'])
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
    this.uploadLock.release()
    this.stopListening()
    clearTimeout(this.estimateTimer)
    this.thumbnails?.dispose()
    this.remote.dispose()
    this.notifier.dispose()
  }

  /** Without this page, a job whose photos are all uploaded would stay open for more. */
  private readonly leave = (): void => {
    const { id, ended, current: job } = this.remote
    const { toUpload, missing } = this.list.counts()
    if (id === undefined || !job?.open || ended || this.foreign || this.uploadedElsewhere) return
    if (toUpload === 0 && missing === 0 && this.collecting === 0) closeOnLeave(id)
  }

  private async restore(batch: SavedBatch): Promise<void> {
    this.persistence.restore(batch)
    this.title = batch.title ?? null
    this.savedName = batch.name
    this.group = batch.group
    this.from = batch.from
    if (batch.labels) this.labels.set(await restoreLabels(batch.labels))
  }

  private async openJob(id: string): Promise<void> {
    const job = await fetchJob(id)
    for (const path of await listJobPhotos(id)) {
      const item = this.list.find(path) ?? this.list.add(path, { size: null, modified: null, state: 'queued' })
      this.list.set(item.index, { state: 'queued' })
    }
    this.remote.adopt(job)
    this.paused = job.reason === 'requested'
    if (!job.open) this.leaveOut(['missing'])
    this.remote.setIssue(null)
    this.remote.follow()
  }

  private async addCollection({ sources, leftOut, labels, unreadableLabels }: Collection): Promise<void> {
    this.leftOut.push(...leftOut)
    this.labels.add(labels, unreadableLabels)
    const added: BatchItem[] = []
    const match = this.list.sourceMatcher()
    for (const source of sources) {
      const existing = match(source)
      if (existing) this.restoreSource(existing, source)
      else if (this.list.find(source.path)?.state === 'missing') {
        this.leftOut.push({ path: source.path, reason: 'changed' })
      } else if (this.list.items.length >= this.options.limits.files) {
        this.leftOut.push({ path: source.path, reason: 'too_many' })
      } else added.push(this.addSource(source))
    }
    await this.save(added)
  }

  private addSource(source: PhotoSource): BatchItem {
    const { path, size, modified } = source
    const item = this.list.add(path, { size, modified, state: 'waiting' })
    this.uploadQueue.put(item.index, source)
    const { imageBytes } = this.options.limits
    if (size > imageBytes) {
      const failure = {
        code: 'too_large',
        detail: tooLargeDetail(size, imageBytes),
        retryable: false,
        retryAfterMs: null,
      }
      this.markFailed([item], failure)
    }
    return item
  }

  /** Gives a photo its file back. */
  private restoreSource(item: BatchItem, source: PhotoSource): void {
    this.uploadQueue.put(item.index, source)
    if (item.state === 'missing') this.list.set(item.index, { state: 'waiting' })
  }

  private take(maxBytes: number, maxPhotos: number): QueuedPhoto[] {
    if (this.paused || this.remote.ended) return []
    const photos = this.uploadQueue.take(maxBytes, maxPhotos)
    if (photos.length > 0) this.notifier.notify(false)
    return photos
  }

  private async save(added: readonly BatchItem[]): Promise<void> {
    const { id, current: job } = this.remote
    if (id === undefined || !job) return
    const { title, group, from, foreign } = this
    const labels = this.labels.saved
    const created = Date.parse(job.created_at)
    await this.persistence.save(
      { id, created, title, group, from, foreign, labels, model: job.model.id, items: this.list.items },
      added,
    )
  }

  private markSent(items: readonly BatchItem[], job: Job): void {
    // A result may have arrived before this response.
    for (const { index } of items) {
      if (this.list.items[index]?.state === 'sending') this.list.set(index, { state: 'queued' })
    }
    this.remote.update(job)
    this.notifier.notify(false)
  }

  private markFailed(items: readonly BatchItem[], { code, title, detail }: Failure): void {
    for (const { index, path, size } of items) {
      const file = { file: path, bytes: size, sha256: null }
      const row = failedRow(file, this.options.model, { code, detail: detail ?? title ?? '' })
      this.list.set(index, { state: 'done', row })
    }
    this.timing.photoDone()
    this.notifier.notify(false)
  }

  private putBack(items: readonly BatchItem[]): void {
    this.uploadQueue.putBack(items, this.remote.ended ? 'left_out' : 'waiting')
    this.notifier.notify(false)
  }

  /** The job accepts no more photos: it was ended or deleted elsewhere, or the server refuses such jobs. */
  private async handleRejection(failure: Failure): Promise<void> {
    if (failure.code === 'unknown_job') return this.remote.markGone()
    this.remote.issue = failure
    await this.remote.refresh()
    this.leaveOut(NOT_ON_SERVER)
    this.notifier.notify(true)
  }

  private handleGone(): void {
    this.abort.abort()
    void this.thumbnails?.discard()
    this.leaveOut(UNFINISHED)
    this.notifier.notify(true)
  }

  private leaveOut(states: readonly ItemState[]): void {
    for (const state of states) this.list.move(state, 'left_out')
  }

  private addResult(row: ResultRow): void {
    const item = this.list.find(row.file) ?? this.list.add(row.file, { size: null, modified: null, state: 'queued' })
    this.list.set(item.index, { state: 'done', row })
    this.timing.photoDone()
    this.notifier.notify(false)
  }

  private refreshSnapshot(): void {
    // It was ended on another page.
    if (this.remote.current?.open === false) this.leaveOut(['missing'])
    this.state = this.createSnapshot()
    this.updateLock()
    this.expireEstimate()
    void this.persistence.noteOutcome(this.state)
    if (this.state.phase === 'done') void this.close()
    if (this.thumbnailPace() !== 'stop') void this.thumbnails?.fill(this.list.items.length, () => this.thumbnailPace())
  }

  /** Closes the job, unless another page of this browser still has photos for it. */
  private async close(): Promise<void> {
    const { id } = this.remote
    if (id === undefined || !this.remote.current?.open || this.uploadedElsewhere) return
    await this.leaveToUploader(id)
    if (!this.uploadedElsewhere) this.remote.closeIfDone(this.state.phase)
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

  /** Other pages leave the upload to this one for as long as it has photos to upload. */
  private updateLock(): void {
    const { id } = this.remote
    if (id !== undefined && this.state.counts.toUpload > 0) this.uploadLock.hold(id)
    else this.uploadLock.release()
  }

  /** Thumbnails of photos out of sight would slow down the upload. */
  private thumbnailPace(): 'stop' | 'slow' | 'fast' {
    const { phase, counts, collecting } = this.state
    if (phase === 'opening' || phase === 'gone' || counts.toUpload > 0 || collecting) return 'stop'
    return phase === 'running' ? 'slow' : 'fast'
  }

  private createSnapshot(): BatchSnapshot {
    const counts = this.list.counts()
    const { current: job, ended, issue, resuming, id = this.requestedId } = this.remote
    const { uploadedElsewhere } = this
    const { silentMs } = this.timing
    const openElsewhere = this.foreign && job?.open === true
    const phase = phaseOf({ opening: this.opening, ended, paused: this.paused, resuming, openElsewhere, job, counts })
    return {
      phase,
      id,
      job,
      title: this.title,
      name: this.savedName ?? batchName(this.list.items),
      model: job?.model.id ?? (this.requestedId === null ? this.options.model.id : null),
      group: this.group ?? id ?? null,
      from: this.from ?? null,
      took: this.timing.took({ phase, job, counts, issue }),
      items: shownItems(this.list.items, issue, uploadedElsewhere),
      counts,
      ...estimate({ phase, job, counts, issue, uploadedElsewhere, silentMs }),
      issue,
      resuming,
      uploadedElsewhere,
      openElsewhere,
      collecting: this.collecting > 0,
      leftOut: this.leftOut,
      labels: this.labels.current,
      previousLabels: this.labels.previous,
      unreadableLabels: this.labels.unreadable,
      persisted: this.persistence.persisted,
    }
  }
}

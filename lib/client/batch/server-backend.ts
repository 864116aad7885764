import type { Failure } from '../api/failure'
import { type BatchSettings, closeOnLeave, fetchJob, listJobPhotos } from './api'
import type { BackendHost, BatchBackend } from './backend'
import type { ItemState } from './items'
import { OtherPages } from './other-pages'
import { RemoteJob } from './remote-job'
import type { BatchSnapshot } from './snapshot'
import { untilAnswered } from './until-answered'
import { Uploader } from './uploader'

const NOT_ON_SERVER: readonly ItemState[] = ['waiting', 'sending', 'missing']

/** Runs a batch as a job on the server: uploads its photos, and follows the job. It continues after the page is closed. */
export class ServerBackend implements BatchBackend {
  paused = false
  readonly device = null
  private readonly remote: RemoteJob
  private readonly uploader: Uploader
  private readonly otherPages: OtherPages

  constructor(
    settings: BatchSettings,
    private readonly host: BackendHost,
  ) {
    const { signal, photos } = host
    this.otherPages = new OtherPages(signal)
    this.remote = new RemoteJob({
      settings,
      isPaused: () => this.paused,
      onCreated: () => host.onCreated(),
      onResult: (row) => {
        photos.setResult(row)
        host.onDone()
      },
      onChange: (immediately) => host.onChange(immediately),
      onGone: () => host.onGone(),
      signal,
    })
    this.uploader = new Uploader({
      isPaused: () => this.paused,
      take: (maxBytes, maxPhotos) => this.take(maxBytes, maxPhotos),
      ensureJob: () => this.remote.ensure(),
      onSent: (items, job) => {
        photos.markSent(items)
        this.remote.update(job)
        host.onChange(false)
      },
      onFailed: (items, failure) => {
        photos.markFailed(items, failure)
        host.onDone()
      },
      onPutBack: (items) => {
        photos.putBack(items, this.remote.ended ? 'left_out' : 'waiting')
        host.onChange(false)
      },
      onIssue: (failure) => this.remote.setIssue(failure),
      onRejected: (failure) => void this.handleRejection(failure),
      signal,
    })
  }

  get job() {
    return this.remote.current
  }

  get ended() {
    return this.remote.ended
  }

  get issue() {
    return this.remote.issue
  }

  get resuming() {
    return this.remote.resuming
  }

  get elsewhere() {
    return this.otherPages.uploading
  }

  get acceptsPhotos() {
    return this.remote.acceptsPhotos
  }

  noteAdded(): void {}

  start(): void {
    this.uploader.start()
  }

  async open(id: string): Promise<void> {
    await this.leaveToUploader(id)
    await this.ask(() => this.openJob(id))
  }

  async setPaused(paused: boolean): Promise<void> {
    this.paused = paused
    const answered = this.remote.act(paused ? 'pause' : 'resume')
    this.host.onChange(true)
    await answered
    this.uploader.start()
  }

  async cancel(): Promise<void> {
    this.remote.ended = 'cancelled'
    await this.remote.act('cancel')
  }

  async retryFailed(): Promise<boolean> {
    if (!(await this.remote.act('retry'))) return false
    this.host.photos.retryFailed()
    this.remote.resumeAfterRetry()
    return true
  }

  async finish(): Promise<void> {
    await this.remote.act('close')
  }

  markGone(): void {
    this.remote.markGone()
  }

  noteState({ phase, counts }: BatchSnapshot): void {
    this.otherPages.claim(this.remote.id, counts.toUpload)
    if (phase === 'done') void this.close()
  }

  /** Without this page, a job whose photos are all uploaded would stay open for more. */
  leave(collecting: boolean): void {
    const { id, ended, current: job } = this.remote
    const { toUpload, missing } = this.host.photos.counts()
    if (id === undefined || !job?.open || ended || this.host.isForeign() || this.otherPages.uploading) return
    if (toUpload === 0 && missing === 0 && !collecting) closeOnLeave(id)
  }

  dispose(): void {
    this.otherPages.release()
    this.remote.dispose()
  }

  private take(...limits: [maxBytes: number, maxPhotos: number]) {
    if (this.paused || this.remote.ended) return []
    const photos = this.host.photos.take(...limits)
    if (photos.length > 0) this.host.onChange(false)
    return photos
  }

  /** Leaves missing photos to another page that uploads them, and takes stock when that has ended. */
  private leaveToUploader(id: string): Promise<void> {
    const takeStock = async () => {
      const onServer = await listJobPhotos(id)
      this.host.photos.noteOnServer(onServer, ({ state }) => state === 'missing')
    }
    return this.otherPages.leaveTo(
      id,
      () => this.ask(takeStock),
      () => this.host.onChange(true),
    )
  }

  /** Repeats a request until the server has answered it, or the batch ends. */
  private ask(request: () => Promise<void>): Promise<void> {
    return untilAnswered(request, {
      onGone: () => this.remote.markGone(),
      onIssue: (failure) => this.remote.setIssue(failure),
      signal: this.host.signal,
    })
  }

  private async openJob(id: string): Promise<void> {
    const job = await fetchJob(id)
    const { photos } = this.host
    photos.noteOnServer(await listJobPhotos(id), () => true)
    this.remote.adopt(job)
    this.paused = job.reason === 'requested'
    if (!job.open) photos.leaveOut(['missing'])
    this.remote.setIssue(null)
    this.remote.follow()
  }

  /** The job accepts no more photos: it was ended or deleted elsewhere, or the server refuses such jobs. */
  private async handleRejection(failure: Failure): Promise<void> {
    if (failure.code === 'unknown_job') return this.remote.markGone()
    this.remote.issue = failure
    await this.remote.refresh()
    this.host.photos.leaveOut(NOT_ON_SERVER)
    this.host.onChange(true)
  }

  /** Closes the job, unless another page of this browser still has photos for it. */
  private async close(): Promise<void> {
    const { id } = this.remote
    if (id === undefined || !this.remote.current?.open || this.otherPages.uploading) return
    await this.leaveToUploader(id)
    if (!this.otherPages.uploading) this.remote.closeIfDone('done')
  }
}

import type { Job } from '@/lib/shared/contract/jobs'
import { tooLargeDetail } from '@/lib/shared/problems/too-large-detail'
import { failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'
import { act, type BatchSettings, createJob, type JobAction, jobPhotos, readJob } from './api'
import { type Collection, collect } from './collect'
import { follow } from './follow'
import { type BatchItem, type Counts, failedThere, ItemList } from './items'
import { Keeper } from './keeper'
import { type Labels, labelsOf } from './labels'
import { Outbox, type Parcel } from './outbox'
import { type BatchPhase, type BatchSnapshot, pace } from './snapshot'
import type { LeftOut, PhotoSource } from './source'
import { knownBatch } from './store'
import { Uploader } from './uploader'

export interface BatchOptions {
  settings: BatchSettings
  /** Of the model, for photos that never reach the server. */
  model: ModelName
  limits: { imageBytes: number; files: number }
}

/** Changes are told at most this often. */
const PACE_MS = 150
const OPEN_AGAIN_MS = 3000
/** What the server says of a job that waits for its store. */
const STORE_TROUBLES: Partial<Record<string, Failure>> = {
  storage_full: { code: 'storage_full', retryable: true, retryAfterMs: null },
  storage_unavailable: { code: 'not_ready', retryable: true, retryAfterMs: null },
}

/**
 * One batch: its photos, their upload into a job of the server, and the results as they come. What is at the server goes on there
 * without the page; found again by its id, the batch goes on here.
 */
export class BatchSession {
  private readonly list = new ItemList()
  private readonly outbox = new Outbox(this.list)
  private readonly keeper = new Keeper()
  private readonly listeners = new Set<() => void>()
  private readonly end = new AbortController()
  private readonly uploader: Uploader
  private job: Job | null = null
  private making: Promise<string> | undefined
  private unfollow: (() => void) | undefined
  private pausedHere = false
  private closing = false
  private stopped: 'cancelled' | 'gone' | null = null
  private opening = false
  private wanted: string | null = null
  private collecting = 0
  private trouble: Failure | null = null
  private leftOut: LeftOut[] = []
  private labels: Labels | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private state: BatchSnapshot

  constructor(private readonly options: BatchOptions) {
    this.uploader = new Uploader({
      held: () => this.pausedHere,
      take: (bytes, photos) => this.take(bytes, photos),
      job: () => this.ensureJob(),
      sent: (items, job) => this.sent(items, job),
      failed: (items, failure) => this.failed(items, failure),
      returned: (items) => this.returned(items),
      trouble: (failure) => this.setTrouble(failure),
      refused: (failure) => void this.refused(failure),
      signal: this.end.signal,
    })
    this.state = this.look()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): BatchSnapshot => this.state

  /** Whether more photos can come to it. */
  get takesMore(): boolean {
    return this.stopped === null && !this.closing && (this.job === null || this.job.open)
  }

  /** Where the bytes of a photo are, as long as this page has them. */
  source(index: number): PhotoSource | undefined {
    return this.outbox.get(index)
  }

  /** Adds what was dropped or chosen; files of photos that are missing go on. */
  async add(files: readonly File[]): Promise<void> {
    this.collecting++
    this.changed(true)
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
      this.changed(true)
    }
  }

  setLabels(labels: Labels | null): void {
    this.labels = labels
    void this.keep([])
    this.changed(true)
  }

  /** Finds a batch again that was made before, here or elsewhere. */
  async open(id: string): Promise<void> {
    this.opening = true
    this.wanted = id
    this.changed(true)
    const known = await knownBatch(id)
    if (known) this.keeper.found(known.batch)
    const kept = known?.batch.labels
    if (kept) this.labels = await labelsOf(kept.name, kept.text, kept.picks)
    for (const { path, size, modified } of known?.entries ?? [])
      this.list.add(path, { size, modified, state: 'missing' })
    while (!this.end.signal.aborted) {
      try {
        await this.openJob(id)
        break
      } catch (error) {
        const failure = error as Failure
        if (failure.code === 'unknown_job') {
          this.gone()
          break
        }
        this.setTrouble(failure)
        await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN_MS))
      }
    }
    this.opening = false
    this.changed(true)
  }

  async pause(paused: boolean): Promise<void> {
    this.pausedHere = paused
    this.changed(true)
    await this.act(paused ? 'pause' : 'resume')
    this.uploader.start()
  }

  async cancel(): Promise<void> {
    this.stopped = 'cancelled'
    this.end.abort()
    for (const state of ['waiting', 'sending', 'missing', 'queued'] as const) this.list.move(state, 'left_out')
    this.changed(true)
    await this.act('cancel')
  }

  /** Runs those again that the server could not answer. */
  async retryFailed(): Promise<void> {
    if (!(await this.act('retry'))) return
    for (const item of this.list.items) {
      if (failedThere(item)) this.list.set(item.index, { state: 'queued', row: null })
    }
    this.closing = !this.job?.open
    this.follow()
    this.changed(true)
  }

  /** Goes on without the photos whose files are missing. */
  leaveOutMissing(): void {
    this.list.move('missing', 'left_out')
    this.changed(true)
  }

  /** This page lets go of it; the server's job goes on. */
  dispose(): void {
    this.end.abort()
    this.unfollow?.()
    clearTimeout(this.timer)
    this.listeners.clear()
  }

  private async openJob(id: string): Promise<void> {
    const job = await readJob(id)
    for (const path of await jobPhotos(id)) {
      const item = this.list.find(path) ?? this.list.add(path, { size: null, modified: null, state: 'queued' })
      this.list.set(item.index, { state: 'queued' })
    }
    this.making = Promise.resolve(id)
    this.see(job)
    this.pausedHere = job.reason === 'requested'
    if (!job.open) this.list.move('missing', 'left_out')
    if (job.state === 'cancelled') this.stopped = 'cancelled'
    this.setTrouble(null)
    this.follow()
  }

  private async addCollection({ sources, leftOut, labels }: Collection): Promise<void> {
    this.leftOut.push(...leftOut)
    if (labels) this.labels = labels
    const added: BatchItem[] = []
    const recognise = this.list.recogniser()
    for (const source of sources) {
      const before = recognise(source)
      if (before) this.collectGarbageAbove(before, source)
      else if (this.list.find(source.path)?.state === 'missing') {
        this.leftOut.push({ path: source.path, reason: 'changed' })
      } else if (this.list.items.length >= this.options.limits.files) {
        this.leftOut.push({ path: source.path, reason: 'too_many' })
      } else added.push(this.addSource(source))
    }
    await this.keep(added)
  }

  private addSource(source: PhotoSource): BatchItem {
    const { path, size, modified } = source
    const item = this.list.add(path, { size, modified, state: 'waiting' })
    this.outbox.put(item.index, source)
    const { imageBytes } = this.options.limits
    if (size > imageBytes) {
      const failure = {
        code: 'too_large',
        detail: tooLargeDetail(size, imageBytes),
        retryable: false,
        retryAfterMs: null,
      }
      this.failed([item], failure)
    }
    return item
  }

  private collectGarbageAbove(item: BatchItem, source: PhotoSource): void {
    this.outbox.put(item.index, source)
    if (item.state === 'missing') this.list.set(item.index, { state: 'waiting' })
  }

  private take(bytes: number, photos: number): Parcel[] {
    if (this.pausedHere || this.stopped) return []
    const parcels = this.outbox.take(bytes, photos)
    if (parcels.length > 0) this.changed()
    return parcels
  }

  private ensureJob(): Promise<string> {
    this.making ??= this.makeJob()
    return this.making
  }

  private async makeJob(): Promise<string> {
    try {
      const job = await createJob(this.options.settings)
      this.see(job)
      await this.keep(this.list.items)
      this.follow()
      this.changed(true)
      if (this.pausedHere) void this.act('pause')
      return job.id
    } catch (error) {
      this.making = undefined
      throw error
    }
  }

  private async keep(added: readonly BatchItem[]): Promise<void> {
    const id = this.job?.id
    if (id !== undefined) await this.keeper.keep(id, this.list.items, added, this.labels)
  }

  private sent(items: readonly BatchItem[], job: Job): void {
    // A result may have been faster than this reply.
    for (const { index } of items) {
      if (this.list.items[index]?.state === 'sending') this.list.set(index, { state: 'queued' })
    }
    this.see(job)
    this.changed()
  }

  private failed(items: readonly BatchItem[], { code, title, detail }: Failure): void {
    for (const { index, path, size } of items) {
      const known = { file: path, bytes: size, sha256: null }
      const row = failedRow(known, this.options.model, { code, detail: detail ?? title ?? '' })
      this.list.set(index, { state: 'done', row })
    }
    this.changed()
  }

  private returned(items: readonly BatchItem[]): void {
    this.outbox.returned(items, this.stopped ? 'left_out' : 'waiting')
    this.changed()
  }

  /** The job takes nothing more: it was ended or deleted elsewhere, or this server refuses such jobs. */
  private async refused(failure: Failure): Promise<void> {
    if (failure.code === 'unknown_job') return this.gone()
    this.trouble = failure
    const id = this.job?.id
    if (id !== undefined)
      await readJob(id).then(
        (job) => this.see(job),
        () => {},
      )
    for (const state of ['waiting', 'sending', 'missing'] as const) this.list.move(state, 'left_out')
    this.changed(true)
  }

  private gone(): void {
    this.stopped = 'gone'
    this.end.abort()
    for (const state of ['waiting', 'sending', 'missing', 'queued'] as const) this.list.move(state, 'left_out')
    this.changed(true)
  }

  private follow(): void {
    const id = this.job?.id
    this.unfollow?.()
    if (id === undefined) return
    this.unfollow = follow(id, {
      result: (row) => this.result(row),
      job: (job) => {
        this.see(job)
        this.changed()
      },
      gone: () => this.gone(),
    })
  }

  private result(row: ResultRow): void {
    const item = this.list.find(row.file) ?? this.list.add(row.file, { size: null, modified: null, state: 'queued' })
    this.list.set(item.index, { state: 'done', row })
    this.changed()
  }

  private see(job: Job): void {
    this.job = job
    if (job.state === 'cancelled') this.stopped = 'cancelled'
    const waits = STORE_TROUBLES[job.reason ?? '']
    if (waits) this.trouble = waits
    else if (Object.values(STORE_TROUBLES).includes(this.trouble ?? undefined)) this.trouble = null
  }

  /** Once all is done the job ends as well; until then more photos may come. */
  private closeIfDone(): void {
    if (!this.job?.open || this.closing || this.stopped || this.state.phase !== 'done') return
    this.closing = true
    void this.act('close').then((closed) => {
      if (!closed) this.closing = false
    })
  }

  private async act(action: JobAction): Promise<boolean> {
    const id = this.job?.id
    if (id === undefined) return true
    try {
      this.see(await act(id, action))
      this.setTrouble(null)
      return true
    } catch (error) {
      if ((error as Failure).code === 'unknown_job') this.gone()
      else this.setTrouble(error as Failure)
      return false
    } finally {
      this.changed(true)
    }
  }

  private setTrouble(failure: Failure | null): void {
    if (this.trouble === failure || this.end.signal.aborted) return
    this.trouble = failure
    this.changed(true)
  }

  /** Tells that something has changed, at once or before long. */
  private changed(now = false): void {
    if (now) this.tell()
    else this.timer ??= setTimeout(() => this.tell(), PACE_MS)
  }

  private tell(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.state = this.look()
    this.closeIfDone()
    for (const listener of this.listeners) listener()
  }

  private look(): BatchSnapshot {
    const counts = this.list.counts()
    const phase = this.phase(counts)
    return {
      phase,
      id: this.job?.id ?? this.wanted,
      job: this.job,
      items: [...this.list.items],
      counts,
      ...pace(phase, this.job, counts),
      trouble: this.trouble,
      collecting: this.collecting > 0,
      leftOut: this.leftOut,
      labels: this.labels,
      kept: this.keeper.kept,
    }
  }

  private phase({ total, done, leftOut }: Counts): BatchPhase {
    if (this.opening) return 'opening'
    if (this.stopped) return this.stopped
    if (total === 0) return 'empty'
    if (done + leftOut === total) return 'done'
    return this.pausedHere || this.job?.reason === 'requested' ? 'paused' : 'running'
  }
}

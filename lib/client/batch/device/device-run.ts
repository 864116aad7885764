import type { Job } from '@/lib/shared/contract/jobs'
import type { ResultRow } from '@/lib/shared/results/columns'
import { type Failure, isServerAway } from '../../api/failure'
import { serverWatch } from '../../api/server-watch'
import { isUnreadable, unreadableRow } from '../../device/photo-row'
import { RowPool } from '../../device/row-pool'
import { ensureIsolated } from '../../offline/isolation'
import type { BackendHost } from '../backend'
import type { BatchItem } from '../items'
import type { QueuedPhoto } from '../upload-queue'
import type { DeviceState } from './device-state'
import { Keeper } from './keeper'
import type { Kept } from './keeper-protocol'
import { PhotoCopies } from './photo-copies'

export interface RunOptions {
  job: Job
  /** Null for all labels that apply, of a multi-label model. */
  topK: number | null
  host: BackendHost
  /** Whether photos wait although there is room for them. */
  isPaused(): boolean
  onRow(row: ResultRow): void
  /** Why photos wait; null if nothing holds them up. */
  onIssue(failure: Failure | null): void
  onDevice(state: Partial<DeviceState>): void
}

const FIRST_RETRY_MS = 2000
const MAX_RETRY_MS = 30_000
/** A photo doesn't wait longer for its thumbnail. */
const THUMBNAIL_MS = 5000

/** Runs the photos of a batch on this device, and keeps their results. One page of this browser does, for each batch. */
export class DeviceRun {
  private readonly pool: RowPool
  private readonly copies: PhotoCopies | null
  private active = 0
  /** Whether photos can be decoded, which only isolated pages can. */
  private isolated = crossOriginIsolated
  /** Whether photos wait for something else than their turn. */
  private stalled = false
  private retryMs = FIRST_RETRY_MS
  /** Copies that are being deleted. */
  private readonly forgetting = new Set<Promise<void>>()
  private readonly closed = new AbortController()
  private readonly signal: AbortSignal

  private constructor(
    private readonly options: RunOptions,
    private keeper: Keeper | null,
  ) {
    const { host, job, onDevice } = options
    this.signal = AbortSignal.any([host.signal, this.closed.signal])
    this.copies = keeper && new PhotoCopies(keeper, host.photos, onDevice)
    this.pool = new RowPool({
      model: job.model,
      onLoading: (received, total) => onDevice({ loading: received < total ? { received, total } : null }),
    })
  }

  /** Opens a batch with what is kept of it. */
  static async open(options: RunOptions): Promise<DeviceRun> {
    const opened = await Keeper.open(options.job.id).catch(() => null)
    const run = new DeviceRun(options, opened?.keeper ?? null)
    if (opened === null) options.onDevice({ keeping: 'off' })
    else run.restore(opened.kept)
    return run
  }

  /** Photos were added: those that failed already have their rows, the others are kept. */
  async add(items: readonly BatchItem[]): Promise<void> {
    for (const { row } of items) if (row) await this.keep(row)
    await this.copies?.add()
  }

  /** Takes as many waiting photos as the device can run. */
  start(): void {
    if (!this.isolated) return void this.isolate()
    const { photos } = this.options.host
    while (this.active < this.pool.capacity && !this.stalled && !this.options.isPaused() && !this.signal.aborted) {
      const [photo] = photos.take(Number.POSITIVE_INFINITY, 1, 'running')
      if (photo === undefined) return
      this.active++
      void this.run(photo)
    }
  }

  /** May end the page, which then goes on with the copies of its photos. */
  private async isolate(): Promise<void> {
    await ensureIsolated()
    if (this.isolated) return
    this.isolated = true
    this.start()
  }

  /** Tries again what something held up. */
  retry(): void {
    this.stalled = false
    this.options.onIssue(null)
    this.start()
  }

  /** Ends it. Photos that run are lost, and run again another time. */
  async close(): Promise<void> {
    this.closed.abort()
    this.copies?.close()
    this.pool.close()
    await Promise.all(this.forgetting)
    const { keeper } = this
    this.keeper = null
    await keeper?.close()
  }

  private restore({ rows, photos: kept }: Kept): void {
    const { photos } = this.options.host
    for (const row of rows) photos.setResult(row)
    for (const [index, file] of kept) {
      this.copies?.note(index)
      // The tab was closed between the result and the end of the photo.
      if (photos.items[index]?.state === 'done') void this.copies?.drop(index).catch(() => {})
      else photos.putKept(index, file)
    }
    // The photos of a new batch are copied next.
    if (rows.length > 0 || kept.size > 0) this.options.onDevice({ keeping: 'kept' })
  }

  private async run(photo: QueuedPhoto): Promise<void> {
    const { host } = this.options
    try {
      const row = await this.rowOf(photo)
      await this.keep(row)
      if (this.signal.aborted) return
      host.photos.setResult(row)
      this.options.onRow(row)
      this.retryMs = FIRST_RETRY_MS
      const forgotten = this.forget(photo)
      this.forgetting.add(forgotten)
      await forgotten
      this.forgetting.delete(forgotten)
    } catch (failure) {
      if (this.signal.aborted) return
      host.photos.putBack([photo.item], 'waiting')
      void this.stall(failure as Failure)
    } finally {
      this.active--
      this.start()
    }
  }

  /** @throws Failure that isn't the photo's fault */
  private async rowOf(photo: QueuedPhoto): Promise<ResultRow> {
    const row = await this.rowFrom(photo)
    return isUnreadable(row) ? this.rowOfCopy(photo, row) : row
  }

  /** The visitor may have moved or deleted the file since, or taken its disk away. */
  private async rowOfCopy({ item, source }: QueuedPhoto, unreadable: ResultRow): Promise<ResultRow> {
    const { photos } = this.options.host
    const copy = source.kept ? null : await this.copies?.read(item.index)
    if (!copy) return unreadable
    photos.putKept(item.index, copy)
    const kept = photos.source(item.index)
    return kept?.kept ? this.rowFrom({ item, source: kept }) : unreadable
  }

  /** @throws Failure that isn't the photo's fault */
  private async rowFrom({ item, source }: QueuedPhoto): Promise<ResultRow> {
    const { job, topK } = this.options
    const { path: name, size } = item
    const file = await source.open().catch(() => null)
    if (file === null) return unreadableRow({ file: name, bytes: size }, job.model)
    const { threshold, model } = job
    return this.pool.row({ file, name, model: model.id, topK, threshold }, this.signal)
  }

  /** Keeps a row before it is shown. If there is no room for it, the batch goes on without. */
  private async keep(row: ResultRow): Promise<void> {
    try {
      await this.keeper?.append(row)
    } catch {
      if (this.signal.aborted) return
      this.copies?.close()
      const { keeper } = this
      this.keeper = null
      this.options.onDevice({ keeping: 'off', toKeep: 0 })
      await keeper?.close()
    }
  }

  /** Deletes the copy of a photo that has its result. Its thumbnail stays. */
  private async forget({ item: { index } }: QueuedPhoto): Promise<void> {
    if (this.copies === null || this.keeper === null) return
    const { photos } = this.options.host
    const isCopy = photos.source(index)?.kept === true
    if (isCopy) await within(THUMBNAIL_MS, this.options.host.makeThumbnail(index))
    await this.copies.drop(index).catch(() => {})
    if (isCopy) photos.dropKept(index)
  }

  /** Waits for the server, which has the model, or for a while; what can't get better waits for the visitor. */
  private async stall(failure: Failure): Promise<void> {
    if (this.stalled) return
    this.stalled = true
    this.options.onIssue(failure)
    if (isServerAway(failure)) await serverWatch.wait(this.signal)
    else if (!failure.retryable) return
    await delay(this.retryMs, this.signal)
    this.retryMs = Math.min(2 * this.retryMs, MAX_RETRY_MS)
    if (!this.signal.aborted && this.stalled) this.retry()
  }
}

/** Waits for something that doesn't matter much. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

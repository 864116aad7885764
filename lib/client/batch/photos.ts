import { tooLargeDetail } from '@/lib/shared/problems/too-large-detail'
import { failedRow, type ModelName, type ResultRow } from '@/lib/shared/results/columns'
import type { Failure } from '../api/failure'
import { type Collection, collect } from './collect'
import { type BatchItem, type Counts, failedOnServer, ItemList, type ItemState, mayRecover } from './items'
import type { LeftOut, PhotoSource } from './source'
import type { SavedPhoto } from './store'
import { type QueuedPhoto, UploadQueue } from './upload-queue'

/** The photos of a batch: how far each is, its result, and its file for as long as this page holds it. */
export class BatchPhotos {
  private readonly list = new ItemList()
  private readonly queue = new UploadQueue(this.list)
  /** Files that aren't classified. */
  readonly leftOut: LeftOut[] = []

  constructor(
    private readonly limits: { imageBytes: number; files: number },
    /** The model's name, for photos that never reach the server. */
    private readonly model: ModelName,
  ) {}

  get items(): readonly BatchItem[] {
    return this.list.items
  }

  get paths(): string[] {
    return this.items.map(({ path }) => path)
  }

  counts(): Counts {
    return this.list.counts()
  }

  source(index: number): PhotoSource | undefined {
    return this.queue.get(index)
  }

  /** Adds files, or gives photos their files back. Returns the photos that are new. */
  add({ sources, leftOut }: Pick<Collection, 'sources' | 'leftOut'>): BatchItem[] {
    this.leftOut.push(...leftOut)
    const added: BatchItem[] = []
    const match = this.list.sourceMatcher()
    for (const source of sources) {
      const existing = match(source)
      if (existing) this.restoreSource(existing, source)
      else if (this.list.find(source.path)?.state === 'missing') {
        this.leftOut.push({ path: source.path, reason: 'changed' })
      } else if (this.items.length >= this.limits.files) {
        this.leftOut.push({ path: source.path, reason: 'too_many' })
      } else added.push(this.addSource(source))
    }
    return added
  }

  /** Photos of an earlier visit. Their files are gone until they are known to be on the server. */
  restore(saved: readonly SavedPhoto[]): void {
    for (const { path, size, modified } of saved) this.list.add(path, { size, modified, state: 'missing' })
  }

  /**
   * Notes that the server has photos, also such that aren't known here.
   *
   * @param isNews whether a photo that is known here changes its state
   */
  noteOnServer(paths: readonly string[], isNews: (item: BatchItem) => boolean): void {
    for (const path of paths) {
      const item = this.list.find(path)
      if (!item) this.addUnknown(path)
      else if (isNews(item)) this.list.set(item.index, { state: 'queued' })
    }
  }

  /** Takes the next photos to upload; see `UploadQueue`. */
  take(...limits: Parameters<UploadQueue['take']>): QueuedPhoto[] {
    return this.queue.take(...limits)
  }

  /** Puts photos back that were taken but not sent. */
  putBack(items: readonly BatchItem[], state: 'waiting' | 'left_out'): void {
    this.queue.putBack(items, state)
  }

  /** The server has received photos. */
  markSent(items: readonly BatchItem[]): void {
    // A result may have arrived before this response.
    for (const { index } of items) {
      if (this.items[index]?.state === 'sending') this.list.set(index, { state: 'queued' })
    }
  }

  /** These photos can never be sent. */
  markFailed(items: readonly BatchItem[], { code, title, detail }: Failure): void {
    for (const { index, path, size } of items) {
      const file = { file: path, bytes: size, sha256: null }
      const row = failedRow(file, this.model, { code, detail: detail ?? title ?? '' })
      this.list.set(index, { state: 'done', row })
    }
  }

  setResult(row: ResultRow): void {
    const { index } = this.list.find(row.file) ?? this.addUnknown(row.file)
    this.list.set(index, { state: 'done', row })
  }

  /** Photos that failed on the server run again. */
  retryFailed(): void {
    for (const item of this.items) {
      if (failedOnServer(item)) this.list.set(item.index, { state: 'queued', row: null })
    }
  }

  /** Photos that failed on this device, but may succeed in another try, run again if their files are here. */
  retryHere(): void {
    for (const item of this.items.filter(mayRecover)) {
      const source = this.source(item.index)
      if (source === undefined) continue
      this.list.set(item.index, { state: 'waiting', row: null })
      this.queue.put(item.index, source)
    }
  }

  /** Gives a photo of an earlier visit the file that this browser kept, unless it is another one. */
  putKept(index: number, file: File): void {
    const item = this.items[index]
    if (item?.size !== file.size) return
    const { path, size, modified } = item
    this.restoreSource(item, { path, size, modified: modified ?? 0, open: async () => file, kept: true })
  }

  /** Notes that a kept file was deleted. */
  dropKept(index: number): void {
    this.queue.drop(index)
  }

  leaveOut(states: readonly ItemState[]): void {
    for (const state of states) this.list.move(state, 'left_out')
  }

  /**
   * The files of all photos that ran, under their paths, for another batch; how many this page no longer holds.
   *
   * @param loadThumbnail null if there is none
   */
  copies(loadThumbnail: (index: number) => Promise<Blob | null>): { sources: PhotoSource[]; lost: number } {
    const ran = this.items.filter(({ state }) => state !== 'left_out')
    const sources = ran.flatMap(({ index, path }) => {
      const source = this.source(index)
      return source ? [{ ...source, path, thumbnail: () => loadThumbnail(index) }] : []
    })
    return { sources, lost: ran.length - sources.length }
  }

  /** Gives photos that were classified already their files back, from files that the visitor has chosen again. */
  async bringBack(files: readonly File[]): Promise<void> {
    const { sources } = await collect(files)
    const match = this.list.sourceMatcher(({ index }) => !this.source(index))
    for (const source of sources) {
      const item = match(source)
      if (item) this.queue.put(item.index, source)
    }
  }

  private addUnknown(path: string): BatchItem {
    return this.list.add(path, { size: null, modified: null, state: 'queued' })
  }

  private addSource(source: PhotoSource): BatchItem {
    const { path, size, modified } = source
    const item = this.list.add(path, { size, modified, state: 'waiting' })
    this.queue.put(item.index, source)
    const { imageBytes } = this.limits
    if (size > imageBytes) {
      const detail = tooLargeDetail(size, imageBytes)
      this.markFailed([item], { code: 'too_large', detail, retryable: false, retryAfterMs: null })
    }
    return this.items[item.index] ?? item
  }

  /** Gives a photo its file back. */
  private restoreSource(item: BatchItem, source: PhotoSource): void {
    this.queue.put(item.index, source)
    if (item.state === 'missing') this.list.set(item.index, { state: 'waiting' })
  }
}

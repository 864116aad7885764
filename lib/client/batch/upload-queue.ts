import type { BatchItem, ItemList } from './items'
import type { PhotoSource } from './source'

/** A photo with its file. */
export interface QueuedPhoto {
  item: BatchItem
  source: PhotoSource
}

/** The files of a batch as long as this page has them, and which of them are to be sent next. */
export class UploadQueue {
  private readonly sources = new Map<number, PhotoSource>()
  /** All photos before it are on their way or need none. */
  private cursor = 0

  constructor(private readonly list: ItemList) {}

  get(index: number): PhotoSource | undefined {
    return this.sources.get(index)
  }

  put(index: number, source: PhotoSource): void {
    this.sources.set(index, source)
    this.cursor = Math.min(this.cursor, index)
  }

  /** The next ones that wait, so many at most and of so many bytes together, or a single one. They count as being sent. */
  take(bytes: number, photos: number): QueuedPhoto[] {
    const parcels: QueuedPhoto[] = []
    let size = 0
    for (; this.cursor < this.list.items.length && parcels.length < photos; this.cursor++) {
      const item = this.list.items[this.cursor]
      const source = item && this.sources.get(item.index)
      if (item?.state !== 'waiting' || !source) continue
      if (parcels.length > 0 && size + source.size > bytes) break
      size += source.size
      this.list.set(item.index, { state: 'sending' })
      parcels.push({ item, source })
    }
    return parcels
  }

  /** These were not sent after all. */
  returned(items: readonly BatchItem[], state: 'waiting' | 'left_out'): void {
    for (const { index } of items) {
      if (this.list.items[index]?.state === 'sending') this.list.set(index, { state })
      this.cursor = Math.min(this.cursor, index)
    }
  }
}

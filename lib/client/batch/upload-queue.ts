import type { BatchItem, ItemList } from './items'
import type { PhotoSource } from './source'

/** A photo and its file. */
export interface QueuedPhoto {
  item: BatchItem
  source: PhotoSource
}

/** The files of a batch for as long as this page holds them, and the order in which they are uploaded. */
export class UploadQueue {
  private readonly sources = new Map<number, PhotoSource>()
  /** All photos before it are being sent or don't need to be. */
  private cursor = 0

  constructor(private readonly list: ItemList) {}

  get(index: number): PhotoSource | undefined {
    return this.sources.get(index)
  }

  /** The page no longer holds the file. */
  drop(index: number): void {
    this.sources.delete(index)
  }

  put(index: number, source: PhotoSource): void {
    this.sources.set(index, source)
    this.cursor = Math.min(this.cursor, index)
  }

  /**
   * Takes the next waiting photos, up to `maxPhotos` and `maxBytes` in total, or a single one of any size, and marks
   * them as `sending`, or as `running` on this device.
   */
  take(maxBytes: number, maxPhotos: number, state: 'sending' | 'running' = 'sending'): QueuedPhoto[] {
    const photos: QueuedPhoto[] = []
    let size = 0
    for (; this.cursor < this.list.items.length && photos.length < maxPhotos; this.cursor++) {
      const item = this.list.items[this.cursor]
      const source = item && this.sources.get(item.index)
      if (item?.state !== 'waiting' || !source) continue
      if (photos.length > 0 && size + source.size > maxBytes) break
      size += source.size
      this.list.set(item.index, { state })
      photos.push({ item, source })
    }
    return photos
  }

  /** Puts photos back that were taken but not sent. */
  putBack(items: readonly BatchItem[], state: 'waiting' | 'left_out'): void {
    for (const { index } of items) {
      const now = this.list.items[index]?.state
      if (now === 'sending' || now === 'running') this.list.set(index, { state })
      this.cursor = Math.min(this.cursor, index)
    }
  }
}

import { createThumbnail } from '../photos/create-thumbnail'
import type { PhotoSource } from './source'
import { deleteThumbnails, loadThumbnail, MAX_OF_BATCH, saveThumbnails, storedThumbnails } from './thumbnail-store'

export interface KeptThumbnailsOptions {
  /** The batch's ID; undefined until it has one. */
  id(): string | undefined
  /** The file of a photo, if this page holds it. */
  source(index: number): PhotoSource | undefined
}

const SIZE = { side: 96, square: true, type: 'image/jpeg', quality: 0.75 } as const
/** Thumbnails are stored together this long after the first of them was created. */
const STORE_AFTER_MS = 500
/** At slow pace, how long to pause after a thumbnail, as a multiple of the time it took. */
const SLOW_PAUSE = 4
/** The browser runs idle work at least this often, even if it is busy. */
const IDLE_TIMEOUT_MS = 2000

/**
 * The thumbnails of a batch: created from the photos, and stored in this browser, so that they outlive the page. Only
 * the first ones of a very large batch are stored.
 */
export class KeptThumbnails {
  /** Created, but not stored yet. */
  private readonly fresh = new Map<number, Blob>()
  /** Files that this browser can't decode, or that are gone. A photo may get another one. */
  private readonly unreadable = new WeakSet<PhotoSource>()
  private stored: Promise<Set<number>> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private filling = false
  private disposed = false
  /** Whether this browser stores anything: private windows don't. */
  private storage = true

  constructor(private readonly options: KeptThumbnailsOptions) {}

  /** A thumbnail; null if there is none and the photo is gone or can't be decoded. */
  async load(index: number): Promise<Blob | null> {
    const fresh = this.fresh.get(index)
    if (fresh) return fresh
    const id = this.options.id()
    if (id !== undefined && (await this.storedIndices(id)).has(index)) {
      const stored = await loadThumbnail(id, index)
      if (stored) return stored
    }
    return this.create(index)
  }

  /**
   * Creates and stores the thumbnails of the first `photos` photos one by one while the page is idle. It stops as soon
   * as `pace` says so. While the batch is being classified, it leaves most of the time to that: the server may be on the
   * same machine.
   */
  async fill(photos: number, pace: () => 'stop' | 'slow' | 'fast'): Promise<void> {
    const id = this.options.id()
    if (this.filling || id === undefined) return
    this.filling = true
    const stored = await this.storedIndices(id)
    for (let index = 0; index < Math.min(photos, MAX_OF_BATCH); index++) {
      if (stored.has(index) || this.fresh.has(index)) continue
      const source = this.options.source(index)
      if (!source || this.unreadable.has(source)) continue
      await idle()
      if (this.disposed || !this.storage || pace() === 'stop') break
      const started = performance.now()
      await this.create(index)
      if (pace() === 'slow') await delay(SLOW_PAUSE * (performance.now() - started))
    }
    this.filling = false
    await this.store()
  }

  /** Deletes the stored thumbnails, and stores no more: the batch no longer exists. */
  async discard(): Promise<void> {
    this.storage = false
    this.fresh.clear()
    const id = this.options.id()
    if (id !== undefined) await deleteThumbnails(id)
  }

  dispose(): void {
    this.disposed = true
    void this.store()
  }

  private storedIndices(id: string): Promise<Set<number>> {
    this.stored ??= storedThumbnails(id)
    return this.stored
  }

  private async create(index: number): Promise<Blob | null> {
    const source = this.options.source(index)
    if (!source || this.unreadable.has(source)) return null
    const blob = await thumbnailOf(source)
    if (!blob) {
      this.unreadable.add(source)
      return null
    }
    if (this.storage && this.fresh.size < MAX_OF_BATCH) {
      this.fresh.set(index, blob)
      this.storeLater()
    }
    return blob
  }

  private storeLater(): void {
    if (!this.disposed) this.timer ??= setTimeout(() => void this.store(), STORE_AFTER_MS)
  }

  /** Stores the fresh thumbnails. Until the batch has an ID, they wait. */
  private async store(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    const id = this.options.id()
    if (this.fresh.size === 0 || !this.storage) return
    if (id === undefined) return this.storeLater()
    const stored = await this.storedIndices(id)
    const fresh = [...this.fresh]
    const chunk = new Map(fresh.filter(([index]) => !stored.has(index)).slice(0, MAX_OF_BATCH - stored.size))
    this.storage = await saveThumbnails(id, chunk)
    for (const index of chunk.keys()) stored.add(index)
    for (const [index] of fresh) this.fresh.delete(index)
  }
}

async function thumbnailOf(source: PhotoSource): Promise<Blob | null> {
  try {
    return (await source.thumbnail?.()) ?? (await createThumbnail(await source.open(), SIZE))
  } catch {
    return null // The file was deleted.
  }
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until the browser has nothing better to do. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback === 'undefined') setTimeout(resolve, 50)
    else requestIdleCallback(() => resolve(), { timeout: IDLE_TIMEOUT_MS })
  })
}

import { createThumbnail } from '../photos/create-thumbnail'
import type { PhotoSource } from './source'

const SIZE = { side: 96, square: true, type: 'image/jpeg', quality: 0.75 } as const
const CONCURRENCY = 2
/** Cached thumbnails: several screens of the table. */
const MAX_CACHED = 600

interface ThumbnailRequest {
  source: PhotoSource
  done(url: string | null): void
}

/** Creates thumbnails of visible photos in the browser; the most recent request is served first. */
export class Thumbnails {
  /** Null if this browser can't display the photo. */
  private readonly cache = new Map<number, string | null>()
  private readonly pending = new Map<number, ThumbnailRequest>()
  private running = 0

  /** The cached thumbnail; undefined if it has to be requested. */
  get(index: number): string | null | undefined {
    return this.cache.get(index)
  }

  /** Requests a thumbnail. The returned function cancels the request. */
  request(index: number, source: PhotoSource, done: (url: string | null) => void): () => void {
    this.pending.set(index, { source, done })
    this.next()
    return () => this.pending.delete(index)
  }

  dispose(): void {
    for (const url of this.cache.values()) if (url) URL.revokeObjectURL(url)
    this.cache.clear()
    this.pending.clear()
  }

  private next(): void {
    while (this.running < CONCURRENCY && this.pending.size > 0) {
      const [index, { source, done }] = [...this.pending].at(-1) as [number, ThumbnailRequest]
      this.pending.delete(index)
      this.running++
      void this.load(index, source).then((url) => {
        this.running--
        done(url)
        this.next()
      })
    }
  }

  private async load(index: number, source: PhotoSource): Promise<string | null> {
    const cached = this.cache.get(index)
    if (cached !== undefined) return cached
    const blob = await createSquare(source)
    const url = blob && URL.createObjectURL(blob)
    this.cache.set(index, url)
    for (const [oldest, oldUrl] of this.cache) {
      if (this.cache.size <= MAX_CACHED) break
      if (oldUrl) URL.revokeObjectURL(oldUrl)
      this.cache.delete(oldest)
    }
    return url
  }
}

async function createSquare(source: PhotoSource): Promise<Blob | null> {
  try {
    return await createThumbnail(await source.open(), SIZE)
  } catch {
    return null // The file was deleted.
  }
}

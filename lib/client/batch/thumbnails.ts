const CONCURRENCY = 2
/** Cached thumbnails: several screens of the table. */
const MAX_CACHED = 600

type Done = (url: string | null) => void

/** Addresses of the thumbnails of visible photos; the most recent request is served first. */
export class Thumbnails {
  /** Null if there is no thumbnail. */
  private readonly cache = new Map<number, string | null>()
  private readonly pending = new Map<number, Done>()
  private running = 0

  constructor(private readonly load: (index: number) => Promise<Blob | null>) {}

  /** The cached thumbnail; undefined if it has to be requested. */
  get(index: number): string | null | undefined {
    return this.cache.get(index)
  }

  /** Requests a thumbnail. The returned function cancels the request. */
  request(index: number, done: Done): () => void {
    this.pending.set(index, done)
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
      const [index, done] = [...this.pending].at(-1) as [number, Done]
      this.pending.delete(index)
      this.running++
      void this.urlOf(index).then((url) => {
        this.running--
        done(url)
        this.next()
      })
    }
  }

  private async urlOf(index: number): Promise<string | null> {
    const cached = this.cache.get(index)
    // A photo without a thumbnail may have been chosen again.
    if (cached) return cached
    const blob = await this.load(index)
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

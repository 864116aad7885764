const CONCURRENCY = 2
/** Cached thumbnails: several screens of the table. */
const MAX_CACHED = 600

type Done = (url: string | null) => void

/** Addresses of the thumbnails of visible photos; the most recent request is served first. */
export class Thumbnails {
  /** Null if there is no thumbnail. */
  private readonly cache = new Map<number, string | null>()
  /** A photo may be in several places of a page. */
  private readonly pending = new Map<number, Set<Done>>()
  private readonly loading = new Set<number>()

  constructor(private readonly load: (index: number) => Promise<Blob | null>) {}

  /** The cached thumbnail; undefined if it has to be requested. */
  get(index: number): string | null | undefined {
    return this.cache.get(index)
  }

  /** Requests a thumbnail. The returned function cancels the request. */
  request(index: number, done: Done): () => void {
    const waiting = this.pending.get(index) ?? new Set()
    waiting.add(done)
    // The most recent one comes last.
    this.pending.delete(index)
    this.pending.set(index, waiting)
    this.next()
    return () => {
      waiting.delete(done)
      if (waiting.size === 0 && this.pending.get(index) === waiting) this.pending.delete(index)
    }
  }

  dispose(): void {
    for (const url of this.cache.values()) if (url) URL.revokeObjectURL(url)
    this.cache.clear()
    this.pending.clear()
  }

  private next(): void {
    while (this.loading.size < CONCURRENCY) {
      // What is being loaded is in the cache afterwards.
      const index = [...this.pending.keys()].findLast((one) => !this.loading.has(one))
      if (index === undefined) return
      const waiting = this.pending.get(index) ?? new Set()
      this.pending.delete(index)
      this.loading.add(index)
      void this.urlOf(index).then((url) => {
        this.loading.delete(index)
        for (const done of waiting) done(url)
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

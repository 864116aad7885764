import { Problem } from '@/lib/shared/problem'

/** What one request holds of a budget. */
export interface Lease {
  /**
   * Takes more bytes.
   *
   * @throws Problem `queue_full` where the budget has no room for them
   */
  take(bytes: number): void
  /** Gives everything back. */
  release(): void
}

/** Bytes of uploads that are held in memory at once, over all requests. */
export class ByteBudget {
  private held = 0

  constructor(private readonly limit: number) {}

  lease(): Lease {
    let mine = 0
    return {
      take: (bytes) => {
        // A request that is alone passes whatever its size: its own limit bounds it.
        if (this.held > mine && this.held + bytes > this.limit) {
          throw new Problem('queue_full', 'Too many uploads are being read at once. Try again in a moment.')
        }
        mine += bytes
        this.held += bytes
      },
      release: () => {
        this.held -= mine
        mine = 0
      },
    }
  }
}

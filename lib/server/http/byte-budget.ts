import { Problem } from '@/lib/shared/problems/problem'

/** What one request holds of a budget: what is there, not what may come. */
export interface Lease {
  /**
   * Takes more bytes.
   *
   * @throws Problem `queue_full` where the budget has no room for them
   */
  take(bytes: number): void
  /**
   * Refuses early what has no room now; holds nothing for it.
   *
   * @throws Problem `queue_full`
   */
  require(bytes: number): void
  /**
   * Holds so many bytes for a purpose from now on, be it more or fewer than before. Waits for room, for a while.
   *
   * @throws Problem `queue_full` where none comes
   */
  hold(purpose: string, bytes: number): Promise<void>
  /** Gives everything back, for good. */
  release(): void
}

interface Waiting {
  lease: BudgetLease
  bytes: number
  go(): void
}

/** Whoever is in the middle of an upload waits so long for room (milliseconds) before it is refused. */
const WAIT_MS = 10_000

/** Bytes of uploads that are held in memory at once, over all requests. */
export class ByteBudget {
  private held = 0
  private readonly waiting = new Set<Waiting>()

  constructor(
    private readonly limit: number,
    private readonly waitMs = WAIT_MS,
  ) {}

  lease(): Lease {
    return new BudgetLease(this)
  }

  /** Whether there is room. A request that is alone passes whatever its size: its own limit bounds it. */
  fits(mine: number, bytes: number): boolean {
    return this.held <= mine || this.held + bytes <= this.limit
  }

  add(bytes: number): void {
    this.held += bytes
    if (bytes < 0) this.wake()
  }

  /** Resolves when there is room for more, and it is taken. @throws Problem `queue_full` after a while */
  wait(lease: BudgetLease, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(mine)
        reject(full())
      }, this.waitMs)
      const mine = {
        lease,
        bytes,
        go: () => {
          clearTimeout(timer)
          this.waiting.delete(mine)
          resolve()
        },
      }
      this.waiting.add(mine)
    })
  }

  /** In the order of their coming. */
  private wake(): void {
    for (const { lease, bytes, go } of this.waiting) {
      if (!this.fits(lease.bytes, bytes)) return
      lease.grow(bytes)
      go()
    }
  }
}

class BudgetLease implements Lease {
  /** Held by this request. */
  bytes = 0
  private readonly purposes = new Map<string, number>()
  private released = false

  constructor(private readonly budget: ByteBudget) {}

  require(bytes: number): void {
    if (!this.budget.fits(this.bytes, bytes)) throw full()
  }

  take(bytes: number): void {
    this.require(bytes)
    this.grow(bytes)
  }

  async hold(purpose: string, bytes: number): Promise<void> {
    const more = bytes - (this.purposes.get(purpose) ?? 0)
    if (more === 0 || this.released) return
    if (more < 0 || this.budget.fits(this.bytes, more)) this.grow(more)
    else await this.budget.wait(this, more)
    this.purposes.set(purpose, bytes)
  }

  release(): void {
    this.released = true
    this.grow(-this.bytes)
  }

  /** By a negative number where it shrinks. Who was released while it waited gets nothing. */
  grow(bytes: number): void {
    if (this.released && bytes > 0) return
    this.bytes += bytes
    this.budget.add(bytes)
  }
}

function full(): Problem {
  return new Problem('queue_full', 'Too many uploads are being read at once. Try again in a moment.')
}

import { Problem } from '@/lib/shared/problems/problem'

/** The bytes of a budget that one request holds: those that have arrived, not those that may follow. */
export interface Reservation {
  /**
   * Reserves more bytes.
   *
   * @throws Problem `queue_full` if the budget has no room
   */
  take(bytes: number): void
  /**
   * Fails early if there is no room now. Reserves nothing.
   *
   * @throws Problem `queue_full`
   */
  require(bytes: number): void
  /**
   * Sets the reservation for a purpose to this many bytes, more or fewer than before. Waits a while for room.
   *
   * @throws Problem `queue_full` if there is still none
   */
  hold(purpose: string, bytes: number): Promise<void>
  /** Releases everything, permanently. */
  release(): void
}

interface Waiting {
  reservation: BudgetReservation
  bytes: number
  resume(): void
}

/** How long an upload in progress waits for room before it is refused (milliseconds). */
const WAIT_MS = 10_000

/** Limits the bytes of uploads in memory over all requests. */
export class MemoryBudget {
  private held = 0
  private readonly waiting = new Set<Waiting>()

  constructor(
    private readonly limit: number,
    private readonly waitMs = WAIT_MS,
  ) {}

  reserve(): Reservation {
    return new BudgetReservation(this)
  }

  /** Whether there is room. A request that is alone always fits: its own limit bounds it. */
  fits(own: number, bytes: number): boolean {
    return this.held <= own || this.held + bytes <= this.limit
  }

  add(bytes: number): void {
    this.held += bytes
    if (bytes < 0) this.wake()
  }

  /** Resolves once there is room and it is reserved. @throws Problem `queue_full` after a while */
  wait(reservation: BudgetReservation, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(entry)
        reject(queueFull())
      }, this.waitMs)
      const entry = {
        reservation,
        bytes,
        resume: () => {
          clearTimeout(timer)
          this.waiting.delete(entry)
          resolve()
        },
      }
      this.waiting.add(entry)
    })
  }

  /** First come, first served. */
  private wake(): void {
    for (const { reservation, bytes, resume } of this.waiting) {
      if (!this.fits(reservation.bytes, bytes)) return
      reservation.adjust(bytes)
      resume()
    }
  }
}

class BudgetReservation implements Reservation {
  /** Bytes that this request holds. */
  bytes = 0
  private readonly purposes = new Map<string, number>()
  private released = false

  constructor(private readonly budget: MemoryBudget) {}

  require(bytes: number): void {
    if (!this.budget.fits(this.bytes, bytes)) throw queueFull()
  }

  take(bytes: number): void {
    this.require(bytes)
    this.adjust(bytes)
  }

  async hold(purpose: string, bytes: number): Promise<void> {
    const more = bytes - (this.purposes.get(purpose) ?? 0)
    if (more === 0 || this.released) return
    if (more < 0 || this.budget.fits(this.bytes, more)) this.adjust(more)
    else await this.budget.wait(this, more)
    this.purposes.set(purpose, bytes)
  }

  release(): void {
    this.released = true
    this.adjust(-this.bytes)
  }

  /** Negative to shrink. A reservation that was released while it waited gets nothing. */
  adjust(bytes: number): void {
    if (this.released && bytes > 0) return
    this.bytes += bytes
    this.budget.add(bytes)
  }
}

function queueFull(): Problem {
  return new Problem('queue_full', 'The server is reading too many uploads at once. Try again in a moment.')
}

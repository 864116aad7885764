interface Decoding {
  since: number
  /** Time that runs had taken when it began. */
  ranBefore: number
  timer: NodeJS.Timeout
}

/** A decoding has several steps, each of which may wait for the run of another photo to end, since a run blocks this thread. */
const PACE_BESIDE_RUNS = 1 / 3

/**
 * How long photos are being decoded. While the model is run for others the clock goes at a third of its pace: a slow model is no
 * fault of a photo that waits for this thread, and still a decoding that never ends is found out.
 */
export class DecodeClock {
  private readonly decoding = new Map<number, Decoding>()
  private ranMs = 0

  /** @param onStuck told, once, of a decoding that took longer than `timeoutMs` */
  constructor(
    private readonly timeoutMs: number,
    private readonly onStuck: (id: number) => void,
  ) {}

  begin(id: number): void {
    const timer = this.alarm(id, this.timeoutMs)
    this.decoding.set(id, { since: performance.now(), ranBefore: this.ranMs, timer })
  }

  end(id: number): void {
    clearTimeout(this.decoding.get(id)?.timer)
    this.decoding.delete(id)
  }

  /** The model was run for a photo, for so long. */
  ran(ms: number): void {
    this.ranMs += ms
  }

  private alarm(id: number, ms: number): NodeJS.Timeout {
    // What has ended while this thread was blocked is told of before the check.
    return setTimeout(() => setImmediate(() => this.check(id)), ms).unref()
  }

  private check(id: number): void {
    const decoding = this.decoding.get(id)
    if (!decoding) return
    const { since, ranBefore } = decoding
    const spent = performance.now() - since - (1 - PACE_BESIDE_RUNS) * (this.ranMs - ranBefore)
    if (spent >= this.timeoutMs) this.onStuck(id)
    else decoding.timer = this.alarm(id, this.timeoutMs - spent)
  }
}

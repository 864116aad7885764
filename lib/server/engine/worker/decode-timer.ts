interface Decoding {
  startedAt: number
  /** Time that runs had taken when it began. */
  runMsAtStart: number
  timer: NodeJS.Timeout
}

/** A decoding has several steps, each of which may wait for the run of another photo to end, since a run blocks this thread. */
const RATE_DURING_RUNS = 1 / 3

/**
 * How long photos are being decoded. While the model is run for others the clock goes at a third of its pace: a slow model is no
 * fault of a photo that waits for this thread, and still a decoding that never ends is found out.
 */
export class DecodeTimer {
  private readonly decoding = new Map<number, Decoding>()
  private runMs = 0

  /** @param onStuck told, once, of a decoding that took longer than `timeoutMs` */
  constructor(
    private readonly timeoutMs: number,
    private readonly onStuck: (id: number) => void,
  ) {}

  begin(id: number): void {
    const timer = this.schedule(id, this.timeoutMs)
    this.decoding.set(id, { startedAt: performance.now(), runMsAtStart: this.runMs, timer })
  }

  end(id: number): void {
    clearTimeout(this.decoding.get(id)?.timer)
    this.decoding.delete(id)
  }

  /** The model was run for a photo, for so long. */
  addRunTime(ms: number): void {
    this.runMs += ms
  }

  private schedule(id: number, ms: number): NodeJS.Timeout {
    // What has ended while this thread was blocked is told of before the check.
    return setTimeout(() => setImmediate(() => this.check(id)), ms).unref()
  }

  private check(id: number): void {
    const decoding = this.decoding.get(id)
    if (!decoding) return
    const { startedAt, runMsAtStart } = decoding
    const spent = performance.now() - startedAt - (1 - RATE_DURING_RUNS) * (this.runMs - runMsAtStart)
    if (spent >= this.timeoutMs) this.onStuck(id)
    else decoding.timer = this.schedule(id, this.timeoutMs - spent)
  }
}

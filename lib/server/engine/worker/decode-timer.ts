interface Decoding {
  startedAt: number
  /** Total run time when it began. */
  runMsAtStart: number
  timer: NodeJS.Timeout
}

/** Decoding has several steps, each of which may wait for another photo's run, because a run blocks this thread. */
const RATE_DURING_RUNS = 1 / 3

/**
 * Measures how long photos take to decode. While the model runs for others, the timer advances at a third of real time:
 * a photo that waits for this thread is not blamed for a slow model, and a decode that never ends is still detected.
 */
export class DecodeTimer {
  private readonly decoding = new Map<number, Decoding>()
  private runMs = 0

  /** @param onStuck called once for a decode that took longer than `timeoutMs` */
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

  /** Records time during which the model was running. */
  addRunTime(ms: number): void {
    this.runMs += ms
  }

  private schedule(id: number, ms: number): NodeJS.Timeout {
    // Results that arrived while this thread was blocked are processed before the check.
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

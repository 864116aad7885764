import { VisionError } from './error.js'

/** Limits how long a request may stay without progress, and ends it with the caller's signal. */
export class Deadline {
  readonly signal: AbortSignal
  private readonly controller = new AbortController()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly ms: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.signal = outer ? AbortSignal.any([outer, this.controller.signal]) : this.controller.signal
    this.extend()
  }

  /** Starts the time again: something has arrived. */
  extend(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.controller.abort(), this.ms)
  }

  /** Stops the time; with `abort`, the request too. */
  end({ abort = false } = {}): void {
    clearTimeout(this.timer)
    if (abort) this.controller.abort()
  }

  /** What an error of the request means: the caller's own reason, a timeout, or a lost connection. */
  explain(error: unknown): unknown {
    if (this.outer?.aborted) return this.outer.reason
    if (error instanceof VisionError) return error
    if (this.controller.signal.aborted)
      return new VisionError({ code: 'timeout', detail: `Nothing arrived for ${this.ms} ms.` }, { cause: error })
    return new VisionError({ code: 'unreachable', detail: 'The connection failed.' }, { cause: error })
  }
}

/** Waits; rejects with the reason of the signal if it is aborted. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', abort, { once: true })
  })
}

import { underBase } from '@/lib/shared/web/base-path'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 15_000
const TIMEOUT_MS = 5000

/**
 * Waits for the server on behalf of everything in this tab that needs it: asks whether it is ready, less and less often,
 * for as long as something waits and the page is visible.
 */
export class ServerWatch {
  private readonly waiting = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private delay = FIRST_DELAY_MS
  private readyAt = Number.NEGATIVE_INFINITY
  private asking = false

  /** @param isReady must not reject */
  constructor(private readonly isReady: () => Promise<boolean>) {}

  /** Resolves once the server is ready, or when the signal is aborted. */
  wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done)
        this.waiting.delete(done)
        if (this.waiting.size === 0) this.stop()
        resolve()
      }
      signal?.addEventListener('abort', done)
      this.waiting.add(done)
      if (this.waiting.size === 1) this.start()
    })
  }

  /** Asks at once, if anything waits. */
  readonly askNow = (): void => {
    clearTimeout(this.timer)
    if (this.waiting.size > 0 && !this.asking && !isHidden()) void this.ask()
  }

  private start(): void {
    // A server that says it is ready and then fails again is asked as rarely as before, not over and over.
    if (Date.now() - this.readyAt > LONGEST_DELAY_MS) this.delay = FIRST_DELAY_MS
    window.addEventListener('online', this.askNow)
    document.addEventListener('visibilitychange', this.askNow)
    this.askLater()
  }

  private stop(): void {
    clearTimeout(this.timer)
    window.removeEventListener('online', this.askNow)
    document.removeEventListener('visibilitychange', this.askNow)
  }

  /** Half of the delay is random, so that the tabs of many visitors don't ask in the same moment. */
  private askLater(): void {
    clearTimeout(this.timer)
    if (isHidden()) return
    this.timer = setTimeout(this.askNow, (this.delay * (1 + Math.random())) / 2)
    this.delay = Math.min(2 * this.delay, LONGEST_DELAY_MS)
  }

  private async ask(): Promise<void> {
    this.asking = true
    const ready = await this.isReady()
    this.asking = false
    if (ready) {
      this.readyAt = Date.now()
      for (const done of [...this.waiting]) done()
    } else if (this.waiting.size > 0) this.askLater()
  }
}

const isHidden = () => document.visibilityState === 'hidden'

/**
 * Whether the server takes requests. Where a proxy hides `/health/ready`, any response that isn't a fault will do, but not
 * a page in its place, such as the sign-in page of a public Wi-Fi.
 */
export async function isServerReady(): Promise<boolean> {
  try {
    const { status, ok, headers } = await fetch(underBase('/health/ready'), {
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return status < 500 && !(ok && headers.get('content-type')?.startsWith('text/html'))
  } catch {
    return false
  }
}

/** The one of this tab. */
export const serverWatch = new ServerWatch(isServerReady)

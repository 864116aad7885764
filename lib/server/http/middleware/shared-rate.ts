import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'

/** Whether a photo is allowed, and the client's current count. */
export interface Taken {
  allowed: boolean
  state: RateLimiterRes
}

/** Maximum time a photo waits for its count (milliseconds). */
const WAIT_MS = 1_000

/** Counts one photo of a client. @throws Error if the counter fails */
export async function taken(limiter: RateLimiterAbstract, client: string): Promise<Taken> {
  try {
    return { allowed: true, state: await limiter.consume(client) }
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    return { allowed: false, state: error }
  }
}

/**
 * Counts over all instances. After a call that fails or times out, it counts in this process only, until the shared
 * counter responds again. Meanwhile it probes with one call at a time, which no request waits for.
 */
export class SharedRate {
  private alone = false
  private asking = 0

  constructor(
    private readonly shared: RateLimiterAbstract,
    private readonly here: RateLimiterAbstract,
  ) {}

  async take(client: string): Promise<Taken> {
    if (this.alone) {
      if (this.asking === 0) void this.ask(client)
      return taken(this.here, client)
    }
    const said = await this.inTime(this.ask(client))
    if (said) return said
    this.alone = true
    return taken(this.here, client)
  }

  /** Null if the counter fails. */
  private async ask(client: string): Promise<Taken | null> {
    this.asking++
    try {
      const said = await taken(this.shared, client)
      this.alone = false
      return said
    } catch {
      return null
    } finally {
      this.asking--
    }
  }

  private async inTime(asked: Promise<Taken | null>): Promise<Taken | null> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS, null)
    })
    try {
      return await Promise.race([asked, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

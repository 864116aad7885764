import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'

/** Whether a photo is allowed, and the client's current count. */
export interface RateLimitResult {
  allowed: boolean
  state: RateLimiterRes
}

/** Maximum time a photo waits for its count (milliseconds). */
const WAIT_MS = 1_000

/** Counts one photo of a client. @throws Error if the counter fails */
export async function consume(limiter: RateLimiterAbstract, client: string): Promise<RateLimitResult> {
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
export class FallbackLimiter {
  private degraded = false
  private probes = 0

  constructor(
    private readonly shared: RateLimiterAbstract,
    private readonly local: RateLimiterAbstract,
  ) {}

  async consume(client: string): Promise<RateLimitResult> {
    if (this.degraded) {
      if (this.probes === 0) void this.consumeShared(client)
      return consume(this.local, client)
    }
    const result = await this.withTimeout(this.consumeShared(client))
    if (result) return result
    this.degraded = true
    return consume(this.local, client)
  }

  /** Null if the counter fails. */
  private async consumeShared(client: string): Promise<RateLimitResult | null> {
    this.probes++
    try {
      const result = await consume(this.shared, client)
      this.degraded = false
      return result
    } catch {
      return null
    } finally {
      this.probes--
    }
  }

  private async withTimeout(pending: Promise<RateLimitResult | null>): Promise<RateLimitResult | null> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS, null)
    })
    try {
      return await Promise.race([pending, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type RateLimiterAbstract, RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '@/lib/shared/problems/problem'
import { verifyPassword } from './password'

/** Failed attempts allowed per client address, and how long they count. */
const ATTEMPTS = 10
const WINDOW_SECONDS = 300
/** Concurrent password checks: each takes a tenth of a second of a core. */
const CONCURRENT_CHECKS = 2
const MAX_WAITING = 50
/** How long valid credentials are cached. */
const CACHE_MS = 3_600_000

/** The WWW-Authenticate challenge. */
export const CHALLENGE = 'Basic realm="Vision", charset="UTF-8"'

/**
 * Protects the whole server with one user name and password (`BASIC_AUTH`). The operator's token is accepted, too,
 * because a request has only one Authorization header.
 */
export class SignIn {
  private readonly user: Buffer
  private readonly hash: string
  /** Valid headers, by their HMAC with a key of this process. */
  private readonly validHeaders = new LRUCache<string, true>({ max: 1000, ttl: CACHE_MS })
  private readonly key = randomBytes(32)
  private readonly attempts: RateLimiterAbstract = new RateLimiterMemory({ points: ATTEMPTS, duration: WINDOW_SECONDS })
  private readonly waiting: (() => void)[] = []
  private checking = 0

  constructor(
    credentials: string,
    private readonly token: string | undefined,
  ) {
    const colon = credentials.indexOf(':')
    this.user = digest(credentials.slice(0, colon))
    this.hash = credentials.slice(colon + 1)
  }

  /**
   * Checks the Authorization header of a request.
   *
   * @param address the client address whose attempts are counted
   * @throws Problem `unauthorized`, `rate_limited`
   */
  async check(header: string | undefined, address: string): Promise<void> {
    if (header === undefined) throw new Problem('unauthorized', 'This server requires a user name and password.')
    const headerDigest = createHmac('sha256', this.key).update(header).digest('base64')
    if (this.validHeaders.has(headerDigest)) return
    await this.countAttempt(address)
    if (!(await this.isValid(header))) throw new Problem('unauthorized', 'The user name or password is wrong.')
    this.validHeaders.set(headerDigest, true)
    await this.attempts.reward(address, 1)
  }

  private async countAttempt(address: string): Promise<void> {
    await this.attempts.consume(address).catch((state: RateLimiterRes) => {
      const seconds = Math.ceil(state.msBeforeNext / 1000)
      const detail = `Too many failed sign-in attempts. Try again in ${seconds} s.`
      throw new Problem('rate_limited', detail, { retryAfterSeconds: seconds })
    })
  }

  private async isValid(header: string): Promise<boolean> {
    const [scheme = '', value = ''] = header.split(' ')
    if (/^bearer$/i.test(scheme)) return this.token !== undefined && timingSafeEqual(digest(value), digest(this.token))
    if (!/^basic$/i.test(scheme)) return false
    const text = Buffer.from(value, 'base64').toString()
    const colon = text.indexOf(':')
    const sameUser = timingSafeEqual(digest(text.slice(0, Math.max(colon, 0))), this.user)
    // A wrong name takes as long as a wrong password.
    const samePassword = await this.limitConcurrency(() => verifyPassword(text.slice(colon + 1), this.hash))
    return colon >= 0 && sameUser && samePassword
  }

  private async limitConcurrency<T>(check: () => Promise<T>): Promise<T> {
    if (this.checking >= CONCURRENT_CHECKS) {
      if (this.waiting.length >= MAX_WAITING)
        throw new Problem('rate_limited', 'Too many clients are signing in at once. Try again in a moment.')
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    }
    this.checking++
    try {
      return await check()
    } finally {
      this.checking--
      this.waiting.shift()?.()
    }
  }
}

/** Equal length allows comparison in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

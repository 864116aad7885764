import { createHmac, timingSafeEqual } from 'node:crypto'

/** Name of the cookie. */
const SESSION_COOKIE = 'vision_session'
/** How long a page can use the API after it was loaded (milliseconds). */
const LIFETIME_MS = 7 * 86_400_000
/** A session this old is replaced when its page is loaded again. */
const RENEW_MS = LIFETIME_MS / 2
/** By how much the clocks of instances may differ (milliseconds). */
const SKEW_MS = 600_000
const FORM = /^(\d{13})\.([A-Za-z0-9_-]{43})$/

/**
 * Sessions of this site's pages: the time at which a page was loaded, signed. They let the pages use an API that
 * requires keys without one. They identify nobody.
 */
export class PageSessions {
  constructor(private readonly secret: string) {}

  /**
   * The cookie for a page, if it needs a new one.
   *
   * @param current the Cookie header of the request
   * @param options `path` that the app is served under; `secure` if the visitor uses TLS
   */
  renew(current: string | undefined, now: number, { path, secure }: { path: string; secure: boolean }): string | null {
    const age = this.age(current, now)
    if (age !== null && age < RENEW_MS) return null
    const time = String(now).padStart(13, '0')
    const attributes = `Path=${path || '/'}; Max-Age=${LIFETIME_MS / 1000}; HttpOnly; SameSite=Strict`
    return `${SESSION_COOKIE}=${time}.${this.sign(time)}; ${attributes}${secure ? '; Secure' : ''}`
  }

  /** Whether a Cookie header has a valid session. */
  isValid(header: string | undefined, now: number): boolean {
    return this.age(header, now) !== null
  }

  /** Age in milliseconds; null if it isn't valid. */
  private age(header: string | undefined, now: number): number | null {
    const [, time = '', signature = ''] = FORM.exec(cookieOf(header)) ?? []
    if (signature === '' || !timingSafeEqual(Buffer.from(signature), Buffer.from(this.sign(time)))) return null
    const age = now - Number(time)
    return age >= -SKEW_MS && age < LIFETIME_MS ? age : null
  }

  private sign(time: string): string {
    return createHmac('sha256', this.secret).update(`page ${time}`).digest('base64url')
  }
}

function cookieOf(header: string | undefined): string {
  for (const pair of header?.split(';') ?? []) {
    const [name = '', value = ''] = pair.split('=', 2)
    if (name.trim() === SESSION_COOKIE) return value.trim()
  }
  return ''
}

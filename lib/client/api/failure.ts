import type { ProblemDetails } from '@/lib/shared/problems/problem'

/** Why a photo has no result. The pages have texts for each code, in the visitor's language. */
export interface Failure {
  code: string
  /** The server's message, in English and specific to this case. */
  title?: string
  detail?: string
  /** Values for the page's text. */
  values?: Record<string, string | number>
  /** Whether the same request may succeed later. */
  retryable: boolean
  /** How long the server asked us to wait, in milliseconds; null if it didn't. */
  retryAfterMs: number | null
}

/** The server couldn't be reached. */
export const OFFLINE: Failure = { code: 'offline', retryable: true, retryAfterMs: null }

/** A photo was moved, changed, or deleted since it was chosen, or its disk is gone. */
export const FILE_UNREADABLE: Failure = { code: 'file_unreadable', retryable: false, retryAfterMs: null }

/** Why a request with a photo got no answer. Browsers report a file that they can't read as they do a lost network. */
export async function failureWithoutAnswer(photo: Blob): Promise<Failure> {
  return photo
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => OFFLINE,
      () => FILE_UNREADABLE,
    )
}

/** Something else answered in the place of the server, such as the sign-in page of a public Wi-Fi. */
const NOT_THE_SERVER: Failure = { code: 'not_the_server', retryable: true, retryAfterMs: null }

/** Statuses of a proxy whose server doesn't respond. */
const GATEWAY_STATUSES: readonly unknown[] = [502, 503, 504]

/** Whether the server is away: unreachable, starting, or stopping. What failed goes through once it is back. */
export function isServerAway({ code, values }: Failure): boolean {
  if (code === 'not_the_server') return true
  if (code === 'unreadable') return GATEWAY_STATUSES.includes(values?.status)
  return code === 'offline' || code === 'not_ready' || code === 'shutting_down'
}

/**
 * Parses the body of a successful response.
 *
 * @throws Failure if it isn't from this server
 */
export function parseAnswer<T>(body: string): T {
  try {
    return JSON.parse(body) as T
  } catch {
    throw NOT_THE_SERVER
  }
}

/**
 * Parses an error response.
 *
 * @param retryAfter the `Retry-After` header, in seconds
 */
export function parseFailure(status: number, body: string, retryAfter: string | null): Failure {
  const seconds = Number(retryAfter ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? 1000 * seconds : null
  const retryable = status === 408 || status === 429 || status >= 500
  try {
    const { code, title, detail } = JSON.parse(body) as ProblemDetails
    return { code, title, detail, retryable, retryAfterMs }
  } catch {
    // Not from this server: a proxy or load balancer responded.
    return { code: 'unreadable', values: { status }, retryable: true, retryAfterMs }
  }
}

import type { ProblemDetails } from '@/lib/shared/problems/problem'

/** Why a photo has no answer. Pages have words for each code, in the language of the visitor. */
export interface Failure {
  code: string
  /** The server's own words, in English, with the figures of this case; pages in English prefer them. */
  title?: string
  detail?: string
  /** Figures for the page's words. */
  values?: Record<string, string | number>
  /** Whether the same photo may be answered at another time. */
  retryable: boolean
  /** What the server asked us to wait, in milliseconds; null where it did not. */
  retryAfterMs: number | null
}

/** The server could not be reached. */
export const OFFLINE: Failure = { code: 'offline', retryable: true, retryAfterMs: null }

/**
 * What a reply says that is none of the expected.
 *
 * @param retryAfter its header of that name, in seconds
 */
export function parseFailure(status: number, body: string, retryAfter: string | null): Failure {
  const seconds = Number(retryAfter ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? 1000 * seconds : null
  const retryable = status === 408 || status === 429 || status >= 500
  try {
    const { code, title, detail } = JSON.parse(body) as ProblemDetails
    return { code, title, detail, retryable, retryAfterMs }
  } catch {
    // Not ours: a proxy or a balancer answered in between.
    return { code: 'unreadable', values: { status }, retryable: true, retryAfterMs }
  }
}

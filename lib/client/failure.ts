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

/** The error codes of the API; docs/api.md says what each means. */
export type ProblemCode =
  | 'malformed_request'
  | 'empty_body'
  | 'no_file'
  | 'invalid_parameter'
  | 'invalid_json'
  | 'invalid_encoding'
  | 'unknown_model'
  | 'unknown_job'
  | 'not_found'
  | 'unauthorized'
  | 'forbidden'
  | 'method_not_allowed'
  | 'too_large'
  | 'too_many_pixels'
  | 'too_many_files'
  | 'archive_too_large'
  | 'not_an_image'
  | 'unsupported_format'
  | 'unsupported_encoding'
  | 'truncated_image'
  | 'model_failed'
  | 'url_refused'
  | 'url_unreachable'
  | 'too_slow'
  | 'conflict'
  | 'queue_full'
  | 'rate_limited'
  | 'headers_too_large'
  | 'internal'
  | 'deadline_exceeded'
  | 'shutting_down'
  | 'not_ready'
  | 'storage_full'
  | 'key_required'
  | 'invalid_key'
  | 'key_expired'
  | 'key_revoked'
  | 'key_in_url'
  | 'insufficient_scope'
  | 'model_not_allowed'
  | 'origin_not_allowed'
  | 'quota_exceeded'

/**
 * Errors that the client itself reports: no connection, no reply in time, or a reply that isn't from this API, such as
 * the error page of a proxy.
 */
export type ClientCode = 'unreachable' | 'timeout' | 'unexpected_response'

/** A newer server can have codes that this version of the client doesn't know. */
export type VisionErrorCode = ProblemCode | ClientCode | (string & {})

interface ErrorFields {
  code: VisionErrorCode
  detail: string
  status?: number
  requestId?: string | null
  retryAfterMs?: number | null
}

/** A request that failed. An aborted call rejects with the reason of its signal instead. */
export class VisionError extends Error {
  override readonly name = 'VisionError'
  /** Stable; base decisions on it. */
  readonly code: VisionErrorCode
  /** What happened and what to do, for people. */
  readonly detail: string
  /** HTTP status; 0 if there was no response. */
  readonly status: number
  /** The ID of the request in the server's log. */
  readonly requestId: string | null
  /** How long the server asked to wait before a retry, in milliseconds. */
  readonly retryAfterMs: number | null

  constructor(
    { code, detail, status = 0, requestId = null, retryAfterMs = null }: ErrorFields,
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${detail}`, options)
    this.code = code
    this.detail = detail
    this.status = status
    this.requestId = requestId
    this.retryAfterMs = retryAfterMs
  }
}

/** The error that a response with a status of 400 or more describes. */
export async function errorFrom(response: Response): Promise<VisionError> {
  const body = await response.text()
  return problemError(parse(body), response.status, retryAfter(response.headers.get('retry-after')))
}

/** The error of a problem in a response or in a line of a stream. */
export function problemError(problem: unknown, status = 0, retryAfterMs: number | null = null): VisionError {
  if (!isProblem(problem))
    return new VisionError({
      code: 'unexpected_response',
      detail: `The response${status > 0 ? ` with status ${status}` : ''} isn’t from this API.`,
      status,
      retryAfterMs,
    })
  return new VisionError({
    code: problem.code,
    detail: String(problem.detail ?? problem.code),
    status: typeof problem.status === 'number' ? problem.status : status,
    requestId: typeof problem.request_id === 'string' ? problem.request_id : null,
    retryAfterMs,
  })
}

function isProblem(value: unknown): value is Record<string, unknown> & { code: string } {
  return typeof value === 'object' && value !== null && typeof (value as { code?: unknown }).code === 'string'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `Retry-After` in seconds or as a date, in milliseconds from now. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null
  const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

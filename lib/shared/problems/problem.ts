/**
 * The stable error codes. Every failure that a client can see has one, with its HTTP status and a short title. The
 * detail of each occurrence says what to do about it.
 */
export const PROBLEMS = {
  malformed_request: [400, 'Malformed request'],
  empty_body: [400, 'Empty body'],
  no_file: [400, 'No file in the request'],
  invalid_parameter: [400, 'Invalid parameter'],
  invalid_json: [400, 'Invalid JSON'],
  invalid_encoding: [400, 'Invalid encoding of the body'],
  unknown_model: [404, 'Model not found'],
  unknown_job: [404, 'Job not found'],
  not_found: [404, 'Not found'],
  unauthorized: [401, 'Authentication required'],
  key_required: [401, 'API key required'],
  invalid_key: [401, 'Invalid API key'],
  key_expired: [401, 'API key expired'],
  key_revoked: [401, 'API key revoked'],
  key_in_url: [400, 'API key in the URL'],
  forbidden: [403, 'Forbidden'],
  insufficient_scope: [403, 'API key without this scope'],
  model_not_allowed: [403, 'Model not allowed for this API key'],
  origin_not_allowed: [403, 'Origin not allowed for this API key'],
  method_not_allowed: [405, 'Method not allowed'],
  too_large: [413, 'File too large'],
  too_many_pixels: [413, 'Too many pixels'],
  too_many_files: [413, 'Too many files'],
  archive_too_large: [413, 'Archive too large'],
  not_an_image: [415, 'Not an image'],
  unsupported_format: [415, 'Unsupported image format'],
  unsupported_encoding: [415, 'Unsupported content encoding'],
  truncated_image: [422, 'Truncated or damaged image'],
  model_failed: [422, 'Model failed on this image'],
  url_refused: [422, 'URL not allowed'],
  url_unreachable: [422, 'URL unreachable'],
  too_slow: [408, 'Upload too slow'],
  conflict: [409, 'Conflict with the current state'],
  queue_full: [429, 'Queue full'],
  rate_limited: [429, 'Too many requests'],
  quota_exceeded: [429, 'Monthly quota used up'],
  headers_too_large: [431, 'Request headers too large'],
  internal: [500, 'Internal server error'],
  deadline_exceeded: [503, 'Deadline exceeded'],
  shutting_down: [503, 'Server shutting down'],
  not_ready: [503, 'Server not ready'],
  storage_full: [507, 'Storage full'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemCode = keyof typeof PROBLEMS

/** Body of an `application/problem+json` reply (RFC 9457). */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  request_id: string
}

/**
 * A failure with a stable code. Engine, jobs and storage pass it on as a value; the entry point of the request turns
 * it into an HTTP response, an exit code or a CSV cell.
 *
 * @example throw new Problem('too_large', 'The photo is 25 MB; the limit is 20 MB.')
 */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    options?: ErrorOptions & { retryAfterSeconds?: number },
  ) {
    super(`${code}: ${detail}`, options)
    this.retryAfterSeconds = options?.retryAfterSeconds
  }

  /** Seconds until a retry may succeed, if known. */
  readonly retryAfterSeconds: number | undefined

  get status(): number {
    return PROBLEMS[this.code][0]
  }

  /** This failure in RFC 9457 form. */
  toDetails(requestId: string): ProblemDetails {
    const [status, title] = PROBLEMS[this.code]
    return {
      type: `urn:vision:problem:${this.code}`,
      title,
      status,
      detail: this.detail,
      code: this.code,
      request_id: requestId,
    }
  }
}

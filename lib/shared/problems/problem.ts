/**
 * The stable error codes. Every failure that a caller can meet has one, with its HTTP status and a short title;
 * the detail of each occurrence says what to do about it.
 */
export const PROBLEMS = {
  malformed_request: [400, 'This is not a request'],
  empty_body: [400, 'The body is empty'],
  no_file: [400, 'No file was sent'],
  invalid_parameter: [400, 'A parameter is not valid'],
  invalid_json: [400, 'The body is not valid JSON'],
  invalid_encoding: [400, 'The body is not encoded as it says'],
  unknown_model: [404, 'There is no such model'],
  unknown_job: [404, 'There is no such job'],
  not_found: [404, 'There is nothing at this address'],
  unauthorized: [401, 'A token is needed'],
  forbidden: [403, 'This is not allowed'],
  method_not_allowed: [405, 'This method is not allowed here'],
  too_large: [413, 'The file is too large'],
  too_many_pixels: [413, 'The picture has too many pixels'],
  too_many_files: [413, 'Too many files were sent'],
  archive_too_large: [413, 'The archive is too large'],
  not_an_image: [415, 'This is not an image'],
  unsupported_format: [415, 'This image format is not supported'],
  unsupported_encoding: [415, 'This encoding of the body is not supported'],
  truncated_image: [422, 'The image is truncated or damaged'],
  model_failed: [422, 'The model failed on this image'],
  url_refused: [422, 'This address is not fetched'],
  url_unreachable: [422, 'The address could not be read'],
  too_slow: [408, 'The upload is too slow'],
  conflict: [409, 'This contradicts what is there'],
  queue_full: [429, 'The queue is full'],
  rate_limited: [429, 'Too many requests'],
  headers_too_large: [431, 'The head of the request is too large'],
  internal: [500, 'Something failed here'],
  deadline_exceeded: [503, 'The answer did not come in time'],
  shutting_down: [503, 'The server is shutting down'],
  not_ready: [503, 'The server is not ready'],
  storage_full: [507, 'The disk is full'],
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
 * A failure with a stable code. It travels as a value through engine, jobs and storage; the door that the
 * request came in by turns it into an HTTP reply, an exit code or a cell of a CSV.
 *
 * @example throw new Problem('too_large', 'The file has 25.0 MB; 20.0 MB are allowed.')
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

  /** After how many seconds the same may succeed, where that is known. */
  readonly retryAfterSeconds: number | undefined

  get status(): number {
    return PROBLEMS[this.code][0]
  }

  /** The RFC 9457 form of this failure. */
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

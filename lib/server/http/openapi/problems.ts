import { PROBLEMS, Problem, type ProblemCode, type ProblemDetails } from '@/lib/shared/problems/problem'
import { REQUEST_ID } from './examples/photos'

/** Errors of any request under /api/, depending on configuration and timing. */
export const COMMON_PROBLEMS: ProblemCode[] = [
  'invalid_parameter',
  'unauthorized',
  'key_required',
  'invalid_key',
  'key_expired',
  'key_revoked',
  'key_in_url',
  'forbidden',
  'insufficient_scope',
  'origin_not_allowed',
  'rate_limited',
  'shutting_down',
]
/** Errors of any request with a body. */
export const BODY_PROBLEMS: ProblemCode[] = [
  'too_slow',
  'too_large',
  'queue_full',
  'invalid_encoding',
  'unsupported_encoding',
]

/** Errors of jobs and routing, not of a single photo. */
const NON_PHOTO_PROBLEMS = new Set<ProblemCode>([
  'malformed_request',
  'headers_too_large',
  'not_found',
  'method_not_allowed',
  'unknown_job',
  'archive_too_large',
  'conflict',
  'storage_full',
])

export const PHOTO_PROBLEMS: ProblemCode[] = [
  'invalid_json',
  'url_refused',
  'url_unreachable',
  'not_an_image',
  'unsupported_format',
  'rate_limited',
  ...COMMON_PROBLEMS,
  ...BODY_PROBLEMS,
]

/** Errors of any operation on a single photo. */
export const PHOTO_OPERATION_PROBLEMS = (Object.keys(PROBLEMS) as ProblemCode[]).filter(
  (code) => !NON_PHOTO_PROBLEMS.has(code),
)

/** One response per status, which lists the codes that use it. */
export function problemReplies(codes: readonly ProblemCode[]): Record<number, object> {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const [status] = PROBLEMS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('\n'),
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(list.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
          },
        },
      },
    ]),
  )
}

/** What the server says in each case, for example. */
const DETAILS: Record<ProblemCode, string> = {
  malformed_request: 'The request is not valid HTTP.',
  empty_body: 'The request has no body. Send the photo as the body, or as a file in a form.',
  no_file: 'The form has no file. Add a photo.',
  invalid_parameter: 'There is no parameter topk. Did you mean top_k?',
  invalid_json: 'The body is not a JSON object.',
  invalid_encoding: 'The body does not match its Content-Encoding.',
  unknown_model: 'There is no model with this name.',
  unknown_job: 'There is no job with this ID.',
  not_found: 'Nothing is at this path.',
  unauthorized: 'A name and password are needed.',
  forbidden: 'Pages of other sites may not use this server.',
  method_not_allowed: 'Only POST is allowed here.',
  too_large: 'The photo is 25 MB; the limit is 20 MB.',
  too_many_pixels: 'The photo has 120 million pixels; the limit is 50 million.',
  too_many_files: 'The form has more than one photo.',
  archive_too_large: 'The archive unpacks to more than is allowed.',
  not_an_image: 'This file is not a supported image.',
  unsupported_format: 'PDF is not supported. Send a JPEG, PNG or WebP.',
  unsupported_encoding: 'This Content-Encoding is not supported.',
  truncated_image: 'The photo ends early.',
  model_failed: 'The scores of the model for this photo are not numbers.',
  url_refused: 'The URL is not on the public internet.',
  url_unreachable: 'The host of the URL did not respond in time.',
  too_slow: 'The upload is too slow.',
  conflict: 'The job accepts no more photos.',
  queue_full: 'Too many photos are waiting. Try again later.',
  rate_limited: 'Too many photos in this minute. Try again later.',
  headers_too_large: 'The headers have more than 16 KB.',
  internal: 'The server has made a mistake. Its log has this request ID.',
  deadline_exceeded: 'There was no result in time. Try again later.',
  shutting_down: 'The server is stopping. Try again later.',
  not_ready: 'The model is not ready yet. Try again later.',
  storage_full: 'The server has no space left.',
  key_required: 'This server requires an API key. Send it in the header Authorization: Bearer <key>.',
  invalid_key: 'The token of this request isn’t a key of this server.',
  key_expired: 'This key has expired.',
  key_revoked: 'This key was revoked.',
  key_in_url: 'A key doesn’t belong in a URL, where others may see it.',
  insufficient_scope: 'This key doesn’t have the scope explain.',
  model_not_allowed: 'This key can’t use the model efficientnet-lite2-int8.',
  origin_not_allowed: 'This key is for pages of https://example.com.',
  quota_exceeded: 'This key’s 100000 photos of this month are used up.',
}

/** Faults of the connection, which belong to no operation. */
const OF_NO_OPERATION: readonly ProblemCode[] = ['malformed_request', 'headers_too_large']

/** An example for each code that an operation has. */
export function problemExamples(): Record<string, { value: ProblemDetails }> {
  const codes = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => !OF_NO_OPERATION.includes(code))
  return Object.fromEntries(
    codes.map((code) => [code, { value: new Problem(code, DETAILS[code]).toDetails(REQUEST_ID) }]),
  )
}

import { PROBLEMS, type ProblemCode } from '@/lib/shared/problems/problem'

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
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

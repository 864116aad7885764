import type { z } from 'zod'
import { Problem } from '@/lib/shared/problems/problem'

/**
 * Validates the JSON of a dialect's request. Fields that aren't in the schema are ignored, as by the servers whose
 * dialect it is.
 *
 * @throws Problem `invalid_parameter` that names the first wrong field
 */
export function parseRequest<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || 'The body'
  throw new Problem('invalid_parameter', `${where} is invalid: ${issue?.message ?? 'unexpected value'}.`)
}

import type { z } from 'zod'
import { Problem } from '@/lib/shared/problem'

/**
 * The parameters of a query as a plain object.
 *
 * @throws Problem `invalid_parameter` where a parameter is given twice
 */
export function queryParameters(url: string): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [name, value] of new URL(url).searchParams) {
    if (Object.hasOwn(parameters, name)) throw new Problem('invalid_parameter', `${name} is given twice.`)
    parameters[name] = value
  }
  return parameters
}

/**
 * Validates parameters by a schema of the contract.
 *
 * @throws Problem `invalid_parameter` naming the parameter and what is wrong with it
 */
export function parseParameters<S extends z.ZodType>(schema: S, values: Record<string, unknown>): z.output<S> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.path.join('.') || 'the request'
  throw new Problem('invalid_parameter', `${name} is not valid: ${issue?.message ?? 'unknown'}.`)
}

import type { z } from 'zod'
import { flag } from '@/lib/shared/contract'
import { Problem } from '@/lib/shared/problem'

/** Options as they were spelled, by name. */
export type Spelled = Readonly<Record<string, unknown>>

/**
 * The parameters of a query as a plain object.
 *
 * @throws Problem `invalid_parameter` where a parameter is given twice
 */
export function queryParameters(url: string): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [name, value] of new URL(url).searchParams) addOnce(parameters, name, value)
  return parameters
}

/** @throws Problem `invalid_parameter` where it is there already */
export function addOnce(parameters: Record<string, string>, name: string, value: string): void {
  if (Object.hasOwn(parameters, name)) throw new Problem('invalid_parameter', `${name} is given twice.`)
  parameters[name] = value
}

/**
 * The options of a request, from its query and from its form or JSON: one reader for all routes, so that none leaves an option aside. What it does not know is
 * refused, since a misspelled option that is ignored gives another answer than was asked for.
 *
 * @throws Problem `invalid_parameter` for an option that is unknown, not valid, or one thing in the query and another in the body
 */
export function readOptions<S extends z.ZodObject>(schema: S, query: Spelled, body: Spelled = {}): z.output<S> {
  const known = Object.keys(schema.shape)
  for (const name of [...Object.keys(query), ...Object.keys(body)]) {
    if (known.includes(name)) continue
    throw new Problem('invalid_parameter', `${name} is not an option here. Known: ${known.join(', ')}.`)
  }
  for (const [name, value] of Object.entries(body)) {
    if (Object.hasOwn(query, name) && String(value) !== String(query[name])) {
      throw new Problem('invalid_parameter', `${name} is one thing in the address and another in the body.`)
    }
  }
  return parseParameters(schema, { ...query, ...body })
}

/** Takes the switch `stream` out of a query: which route answers, and how, not what about the photo. */
export function takeStream({ stream = '0', ...query }: Spelled): { stream: boolean; query: Spelled } {
  const parsed = flag.safeParse(stream)
  if (parsed.success) return { stream: parsed.data, query }
  throw new Problem('invalid_parameter', 'stream is not valid: expected 0, 1, false or true.')
}

/**
 * Validates parameters by a schema of the contract.
 *
 * @throws Problem `invalid_parameter` naming the parameter and what is wrong with it
 */
export function parseParameters<S extends z.ZodType>(schema: S, values: Spelled): z.output<S> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.path.join('.') || 'the request'
  throw new Problem('invalid_parameter', `${name} is not valid: ${issue?.message ?? 'unknown'}.`)
}

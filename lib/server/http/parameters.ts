import type { z } from 'zod'
import { flag } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { nearest } from '@/lib/shared/search/nearest'

const LONGEST_SHOWN = 60

/** Options as they were spelled, by name. */
export type Spelled = Readonly<Record<string, unknown>>

/**
 * The parameters of a query as a plain object.
 *
 * @throws Problem `invalid_parameter` where a parameter is given twice
 */
export function queryParameters(url: string): Record<string, string> {
  const parameters = noParameters()
  for (const [name, value] of new URL(url).searchParams) addOnce(parameters, name, value)
  return parameters
}

/** Where parameters are put: without a prototype, so that one called `__proto__` is a parameter like any other. */
export function noParameters(): Record<string, string> {
  return Object.create(null)
}

/** @throws Problem `invalid_parameter` where it is there already */
export function addOnce(parameters: Record<string, string>, name: string, value: string): void {
  if (Object.hasOwn(parameters, name)) throw new Problem('invalid_parameter', `${shown(name)} is given twice.`)
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
  requireKnown(Object.keys(query), known)
  requireKnown(Object.keys(body), known)
  for (const [name, value] of Object.entries(body)) {
    if (Object.hasOwn(query, name) && String(value) !== String(query[name])) {
      throw new Problem('invalid_parameter', `${name} is one thing in the address and another in the body.`)
    }
  }
  return parseParameters(schema, { ...query, ...body })
}

/**
 * Refuses names that mean nothing here, and says which was probably meant.
 *
 * @throws Problem `invalid_parameter`
 */
export function requireKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const meant = nearest(unknown, known)
  const guess = meant === undefined ? '' : `; did you mean ${meant}?`
  const all = known.length === 0 ? 'There are no options here.' : `Known: ${known.join(', ')}.`
  throw new Problem('invalid_parameter', `${shown(unknown)} is not an option here${guess || '.'} ${all}`)
}

/** A name as a message has it: not longer than anybody reads. */
function shown(name: string): string {
  if (name === '') return 'An empty name'
  return name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name
}

/** Options of a schema, and the switch between one photo and many, which stands in the address only. */
export function withStream<S extends z.ZodObject>(schema: S) {
  return schema.extend({ stream: flag.default(false) })
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

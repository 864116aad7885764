import type { z } from 'zod'
import { flag } from '@/lib/shared/contract/contract'
import { Problem } from '@/lib/shared/problems/problem'
import { nearest } from '@/lib/shared/search/nearest'

const MAX_DISPLAYED = 60

/** Raw option values by name. */
export type RawOptions = Readonly<Record<string, unknown>>

/**
 * Parses the query parameters into a plain object.
 *
 * @throws Problem `invalid_parameter` if a parameter is repeated
 */
export function queryParameters(url: string): RawParameters {
  const parameters = emptyParameters()
  for (const [name, value] of new URL(url).searchParams) setOnce(parameters, name, value)
  return parameters
}

/** Parameters as they were sent: a text, or several for a list. */
export type RawParameters = Record<string, string | string[]>

/** An empty parameter map. It has no prototype, so `__proto__` is a parameter like any other. */
export function emptyParameters(): RawParameters {
  return Object.create(null)
}

/** Parameters that are lists: sent several times, each value is one entry. */
const LISTS = new Set(['candidate_labels', 'words'])

/** @throws Problem `invalid_parameter` if it is already set, and isn't a list */
export function setOnce(parameters: RawParameters, name: string, value: string): void {
  const earlier = Object.hasOwn(parameters, name) ? parameters[name] : undefined
  if (earlier !== undefined && LISTS.has(name)) {
    parameters[name] = [...(typeof earlier === 'string' ? [earlier] : earlier), value]
    return
  }
  if (earlier !== undefined)
    throw new Problem('invalid_parameter', `${displayName(name)} is set more than once. Set it once.`)
  parameters[name] = value
}

/**
 * Validates the options of a request from its query and its form or JSON. All routes use this one reader, so none
 * ignores an option. Unknown options are refused: ignoring a misspelled one would return a result for other options
 * than intended.
 *
 * @throws Problem `invalid_parameter` for an option that is unknown, invalid, or differs between query and body
 */
export function readOptions<S extends z.ZodObject>(schema: S, query: RawOptions, body: RawOptions = {}): z.output<S> {
  const known = Object.keys(schema.shape)
  requireKnownNames(Object.keys(query), known)
  requireKnownNames(Object.keys(body), known)
  for (const [name, value] of Object.entries(body)) {
    if (Object.hasOwn(query, name) && String(value) !== String(query[name])) {
      throw new Problem('invalid_parameter', `${name} differs between the query and the body. Set it in one place.`)
    }
  }
  return parseParameters(schema, { ...query, ...body })
}

/**
 * Refuses unknown names and suggests the closest known one.
 *
 * @throws Problem `invalid_parameter`
 */
export function requireKnownNames(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const suggestion = nearest(unknown, known)
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`
  const all = known.length === 0 ? 'This endpoint takes no options.' : `Options: ${known.join(', ')}.`
  throw new Problem('invalid_parameter', `Unknown option: ${displayName(unknown)}.${hint} ${all}`)
}

/** A name for a message, shortened if necessary. */
function displayName(name: string): string {
  if (name === '') return '(empty name)'
  return name.length > MAX_DISPLAYED ? `${name.slice(0, MAX_DISPLAYED)}…` : name
}

/** Adds the flag that selects many photos instead of one. Only the query has it. */
export function withStream<S extends z.ZodObject>(schema: S) {
  return schema.extend({ stream: flag.default(false) })
}

/** Takes the flag `stream` out of a query: it selects the route and isn't an option of the classification. */
export function takeStream({ stream = '0', ...query }: RawOptions): { stream: boolean; query: RawOptions } {
  const parsed = flag.safeParse(stream)
  if (parsed.success) return { stream: parsed.data, query }
  throw new Problem('invalid_parameter', 'stream is invalid: expected 0, 1, false or true.')
}

/**
 * Validates parameters with a schema of the contract.
 *
 * @throws Problem `invalid_parameter` that names the parameter and what is wrong with it
 */
function parseParameters<S extends z.ZodType>(schema: S, values: RawOptions): z.output<S> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  // Without the place in a list: a list is one parameter.
  const name = issue?.path.filter((part) => typeof part === 'string').join('.') || 'the request'
  throw new Problem('invalid_parameter', issue ? faultOf(name, issue) : `${name} is invalid.`)
}

/** What is wrong with a parameter. Limits are named here, the rest by the schema. */
function faultOf(name: string, issue: z.core.$ZodIssue): string {
  const isNumber = 'origin' in issue && ['number', 'int'].includes(issue.origin)
  if (isNumber && issue.code === 'too_small') return `${name} must be at least ${issue.minimum}.`
  if (isNumber && issue.code === 'too_big') return `${name} must be at most ${issue.maximum}.`
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return `${name} is empty.`
  if (issue.code === 'invalid_value') return `${name} is invalid: expected one of ${issue.values.join(', ')}.`
  return `${name} is invalid: ${issue.message}.`
}

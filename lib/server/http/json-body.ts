import { isAscii } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

/** Below it a parser takes a millisecond or two. */
const LARGE = 500_000
const IMAGE = /"image"\s*:\s*"/
/** What stands for the image while the rest is parsed; nobody can have sent it. */
const STAND_IN = randomUUID()

/**
 * A body as JSON. A photo in base64, which may be nearly all of it, is taken out before, so that nobody waits while a parser goes through it letter by letter.
 *
 * @throws Problem `invalid_json`
 */
export async function jsonOf(body: Uint8Array): Promise<unknown> {
  try {
    if (shouldYield()) await yieldToEventLoop()
    const text = textOf(body)
    if (shouldYield()) await yieldToEventLoop()
    return text.length < LARGE ? JSON.parse(text) : (withoutImage(text) ?? JSON.parse(text))
  } catch {
    throw new Problem('invalid_json', 'The body is not valid JSON in UTF-8.')
  }
}

/**
 * A short body as a JSON object.
 *
 * @throws Problem `invalid_json`
 */
export function objectIn(body: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(textOf(body))
  } catch {
    throw new Problem('invalid_json', 'The body is not valid JSON in UTF-8.')
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  throw new Problem('invalid_json', 'The JSON is not an object.')
}

/** @throws Error where it is no UTF-8 */
function textOf(body: Uint8Array): string {
  // A photo in base64 is ASCII, which is read three times as fast.
  if (isAscii(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  return new TextDecoder('utf-8', { fatal: true }).decode(body)
}

/** The same as the parser gives; null where only the parser can tell. */
function withoutImage(text: string): unknown {
  const found = IMAGE.exec(text)
  if (found === null) return null
  const start = found.index + found[0].length
  const end = text.indexOf('"', start)
  const image = text.slice(start, Math.max(start, end))
  // An escape, or what must not stand in a string as it is.
  if (end < 0 || ['\\', '\n', '\r', '\t'].some((letter) => image.includes(letter))) return null
  const json = JSON.parse(text.slice(0, start) + STAND_IN + text.slice(end)) as Record<string, unknown> | null
  // It may have been another object's, or one of two of that name.
  if (json?.image !== STAND_IN) return null
  return { ...json, image }
}

import { isAscii } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

/** Below this size, parsing takes a millisecond or two. */
const LARGE_TEXT = 500_000
/** Strings longer than this are photos. */
const LONG_STRING = 100_000
/**
 * Lists and objects in a body. Each takes some hundred times the memory of the two characters that it may be written
 * in. Twenty photos as nested lists of pixels have about as many.
 */
const MAX_CONTAINERS = 1_000_000
/** Stands in for photos while the rest is parsed. Random, so no client can send it. */
const PLACEHOLDER = randomUUID()

/**
 * Parses a JSON body. Base64 photos, which can be nearly all of it, are cut out first, so that the parser doesn't
 * block the event loop going through them character by character.
 *
 * @throws Problem `invalid_json`
 */
export async function parseJsonBody(body: Uint8Array): Promise<unknown> {
  requireFewContainers(body)
  try {
    if (shouldYield()) await yieldToEventLoop()
    const text = decodeText(body)
    if (shouldYield()) await yieldToEventLoop()
    return text.length < LARGE_TEXT ? JSON.parse(text) : (parseWithoutPhotos(text) ?? JSON.parse(text))
  } catch {
    throw new Problem('invalid_json', 'The body isn’t valid JSON encoded as UTF-8.')
  }
}

/**
 * Parses a short body as a JSON object.
 *
 * @throws Problem `invalid_json`
 */
export function parseJsonObject(body: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(decodeText(body))
  } catch {
    throw new Problem('invalid_json', 'The body isn’t valid JSON encoded as UTF-8.')
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>
  throw new Problem('invalid_json', 'The body isn’t a JSON object.')
}

/** @throws Problem `invalid_json` */
function requireFewContainers(body: Uint8Array): void {
  // Shorter ones can't have as many.
  if (body.byteLength <= MAX_CONTAINERS) return
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let left = MAX_CONTAINERS
  for (const start of ['[', '{']) {
    for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
      if (--left < 0) throw new Problem('invalid_json', 'The JSON has more than a million lists and objects.')
    }
  }
}

/** @throws Error if it isn't UTF-8 */
function decodeText(body: Uint8Array): string {
  // Base64 is ASCII, which decodes three times as fast.
  if (isAscii(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  return new TextDecoder('utf-8', { fatal: true }).decode(body)
}

/** The same result as JSON.parse; null if there is no photo, or if only the parser can decide. */
function parseWithoutPhotos(text: string): unknown {
  const photos: string[] = []
  let rest = ''
  let from = 0
  for (let start = text.indexOf('"'); start >= 0; ) {
    const end = text.indexOf('"', start + 1)
    // An escaped quote, or a string without an end.
    if (end < 0 || text[end - 1] === '\\') return null
    if (end - start > LONG_STRING) {
      const photo = text.slice(start + 1, end)
      if (!isPlainValue(photo, text, end)) return null
      rest += `${text.slice(from, start + 1)}${PLACEHOLDER}${photos.length}`
      photos.push(photo)
      from = end
    }
    start = text.indexOf('"', end + 1)
  }
  if (photos.length === 0) return null
  return JSON.parse(rest + text.slice(from), (_, value) =>
    typeof value === 'string' && value.startsWith(PLACEHOLDER)
      ? photos[Number(value.slice(PLACEHOLDER.length))]
      : value,
  )
}

/** Whether a string means what it says, and isn't the name of a member. */
function isPlainValue(content: string, text: string, end: number): boolean {
  // An escape, or a character that must be escaped in a string.
  if (['\\', '\n', '\r', '\t'].some((letter) => content.includes(letter))) return false
  return !/^\s*:/.test(text.slice(end + 1, end + 20))
}

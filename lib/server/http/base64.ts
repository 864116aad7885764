import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

/** Characters to decode without yielding: a few milliseconds of work. */
const SLICE = 1 << 20

/**
 * Decodes base64 in either alphabet, with or without line breaks, and with or without the prefix of a `data:` URL (in
 * any case).
 *
 * @throws Problem `invalid_parameter`
 */
export async function decodeBase64(text: string): Promise<Uint8Array> {
  const base64 = stripPrefix(text)
  if (hasSpacesForPluses(base64)) {
    throw new Problem(
      'invalid_parameter',
      '"image" has spaces where base64 has "+", so it was URL-decoded on the way. Send the base64 unchanged, or use the URL-safe alphabet ("-" and "_").',
    )
  }
  const pieces: Buffer[] = []
  let carry = ''
  let padding = 0
  for (let at = 0; at < base64.length; at += SLICE) {
    if (shouldYield()) await yieldToEventLoop()
    const characters = base64.slice(at, at + SLICE).replace(/\s+/g, '')
    padding = paddingAfter(characters, padding)
    // Four characters make three bytes.
    const all = carry + characters
    const whole = all.length - (all.length % 4)
    pieces.push(Buffer.from(all.slice(0, whole), 'base64'))
    carry = all.slice(whole)
  }
  if (carry !== '') pieces.push(Buffer.from(carry, 'base64'))
  const [only] = pieces
  return only && pieces.length === 1 ? only : Buffer.concat(pieces)
}

/** Strips the prefix of a `data:` URL. @throws Problem if the prefix names another encoding */
function stripPrefix(text: string): string {
  const head = /^\s*data:[^,]*,/i.exec(text)?.[0] ?? ''
  if (head !== '' && !/;base64,$/i.test(head)) throw invalidBase64()
  return text.slice(head.length).trim()
}

/**
 * The padding characters seen so far. After the first "=", only "=" may follow.
 *
 * @throws Problem if this isn't base64
 */
function paddingAfter(characters: string, before: number): number {
  const [, digits = '', end] = /^([A-Za-z0-9+/_-]*)(=*)$/.exec(characters) ?? []
  if (end === undefined || (before > 0 && digits !== '') || before + end.length > 2) throw invalidBase64()
  return before + end.length
}

/**
 * Whether the plus signs became spaces, as URL and form decoders turn them. Spaces between chunks of equal length are
 * joined lines instead. What holds for the first slice holds for all.
 */
function hasSpacesForPluses(base64: string): boolean {
  const first = base64.slice(0, SLICE)
  if (!first.includes(' ') || base64.includes('+') || !/\S \S|\S {2,}\S/.test(first)) return false
  const pieces = first.split(/\s+/)
  const [length = 0] = pieces.map((piece) => piece.length)
  const areLines = pieces.every((piece, i) =>
    i < pieces.length - 1 ? piece.length === length : piece.length <= length,
  )
  return !areLines || length % 4 !== 0
}

function invalidBase64(): Problem {
  return new Problem('invalid_parameter', '"image" isn’t base64 or a base64 data: URL. Encode the photo as base64.')
}

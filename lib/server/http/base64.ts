import { Problem } from '@/lib/shared/problems/problem'
import { shouldYield, yieldToEventLoop } from '../event-loop/slices'

/** Letters that are decoded in one go: a few milliseconds. */
const SLICE = 1 << 20

/**
 * The bytes of base64, with or without line ends, in either alphabet, with or without the head of a `data:` URL, whose letters may be capitals.
 *
 * @throws Problem `invalid_parameter`
 */
export async function decodeBase64(text: string): Promise<Uint8Array> {
  const base64 = withoutHead(text)
  if (lostItsPluses(base64)) {
    throw new Problem(
      'invalid_parameter',
      '"image" has spaces where base64 has "+": it was decoded like a part of an address. Send the base64 as it is, or in the alphabet for URLs ("-" and "_").',
    )
  }
  const pieces: Buffer[] = []
  let carry = ''
  let padding = 0
  for (let at = 0; at < base64.length; at += SLICE) {
    if (shouldYield()) await yieldToEventLoop()
    const letters = base64.slice(at, at + SLICE).replace(/\s+/g, '')
    padding = paddingAfter(letters, padding)
    // Four letters are three bytes.
    const all = carry + letters
    const whole = all.length - (all.length % 4)
    pieces.push(Buffer.from(all.slice(0, whole), 'base64'))
    carry = all.slice(whole)
  }
  if (carry !== '') pieces.push(Buffer.from(carry, 'base64'))
  const [only] = pieces
  return only && pieces.length === 1 ? only : Buffer.concat(pieces)
}

/** Without the head of a `data:` URL. @throws Problem where the head names another encoding */
function withoutHead(text: string): string {
  const head = /^\s*data:[^,]*,/i.exec(text)?.[0] ?? ''
  if (head !== '' && !/;base64,$/i.test(head)) throw noBase64()
  return text.slice(head.length).trim()
}

/** How many "=" there are after this piece, of which nothing but "=" may follow the first. @throws Problem where it is no base64 */
function paddingAfter(letters: string, before: number): number {
  const [, digits = '', end] = /^([A-Za-z0-9+/_-]*)(=*)$/.exec(letters) ?? []
  if (end === undefined || (before > 0 && digits !== '') || before + end.length > 2) throw noBase64()
  return before + end.length
}

/**
 * Whether the plus signs of some base64 became spaces, as everything that decodes forms and addresses does it. Spaces between pieces of
 * one length are lines that were joined. What is true of the first slice is true of all.
 */
function lostItsPluses(base64: string): boolean {
  const first = base64.slice(0, SLICE)
  if (!first.includes(' ') || base64.includes('+') || !/\S \S|\S {2,}\S/.test(first)) return false
  const pieces = first.split(/\s+/)
  const [length = 0] = pieces.map((piece) => piece.length)
  const areLines = pieces.every((piece, i) =>
    i < pieces.length - 1 ? piece.length === length : piece.length <= length,
  )
  return !areLines || length % 4 !== 0
}

function noBase64(): Problem {
  return new Problem('invalid_parameter', '"image" is neither base64 nor a data: URL of base64.')
}

import { Problem } from '@/lib/shared/problem'
import { due, rest } from '../loop/slices'

/** Letters that are decoded in one go: a few milliseconds. A multiple of four, which are three bytes. */
const SLICE = 1 << 20

/**
 * The bytes of base64, with or without line ends, in either alphabet, or of a `data:` URL of it.
 *
 * @throws Problem `invalid_parameter`
 */
export async function decodeBase64(text: string): Promise<Uint8Array> {
  const comma = text.startsWith('data:') ? text.indexOf(',') : -1
  if (comma >= 0 && !text.slice(0, comma).endsWith(';base64')) throw noBase64()
  const pieces: Buffer[] = []
  let carry = ''
  let padding = 0
  for (let at = comma + 1; at < text.length; at += SLICE) {
    if (due()) await rest()
    const letters = text.slice(at, at + SLICE).replace(/\s+/g, '')
    const [, digits = '', end] = /^([A-Za-z0-9+/_-]*)(=*)$/.exec(letters) ?? []
    if (end === undefined || (padding > 0 && digits !== '')) throw noBase64()
    padding += end.length
    if (padding > 2) throw noBase64()
    const all = carry + letters
    const whole = all.length - (all.length % 4)
    pieces.push(Buffer.from(all.slice(0, whole), 'base64'))
    carry = all.slice(whole)
  }
  if (carry !== '') pieces.push(Buffer.from(carry, 'base64'))
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
}

function noBase64(): Problem {
  return new Problem('invalid_parameter', '"image" is neither base64 nor a data: URL of base64.')
}

import { Problem } from '@/lib/shared/problems/problem'
import { MAX_BATCH } from '../http/dialects/oip/infer-input'

/** The most bytes of a message besides photos and tensors: names, shapes, and parameters take a few hundred. */
const MOST_BYTES = 64_000

/** The fields that hold photos or tensors, and those that hold messages with such fields. */
interface Fields {
  [number: number]: 'data' | Fields
}

/** Where a ModelInferRequest has photos and tensors: raw, or in the contents of an input. */
export const INFER_FIELDS: Fields = { 7: 'data', 5: { 5: { 4: 'data', 6: 'data', 8: 'data' } } }

interface Total {
  /** Besides photos and tensors. */
  bytes: number
  /** Photos and tensors. */
  data: number
}

/**
 * Refuses a message of many small parts before it is decoded. Each part becomes an object, so that a message within the
 * limit of its bytes could take gigabytes. One that isn't well-formed is left to the decoder.
 *
 * @throws Problem `invalid_parameter`
 */
export function requireFewParts(message: Uint8Array, fields: Fields = {}): void {
  count(message, fields, { bytes: 0, data: 0 })
}

function count(message: Uint8Array, fields: Fields, total: Total): void {
  for (const { field, content, bytes } of partsOf(message)) {
    const known = content === null ? undefined : fields[field]
    total.bytes += known === undefined ? bytes : bytes - (content?.byteLength ?? 0)
    if (known === 'data') total.data++
    if (total.bytes > MOST_BYTES || total.data > MAX_BATCH)
      throw new Problem('invalid_parameter', `The message has too many parts. Send at most ${MAX_BATCH} images.`)
    if (content !== null && typeof known === 'object') count(content, known, total)
  }
}

interface Part {
  field: number
  /** What its length delimits; null for a number. */
  content: Uint8Array | null
  /** Length of all of it. */
  bytes: number
}

/** The wire types of protobuf. Others don't exist any more. */
const [VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32] = [0, 1, 2, 5]

/** The parts of a message, as far as it is well-formed. */
function* partsOf(message: Uint8Array): Generator<Part> {
  for (let at = 0; at < message.byteLength; ) {
    const tag = varint(message, at)
    if (tag === null) return
    const [field, type] = [Math.floor(tag.value / 8), tag.value % 8]
    const number = type === VARINT || type === LENGTH_DELIMITED ? varint(message, tag.end) : null
    const isBlock = type === LENGTH_DELIMITED && number !== null
    const end = isBlock ? number.end + number.value : (number?.end ?? tag.end + fixedBytes(type))
    const content = isBlock ? message.subarray(number.end, end) : null
    yield { field, content, bytes: Math.min(end, message.byteLength) - at }
    at = end
  }
}

function fixedBytes(type: number): number {
  if (type === FIXED_64) return 8
  return type === FIXED_32 ? 4 : Number.POSITIVE_INFINITY
}

interface Varint {
  value: number
  /** Where it ends. */
  end: number
}

/** Null if it has no end. */
function varint(message: Uint8Array, start: number): Varint | null {
  let value = 0
  for (let at = start, factor = 1; at < start + 10; at++, factor *= 128) {
    const byte = message[at]
    if (byte === undefined) return null
    value += (byte % 128) * factor
    if (byte < 128) return { value, end: at + 1 }
  }
  return null
}

/**
 * The values of a packed list of `uint32` for a UINT8 tensor.
 *
 * @throws Problem `invalid_parameter` if one is over 255
 */
export function bytesOfPacked(packed: Uint8Array): Uint8Array {
  const values = new Uint8Array(packed.byteLength)
  let length = 0
  for (let at = 0; at < packed.byteLength; at++) {
    const byte = packed[at] ?? 0
    // Values from 128 take two bytes, of which the second is 1.
    if (byte >= 128 && packed[++at] !== 1)
      throw new Problem('invalid_parameter', 'uint_contents has values that aren’t from 0 to 255.')
    values[length++] = byte
  }
  return values.subarray(0, length)
}

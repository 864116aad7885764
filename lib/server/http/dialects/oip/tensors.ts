import { Problem } from '@/lib/shared/problems/problem'

/** Tensors of the Open Inference Protocol: its names of types, and their bytes, little-endian. */
export type Datatype = 'FP32' | 'FP16' | 'UINT8' | 'BYTES'

const BYTES_PER_VALUE = { FP32: 4, FP16: 2, UINT8: 1 } as const
/** The most dimensions of a shape. */
export const MAX_DIMENSIONS = 8
/** Length of the number before each element of a BYTES tensor. */
const LENGTH_BYTES = 4

export const DATATYPES = { uint8: 'UINT8', float16: 'FP16', float32: 'FP32' } as const

/** The number of values in a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/**
 * The bytes of numbers, nested or flat.
 *
 * @throws Problem `invalid_parameter` if they aren't numbers of the type, or if lists can't hold the type
 */
export function bytesOfNumbers(data: unknown, datatype: keyof typeof BYTES_PER_VALUE): Uint8Array {
  if (datatype === 'FP16')
    throw new Problem('invalid_parameter', 'FP16 values have no other form than bytes. Send them in binary form.')
  const values = numbersOf(data)
  if (datatype === 'UINT8' && values.some((value) => !(value >= 0 && value <= 255)))
    throw new Problem('invalid_parameter', 'The data of a UINT8 input has values that aren’t from 0 to 255.')
  const numbers = datatype === 'FP32' ? Float32Array.from(values) : Uint8Array.from(values)
  return new Uint8Array(numbers.buffer)
}

/** The elements of nested lists. Deeper ones than a shape can have stay lists. */
export function flat(data: unknown): unknown[] {
  return Array.isArray(data) ? data.flat(MAX_DIMENSIONS) : [data]
}

function numbersOf(data: unknown): number[] {
  const values = flat(data)
  if (values.every((value) => typeof value === 'number')) return values
  throw new Problem('invalid_parameter', 'The data of an input has values that aren’t numbers.')
}

/** @throws Problem `invalid_parameter` if the bytes aren't elements, each after its length */
export function elementsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const elements: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; ) {
    const start = at + LENGTH_BYTES
    const end = start <= bytes.byteLength ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (end > bytes.byteLength)
      throw new Problem('invalid_parameter', 'A BYTES input ends in the middle of an element.')
    elements.push(bytes.subarray(start, end))
    at = end
  }
  return elements
}

/** The inverse of `elementsOf`, for texts. */
export function bytesOfTexts(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeUInt32LE(bytes.byteLength)
      return [length, bytes]
    }),
  )
}

/** Splits a batch into the bytes of its images. */
export function rowsOf(
  bytes: Uint8Array,
  datatype: keyof typeof BYTES_PER_VALUE,
  shape: readonly number[],
): Uint8Array[] {
  const [batch = 0, ...rest] = shape
  const length = sizeOf(rest) * BYTES_PER_VALUE[datatype]
  if (bytes.byteLength !== batch * length) {
    const detail = `An input has ${bytes.byteLength} bytes of data, and its shape [${shape.join(', ')}] needs ${batch * length}.`
    throw new Problem('invalid_parameter', detail)
  }
  return Array.from({ length: batch }, (_, at) => bytes.subarray(at * length, (at + 1) * length))
}

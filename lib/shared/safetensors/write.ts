import { BYTES_PER_VALUE, type Dtype, LENGTH_BYTES, METADATA } from './dtypes'

/** A tensor to write. */
export interface NewTensor {
  dtype: Dtype
  shape: readonly number[]
  values: Float32Array | Float64Array | Int32Array | Uint8Array
}

/** Data starts at a multiple of this, so that readers can map values in place. */
const ALIGNMENT = 8

/**
 * Writes a safetensors file. The same tensors give the same bytes: entries are in the order of their names, and the
 * header is padded with spaces as in the reference implementation.
 *
 * @throws Error if the values don't have the size of dtype and shape
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NewTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const header: Record<string, unknown> = metadata.size > 0 ? { [METADATA]: Object.fromEntries(sorted(metadata)) } : {}
  let size = 0
  // The largest values come first, so that each tensor is aligned to its own values.
  const ordered = sorted(tensors).sort(([, a], [, b]) => BYTES_PER_VALUE[b.dtype] - BYTES_PER_VALUE[a.dtype])
  for (const [name, { dtype, shape, values }] of ordered) {
    const expected = shape.reduce((product, length) => product * length, BYTES_PER_VALUE[dtype])
    if (values.byteLength !== expected) throw new Error(`${name} has ${values.byteLength} bytes, not ${expected}`)
    header[name] = { dtype, shape, data_offsets: [size, size + expected] }
    size += expected
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const start = Math.ceil((LENGTH_BYTES + text.length) / ALIGNMENT) * ALIGNMENT
  const file = new Uint8Array(start + size).fill(0x20, LENGTH_BYTES + text.length, start)
  new DataView(file.buffer).setBigUint64(0, BigInt(start - LENGTH_BYTES), true)
  file.set(text, LENGTH_BYTES)
  let at = start
  for (const [, { values }] of ordered) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return file
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
}

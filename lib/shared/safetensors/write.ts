import { BYTES_PER_VALUE, type Dtype, LENGTH_BYTES, METADATA } from './dtypes'

/** Type and size of a tensor. */
interface TensorShape {
  dtype: Dtype
  shape: readonly number[]
}

/** A tensor to write. */
export interface NewTensor extends TensorShape {
  values: Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array
}

/** The start of a file, and what follows it. */
interface FileHead {
  /** Length and header. */
  bytes: Uint8Array
  /** The order of the tensors' values, which follow one after the other. */
  order: string[]
  /** Bytes of the whole file. */
  fileBytes: number
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
  for (const [name, tensor] of tensors) {
    const { byteLength } = tensor.values
    if (byteLength !== bytesOf(tensor)) throw new Error(`${name} has ${byteLength} bytes, not ${bytesOf(tensor)}`)
  }
  const { bytes, order, fileBytes } = safetensorsHead(tensors, metadata)
  const file = new Uint8Array(fileBytes)
  file.set(bytes)
  let at = bytes.length
  for (const name of order) {
    const { values } = tensors.get(name) as NewTensor
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return file
}

/** The start of a safetensors file, for one whose values are sent as they come. */
export function safetensorsHead(
  tensors: ReadonlyMap<string, TensorShape>,
  metadata: ReadonlyMap<string, string> = new Map(),
): FileHead {
  const header: Record<string, unknown> = metadata.size > 0 ? { [METADATA]: Object.fromEntries(sorted(metadata)) } : {}
  let size = 0
  // The largest values come first, so that each tensor is aligned to its own values.
  const ordered = sorted(tensors).sort(([, a], [, b]) => BYTES_PER_VALUE[b.dtype] - BYTES_PER_VALUE[a.dtype])
  for (const [name, { dtype, shape }] of ordered) {
    const end = size + bytesOf({ dtype, shape })
    header[name] = { dtype, shape, data_offsets: [size, end] }
    size = end
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const start = Math.ceil((LENGTH_BYTES + text.length) / ALIGNMENT) * ALIGNMENT
  const bytes = new Uint8Array(start).fill(0x20, LENGTH_BYTES + text.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - LENGTH_BYTES), true)
  bytes.set(text, LENGTH_BYTES)
  return { bytes, order: ordered.map(([name]) => name), fileBytes: start + size }
}

function bytesOf({ dtype, shape }: TensorShape): number {
  return shape.reduce((product, length) => product * length, BYTES_PER_VALUE[dtype])
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
}

import { Problem } from '../problems/problem'
import { BYTES_PER_VALUE, type Dtype, isDtype, LENGTH_BYTES, MAX_HEADER_BYTES, METADATA } from './dtypes'
import { parseHeader } from './header-json'

/** One tensor of a file, in little-endian bytes. */
interface Tensor {
  dtype: Dtype
  shape: readonly number[]
  /** A view of the file. */
  bytes: Uint8Array
}

export interface TensorFile {
  tensors: ReadonlyMap<string, Tensor>
  metadata: ReadonlyMap<string, string>
}

/**
 * Reads a safetensors file. Everything that the header claims is checked against the file: a header from a stranger can
 * neither point outside of it nor at the same bytes twice. Source: the format's description in
 * huggingface/safetensors.
 *
 * @throws Problem `invalid_parameter` with a detail of one line
 */
export function readSafetensors(file: Uint8Array): TensorFile {
  try {
    return read(file)
  } catch (error) {
    const reason = (error as Error).message
    throw new Problem('invalid_parameter', `This is not a valid safetensors file: ${reason}.`, { cause: error })
  }
}

/**
 * The values of a float32 tensor, copied.
 *
 * @param shape the shape that it must have
 * @throws Problem `invalid_parameter`
 */
export function float32Tensor({ tensors }: TensorFile, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name)
  const expected = `F32 [${shape.join(', ')}]`
  if (!tensor) throw new Problem('invalid_parameter', `The tensor "${name}" is missing; expected ${expected}.`)
  const found = `${tensor.dtype} [${tensor.shape.join(', ')}]`
  if (found !== expected) throw new Problem('invalid_parameter', `The tensor "${name}" is ${found}, not ${expected}.`)
  // Not `slice`: that of a Buffer doesn't copy.
  return new Float32Array(new Uint8Array(tensor.bytes).buffer)
}

function read(file: Uint8Array): TensorFile {
  const { text, data } = split(file)
  const { [METADATA]: metadata = {}, ...entries } = parseHeader(text)
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, tensorOf(name, entry, data)]))
  requireNoGaps([...tensors.values()], data)
  return { tensors, metadata: metadataOf(metadata) }
}

function split(file: Uint8Array): { text: string; data: Uint8Array } {
  if (file.length < LENGTH_BYTES) throw new Error('it is shorter than 8 bytes')
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES) throw new Error(`its header has ${length} bytes; the limit is ${MAX_HEADER_BYTES}`)
  const end = LENGTH_BYTES + Number(length)
  if (end > file.length) throw new Error(`its header has ${length} bytes, but the file only ${file.length}`)
  return { text: decoded(file.subarray(LENGTH_BYTES, end)), data: file.subarray(end) }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error('the header is not UTF-8')
  }
}

function tensorOf(name: string, entry: unknown, data: Uint8Array): Tensor {
  const tensor = `the tensor ${JSON.stringify(name.slice(0, 100))}`
  if (typeof entry !== 'object' || entry === null) throw new Error(`${tensor} is not an object`)
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>
  if (!isDtype(dtype)) throw new Error(`${tensor} has an unknown dtype`)
  if (!isSizes(shape)) throw new Error(`${tensor} has no valid shape`)
  if (!isSizes(offsets) || offsets.length !== 2) throw new Error(`${tensor} has no valid data_offsets`)
  const [begin, end] = offsets as [number, number]
  if (begin > end || end > data.length)
    throw new Error(`${tensor} is outside of the file's ${data.length} bytes of data`)
  const size = shape.reduce((product, length) => product * length, BYTES_PER_VALUE[dtype])
  if (size !== end - begin) {
    throw new Error(`${tensor} has ${end - begin} bytes; ${dtype} [${shape.join(', ').slice(0, 100)}] has ${size}`)
  }
  return { dtype, shape, bytes: data.subarray(begin, end) }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

/** The tensors must cover the data, without overlaps. */
function requireNoGaps(tensors: readonly Tensor[], data: Uint8Array): void {
  const ranges = tensors.map(({ bytes }) => [bytes.byteOffset, bytes.length] as const)
  ranges.sort(([a, left], [b, right]) => a - b || left - right)
  let end = data.byteOffset
  for (const [offset, length] of ranges) {
    if (offset < end) throw new Error('two tensors overlap')
    if (offset > end) throw new Error('there are bytes between two tensors that belong to none')
    end = offset + length
  }
  if (end < data.byteOffset + data.length) throw new Error('there are bytes at the end that belong to no tensor')
}

function metadataOf(value: unknown): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${METADATA} is not an object`)
  }
  const entries = Object.entries(value)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw new Error(`${METADATA} has a value that isn't text`)
  }
  return new Map(entries)
}

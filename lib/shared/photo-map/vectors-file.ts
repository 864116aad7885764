import { Problem } from '../problems/problem'
import { readSafetensors } from '../safetensors/read'
import { safetensorsHead } from '../safetensors/write'

const VALUES = 'vectors'
const SCALES = 'scales'
const INDICES = 'indices'
/** Number of photos with a vector, in the metadata. */
const PHOTOS = 'photos'

const BLOCK_BYTES = 1 << 16

/** Vectors of the photos of a job, as signed bytes with a scale each. */
export interface StoredVectors {
  dimensions: number
  /** Which photos of the job these are. */
  indices: Int32Array
  /** Number of photos with a vector, of which these are some or all. */
  of: number
  /** A vector by its position among these. Its values times the scale have length 1. */
  stored(at: number): { values: Int8Array; scale: number }
}

/** A file that is sent as it is made. */
export interface VectorsFile {
  bytes: number
  pieces: Iterable<Uint8Array>
}

/**
 * Writes vectors as a safetensors file: `vectors` int8 [photos, dimensions], `scales` float32 [photos], `indices` int32
 * [photos], and the number of all photos with a vector as `photos` in its metadata.
 */
export function vectorsFile({ dimensions, indices, of, stored }: StoredVectors): VectorsFile {
  const size = indices.length
  const tensors = new Map([
    [VALUES, { dtype: 'I8', shape: [size, dimensions] } as const],
    [SCALES, { dtype: 'F32', shape: [size] } as const],
    [INDICES, { dtype: 'I32', shape: [size] } as const],
  ])
  const { bytes: head, order, fileBytes } = safetensorsHead(tensors, new Map([[PHOTOS, String(of)]]))
  function* pieces() {
    yield head
    for (const name of order) {
      if (name === INDICES) yield new Uint8Array(indices.buffer)
      else if (name === SCALES) yield new Uint8Array(Float32Array.from(indices, (_, at) => stored(at).scale).buffer)
      else yield* blocks(dimensions, size, stored)
    }
  }
  return { bytes: fileBytes, pieces: pieces() }
}

/** Values of many vectors at a time, copied: what is sent must not change. */
function* blocks(dimensions: number, size: number, stored: StoredVectors['stored']): Generator<Uint8Array> {
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / dimensions))
  for (let from = 0; from < size; from += rows) {
    const block = new Int8Array(Math.min(rows, size - from) * dimensions)
    for (let at = from; at < Math.min(from + rows, size); at++) block.set(stored(at).values, (at - from) * dimensions)
    yield new Uint8Array(block.buffer)
  }
}

/** Reads such a file, whose bytes it keeps. @throws Problem `invalid_parameter` if it isn't one */
export function readVectors(file: Uint8Array): StoredVectors {
  const { tensors, metadata } = readSafetensors(file)
  const [values, scales, indices] = [tensors.get(VALUES), tensors.get(SCALES), tensors.get(INDICES)]
  const [size = 0, dimensions = 0] = values?.shape ?? []
  const isWhole =
    values?.dtype === 'I8' &&
    values.shape.length === 2 &&
    scales?.dtype === 'F32' &&
    indices?.dtype === 'I32' &&
    [scales, indices].every(({ shape }) => shape.length === 1 && shape[0] === size)
  if (!isWhole) throw new Problem('invalid_parameter', 'This file has no vectors of photos.')
  const { buffer, byteOffset } = values.bytes
  // Copied, because a tensor may start at any byte of the file.
  const copy = (part: Uint8Array) => new Uint8Array(part).buffer
  const scale = new Float32Array(copy(scales.bytes))
  return {
    dimensions,
    indices: new Int32Array(copy(indices.bytes)),
    of: Number(metadata.get(PHOTOS) ?? size),
    stored: (at) => ({
      values: new Int8Array(buffer, byteOffset + at * dimensions, dimensions),
      scale: scale[at] as number,
    }),
  }
}

/** Positions of up to `limit` of `count` things, spread evenly over all of them. */
export function spread(count: number, limit: number): number[] {
  const shown = Math.min(count, limit)
  return Array.from({ length: shown }, (_, at) => Math.floor((at * count) / shown))
}

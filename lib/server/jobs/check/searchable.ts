import { readSafetensors } from '@/lib/shared/safetensors/read'
import { type NewTensor, writeSafetensors } from '@/lib/shared/safetensors/write'
import { ClusteredIndex } from '@/lib/shared/vector-search/clustered-index'
import { VectorIndex } from '@/lib/shared/vector-search/vector-index'

/** The vectors of a job's photos, to search in. */
export interface Searchable {
  index: VectorIndex | ClusteredIndex
  /** For each row the index of its photo. */
  photos: Int32Array
}

/** Bytes of a piece, about. */
const PIECE_BYTES = 32e6

/**
 * The bytes of vectors in pieces: first everything but the vectors, as safetensors, and then the vectors as they are in
 * memory. On every machine that this runs on, numbers are little-endian.
 */
export function* toPieces({ index, photos }: Searchable): Generator<Uint8Array> {
  const clusters = index instanceof ClusteredIndex ? index.clusters : null
  const vectors = index instanceof ClusteredIndex ? index.vectors : index
  const { size, dimensions, rowBytes } = vectors
  const arrays: Record<string, Float32Array | Int32Array> = { photos, scales: scalesOf(vectors) }
  if (clusters) {
    const { centers, starts, rows } = clusters
    const values = Float32Array.from({ length: centers.size * dimensions }, () => 0)
    for (let at = 0; at < centers.size; at++) values.set(centers.vector(at), at * dimensions)
    Object.assign(arrays, { starts, rows, centers: values })
  }
  const tensors = Object.entries(arrays).map(([name, values]): [string, NewTensor] => [
    name,
    { dtype: values instanceof Int32Array ? 'I32' : 'F32', shape: [values.length], values },
  ])
  yield writeSafetensors(new Map(tensors), new Map([['dimensions', String(dimensions)]]))
  const step = Math.max(1, Math.floor(PIECE_BYTES / rowBytes))
  for (let from = 0; from < size; from += step) yield vectors.stored({ from, to: Math.min(size, from + step) })
}

/**
 * Reads what `toPieces` made.
 *
 * @throws RangeError, Problem, or TypeError if it is damaged
 */
export async function fromPieces(pieces: AsyncIterable<Uint8Array>): Promise<Searchable> {
  let head: Head | undefined
  let vectors: VectorIndex | undefined
  for await (const piece of pieces) {
    if (!vectors || !head) {
      head = headOf(piece)
      vectors = new VectorIndex(head.dimensions, head.scales.length)
      continue
    }
    const from = vectors.size
    vectors.addStored(piece, head.scales.subarray(from, from + piece.length / vectors.rowBytes))
  }
  if (!vectors || !head || vectors.size !== head.scales.length) throw new RangeError('Vectors are missing.')
  return { index: head.clustered(vectors), photos: head.photos }
}

interface Head {
  dimensions: number
  photos: Int32Array
  scales: Float32Array
  clustered(vectors: VectorIndex): VectorIndex | ClusteredIndex
}

function headOf(file: Uint8Array): Head {
  const { tensors, metadata } = readSafetensors(file)
  const bytes = (name: string) => new Uint8Array(tensors.get(name)?.bytes ?? []).buffer
  const integers = (name: string) => new Int32Array(bytes(name))
  const dimensions = Number(metadata.get('dimensions'))
  return {
    dimensions,
    photos: integers('photos'),
    scales: new Float32Array(bytes('scales')),
    clustered(vectors) {
      if (!tensors.has('centers')) return vectors
      const values = new Float32Array(bytes('centers'))
      const centers = new VectorIndex(dimensions, values.length / dimensions)
      for (let at = 0; at < values.length; at += dimensions) centers.add(values.subarray(at, at + dimensions))
      return new ClusteredIndex(vectors, { centers, starts: integers('starts'), rows: integers('rows') })
    },
  }
}

function scalesOf(vectors: VectorIndex): Float32Array {
  return Float32Array.from({ length: vectors.size }, (_, row) => vectors.scaleOf(row))
}

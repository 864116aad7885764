import * as z from 'zod'
import { Problem } from '../problems/problem'
import { float32Tensor, readSafetensors, type TensorFile } from '../safetensors/read'
import { type NewTensor, writeSafetensors } from '../safetensors/write'
import { type Example, NO_LABEL } from './example'
import { int32Tensor } from './int32-tensor'
import { photosOf } from './multi-label/photo-set'
import { compareCodePoints } from './training-set'

const DIGEST_BYTES = 32

/**
 * The file of examples: `embeddings` [examples × dimensions], `kinds` [examples × kinds] if every example has them,
 * `labels` [examples], `sha256` [examples × 32], and the names of the labels in the metadata. Labels and photos can be added later without the photos themselves.
 */
export function writeExamples(examples: readonly Example[]): Uint8Array {
  const names = [...new Set(examples.map(({ label }) => label))]
  const index = new Map(names.map((name, at) => [name, at]))
  const labels = Int32Array.from(examples, ({ label }) => index.get(label) ?? 0)
  return write(examples, names, ['labels', { dtype: 'I32', shape: [examples.length], values: labels }])
}

/**
 * The file of photos that may have several labels, or none: as that of `writeExamples`, with a row for each photo, and
 * `label_sets` [photos × labels] with 1 for each label that it has.
 */
export function writeLabeledExamples(examples: readonly Example[]): Uint8Array {
  const photos = photosOf(examples)
  const names = [...new Set(photos.flatMap(({ labels }) => [...labels]))].sort(compareCodePoints)
  const sets = Uint8Array.from(photos.flatMap(({ labels }) => names.map((name) => Number(labels.has(name)))))
  const rows = photos.map(({ example }) => example)
  return write(rows, names, ['label_sets', { dtype: 'U8', shape: [rows.length, names.length], values: sets }])
}

function write(
  examples: readonly Example[],
  names: readonly string[],
  [name, labels]: readonly [name: string, NewTensor],
): Uint8Array {
  const count = examples.length
  const dimensions = examples[0]?.embedding.length ?? 0
  const embeddings = new Float32Array(count * dimensions)
  const kinds = joinedKinds(examples)
  const digests = new Uint8Array(count * DIGEST_BYTES)
  const words = new DataView(digests.buffer)
  for (const [at, { embedding, sha256 }] of examples.entries()) {
    embeddings.set(embedding, at * dimensions)
    for (let i = 0; i < DIGEST_BYTES; i += 4)
      words.setUint32(at * DIGEST_BYTES + i, Number.parseInt(sha256.slice(2 * i, 2 * i + 8), 16))
  }
  const tensors = new Map<string, NewTensor>([
    ['embeddings', { dtype: 'F32', shape: [count, dimensions], values: embeddings }],
    [name, labels],
    ['sha256', { dtype: 'U8', shape: [count, DIGEST_BYTES], values: digests }],
  ])
  if (kinds) tensors.set('kinds', { dtype: 'F32', shape: [count, kinds.length / count], values: kinds })
  return writeSafetensors(tensors, new Map([['labels', JSON.stringify(names)]]))
}

/** The kinds of all examples, row by row; null unless each has them. */
function joinedKinds(examples: readonly Example[]): Float32Array | null {
  const rows = examples.flatMap(({ kinds }) => (kinds ? [kinds] : []))
  const width = rows[0]?.length ?? 0
  if (rows.length < examples.length || width === 0) return null
  const all = new Float32Array(rows.length * width)
  for (const [at, row] of rows.entries()) all.set(row, at * width)
  return all
}

/**
 * Reads a file of examples. A photo with several labels is an example for each, and one with none has `NO_LABEL`.
 *
 * @throws Problem `invalid_parameter`
 */
export function readExamples(file: Uint8Array): Example[] {
  const content = readSafetensors(file)
  const [count = 0, dimensions = 0] = content.tensors.get('embeddings')?.shape ?? []
  const embeddings = float32Tensor(content, 'embeddings', [count, dimensions])
  const kinds = kindsOf(content, count)
  const labels = labelsOf(content, count)
  const digests = digestsOf(content, count)
  return labels.flatMap((names, at) => {
    const photo = {
      sha256: hex(digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)),
      embedding: embeddings.subarray(at * dimensions, (at + 1) * dimensions),
      kinds: kinds?.values.subarray(at * kinds.width, (at + 1) * kinds.width),
    }
    return (names.length > 0 ? names : [NO_LABEL]).map((label) => ({ label, ...photo }))
  })
}

/** The labels of each photo. */
function labelsOf(content: TensorFile, count: number): string[][] {
  const names = parseNames(content.metadata.get('labels') ?? '[]')
  const sets = content.tensors.get('label_sets')
  if (sets !== undefined) {
    if (sets.dtype !== 'U8' || sets.shape.join() !== [count, names.length].join())
      throw invalid(`The tensor "label_sets" is not U8 [${count}, ${names.length}].`)
    const { bytes } = sets
    return Array.from({ length: count }, (_, row) => names.filter((_name, at) => bytes[row * names.length + at] === 1))
  }
  const labels = int32Tensor(content, 'labels')
  if (labels.length !== count) throw invalid(`There are ${count} embeddings but ${labels.length} labels.`)
  return Array.from(labels, (label) => {
    const name = names[label]
    if (name === undefined) throw invalid('An example has a label without a name.')
    return [name]
  })
}

/** Null in files without them, such as those of earlier versions. */
function kindsOf(content: TensorFile, count: number): { values: Float32Array; width: number } | null {
  const width = content.tensors.get('kinds')?.shape[1] ?? 0
  return width === 0 ? null : { values: float32Tensor(content, 'kinds', [count, width]), width }
}

function digestsOf({ tensors }: TensorFile, count: number): Uint8Array {
  const tensor = tensors.get('sha256')
  if (tensor?.dtype === 'U8' && tensor.shape.join() === [count, DIGEST_BYTES].join()) return tensor.bytes
  throw invalid(`The tensor "sha256" is missing or is not U8 [${count}, ${DIGEST_BYTES}].`)
}

function parseNames(text: string): string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(text))
  } catch {
    throw invalid('The metadata "labels" is not a list of names.')
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function invalid(detail: string): Problem {
  return new Problem('invalid_parameter', detail)
}

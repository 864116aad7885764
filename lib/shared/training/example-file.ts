import { z } from 'zod'
import { Problem } from '../problems/problem'
import { float32Tensor, readSafetensors, type TensorFile } from '../safetensors/read'
import { type NewTensor, writeSafetensors } from '../safetensors/write'
import type { Example } from './example'
import { int32Tensor } from './int32-tensor'

const DIGEST_BYTES = 32

/**
 * The file of examples: `embeddings` [examples × dimensions], `kinds` [examples × kinds] if every example has them,
 * `labels` [examples], `sha256` [examples × 32], and the names of the labels in the metadata. Labels and photos can be added later without the photos themselves.
 */
export function writeExamples(examples: readonly Example[]): Uint8Array {
  const count = examples.length
  const names = [...new Set(examples.map(({ label }) => label))]
  const index = new Map(names.map((name, at) => [name, at]))
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
  const labels = Int32Array.from(examples, ({ label }) => index.get(label) ?? 0)
  const tensors = new Map<string, NewTensor>([
    ['embeddings', { dtype: 'F32', shape: [count, dimensions], values: embeddings }],
    ['labels', { dtype: 'I32', shape: [count], values: labels }],
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
 * Reads a file of examples.
 *
 * @throws Problem `invalid_parameter`
 */
export function readExamples(file: Uint8Array): Example[] {
  const content = readSafetensors(file)
  const [count = 0, dimensions = 0] = content.tensors.get('embeddings')?.shape ?? []
  const embeddings = float32Tensor(content, 'embeddings', [count, dimensions])
  const kinds = kindsOf(content, count)
  const labels = int32Tensor(content, 'labels')
  const digests = digestsOf(content, count)
  const names = parseNames(content.metadata.get('labels') ?? '[]')
  if (labels.length !== count) throw invalid(`There are ${count} embeddings but ${labels.length} labels.`)
  return Array.from(labels, (label, at) => {
    const name = names[label]
    if (name === undefined) throw invalid('An example has a label without a name.')
    return {
      label: name,
      sha256: hex(digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES)),
      embedding: embeddings.subarray(at * dimensions, (at + 1) * dimensions),
      kinds: kinds?.values.subarray(at * kinds.width, (at + 1) * kinds.width),
    }
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

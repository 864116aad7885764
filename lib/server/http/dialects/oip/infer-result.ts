import { activate } from '@/lib/shared/metrics/activation'
import { topK } from '@/lib/shared/metrics/scores'
import { Problem } from '@/lib/shared/problems/problem'
import type { GraphOutputs, GraphSignature } from '../../../engine/types'
import type { InferRequest, RequestedOutput } from './infer-request'
import { bytesOfTexts, type Datatype } from './tensors'

export const EMBEDDING = 'embedding'

/** An output of a model as the protocol describes it, without the batch. */
export interface OutputSpec {
  name: string
  datatype: Datatype
  shape: number[]
}

/** An output for all images of a request. */
export interface Output {
  name: string
  datatype: Datatype
  shape: number[]
  values: Float32Array | string[]
  /** Whether the client wants its bytes, where it can choose. */
  binary: boolean
}

/**
 * The outputs of a model: the graph's own, the calibrated scores, the best label, and the embedding if it has one. A
 * text-image model has no labels of its own, only the embedding.
 */
export function outputsOf({ output, labels, dimensions }: GraphSignature): OutputSpec[] {
  const embedding: OutputSpec[] =
    dimensions === null ? [] : [{ name: EMBEDDING, datatype: 'FP32', shape: [dimensions] }]
  if (labels.length === 0) return embedding
  const names = [...new Set([output, 'probabilities'])]
  return [
    ...names.map((name) => ({ name, datatype: 'FP32' as const, shape: [labels.length] })),
    { name: 'label', datatype: 'BYTES', shape: [1] },
    ...embedding,
  ]
}

/**
 * The outputs that a request asks for; all but the embedding if it names none and there are others.
 *
 * @throws Problem `invalid_parameter` for one that the model doesn't have
 */
export function requestedOutputs({ outputs, binary }: InferRequest, signature: GraphSignature): RequestedOutput[] {
  const names = outputsOf(signature).map(({ name }) => name)
  if (outputs === undefined || outputs.length === 0) {
    const all = names.length === 1 ? names : names.filter((name) => name !== EMBEDDING)
    return all.map((name) => ({ name, binary, classes: 0 }))
  }
  const unknown = outputs.find(({ name }) => !names.includes(name))
  if (unknown === undefined) return outputs
  const name = JSON.stringify(unknown.name.slice(0, 60))
  throw new Problem('invalid_parameter', `${signature.model.id} has the outputs ${names.join(', ')}, not ${name}.`)
}

/** What an inference gives, for a reply over HTTP or gRPC. */
export interface InferResult {
  model: string
  id: string | undefined
  outputs: Output[]
}

/** The outputs that were asked for, each for all images. */
export function inferResult(
  { id }: InferRequest,
  signature: GraphSignature,
  requested: readonly RequestedOutput[],
  results: readonly GraphOutputs[],
): InferResult {
  return { model: signature.model.id, id, outputs: requested.map((each) => outputOf(each, signature, results)) }
}

function outputOf(
  { name, binary, classes }: RequestedOutput,
  signature: GraphSignature,
  results: readonly GraphOutputs[],
): Output {
  const { labels, background } = signature
  const rows = results.map((result) => rowOf(name, signature, result))
  if (name === 'label') {
    const values = rows.map((row) => labels[topK(row, 1, background)[0]?.index ?? 0] ?? '')
    return { name, datatype: 'BYTES', shape: [rows.length, 1], values, binary }
  }
  if (classes > 0 && name !== EMBEDDING) {
    const values = rows.flatMap((row) =>
      topK(row, classes).map(({ index, score }) => `${score}:${index}:${labels[index] ?? ''}`),
    )
    return { name, datatype: 'BYTES', shape: [rows.length, Math.min(classes, labels.length)], values, binary }
  }
  const length = rows[0]?.length ?? 0
  const values = new Float32Array(rows.length * length)
  for (const [at, row] of rows.entries()) values.set(row, at * length)
  return { name, datatype: 'FP32', shape: [rows.length, length], values, binary }
}

function rowOf(
  name: string,
  { output, temperature, activation }: GraphSignature,
  { logits, embedding }: GraphOutputs,
): Float32Array {
  if (name === EMBEDDING) return embedding ?? new Float32Array()
  return name === output || name === 'label' ? logits : Float32Array.from(activate(logits, temperature, activation))
}

/** The bytes of an output, little-endian. */
export function bytesOfOutput({ values }: Output): Uint8Array {
  if (Array.isArray(values)) return bytesOfTexts(values)
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

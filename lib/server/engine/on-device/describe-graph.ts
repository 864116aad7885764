import { basename } from 'node:path'
import type { ScoreKind } from '@/lib/shared/inference/read-logits'
import { type OnnxGraph, type OnnxValue, readOnnxGraph } from '../../catalog/onnx/read-graph'
import type { Model } from '../model'
import type { EmbeddingTensor, LoadReport } from '../protocol'
import { type Activation, activationOf } from '../worker/activation'
import { chooseOutput } from '../worker/choose-output'
import { findEmbedding } from '../worker/find-embedding'
import { inputFormat } from '../worker/input-format'

/** Names of the element types that models have as input or output; for the numbers, see onnx.proto3. */
const ELEMENT_TYPES: ReadonlyMap<number, 'float32' | 'uint8' | 'float16' | 'float64'> = new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [10, 'float16'],
  [11, 'float64'],
])

/** What a browser needs to know of a graph. */
interface GraphFacts {
  input: NonNullable<LoadReport['input']>
  output: { name: string; scores: ScoreKind }
  /** Null if it has no embedding, or the file doesn't tell its length. */
  embedding: (EmbeddingTensor & { dimensions: number }) | null
}

/**
 * Reads from the file of a model what a worker process otherwise finds out with runs: its input, and which output holds
 * which kind of scores.
 *
 * @throws Error with a one-line reason if the file doesn't tell
 */
export function describeGraph({ file, ...model }: Model): GraphFacts {
  if (model.text !== null) throw new Error('it is a text-image model')
  if (model.preprocessor === null) throw new Error('it is a custom model')
  const graph = readOnnxGraph(file, basename(file))
  const { name, width, height, channels, layout, type, dims } = inputFormat(
    graph.inputs.map(metadataOf),
    model.preprocessor,
  )
  const output = describeOutput(graph, model)
  return {
    input: { name, width, height, channels, layout, type, batch: dims[0] ?? 1 },
    output,
    embedding: describeEmbedding(graph, output.name, model.labels.length),
  }
}

function metadataOf({ name, dims, type }: OnnxValue): Parameters<typeof inputFormat>[0][number] {
  const known = ELEMENT_TYPES.get(type)
  return known === undefined ? { name, isTensor: false } : { name, isTensor: true, type: known, shape: dims }
}

function describeOutput(
  graph: OnnxGraph,
  { labels, output, multiLabel }: Pick<Model, 'labels' | 'output' | 'multiLabel'>,
): GraphFacts['output'] {
  const classes = labels.length
  const floats = graph.outputValues.filter(({ type }) => ELEMENT_TYPES.get(type)?.startsWith('float'))
  const shapes = floats.map(({ name, dims }): [string, OutputShape] => [name, shapeOf(dims, classes)])
  const name = chooseOutput(Object.fromEntries(shapes), classes, output)
  const binary = shapes.find(([other]) => other === name)?.[1].size === 1
  const scores = binary ? null : scoreKind(activationOf(graph, name), multiLabel !== null)
  if (scores === null) throw new Error(`only a run shows what the values of its output ${name} are`)
  return { name, scores }
}

function describeEmbedding(graph: OnnxGraph, output: string, classes: number): GraphFacts['embedding'] {
  const found = findEmbedding(graph, output)
  if (typeof found === 'string') return null
  const { tensor: name, spatial, weights } = found
  const dimensions = lengthOf(weights, spatial, classes)
  return dimensions === null ? null : { name, isOutput: graph.outputs.includes(name), spatial, dimensions }
}

/** The length of an embedding, from the weights [classes × length], [length × classes], or [classes × length × 1 × 1]. */
function lengthOf(weights: readonly number[], spatial: boolean, classes: number): number | null {
  const [first, second] = weights
  if (first === undefined || second === undefined) return null
  if (spatial || first === classes) return second
  return second === classes ? first : null
}

interface OutputShape {
  dims: readonly number[]
  size: number
}

/** The shape for one photo. Where the graph leaves a side open, it has a value per label. */
function shapeOf(dims: readonly number[], classes: number): OutputShape {
  const sides = dims.map((side, i) => (i === 0 && dims.length > 1 ? 1 : side || classes))
  return { dims: sides, size: sides.reduce((product, side) => product * side, 1) }
}

/** The kind of values after an activation; null if it leaves several possible. */
function scoreKind(activation: Activation, multiLabel: boolean): ScoreKind | null {
  if (activation === 'softmax') return multiLabel ? null : 'probabilities'
  if (activation === 'sigmoid') return multiLabel ? 'independent probabilities' : null
  // A softmax undoes a logarithm of probabilities.
  if (activation === 'log_softmax') return multiLabel ? null : 'logits'
  return activation === 'none' ? 'logits' : null
}

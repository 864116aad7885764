import { join, message, number, text } from '@/lib/shared/inference/protobuf-writer'
import { type GraphPart, type ModelParts, partsFor } from './graph-parts'

/** Field numbers of onnx.proto3. */
const MODEL_GRAPH = 7
const [NODE, GRAPH_NAME, INITIALIZER, INPUT, OUTPUT, SPARSE] = [1, 2, 5, 11, 12, 15]
const FIELD_OF_KIND = { node: NODE, weight: INITIALIZER, 'sparse weight': SPARSE, input: INPUT } as const
const FLOAT = 1
const ATTRIBUTE_INTEGER = 2

/** A node to add to a graph. */
export interface NewNode {
  op: string
  inputs: readonly string[]
  output: string
  /** Attributes with whole numbers. */
  attributes?: Readonly<Record<string, number>>
}

/** A float32 weight to add to a graph. */
interface NewWeight {
  name: string
  dims: readonly number[]
  values: Float32Array
}

export interface Extension {
  /** Tensors of the model that the new nodes read. What they don't depend on is left out. */
  from: readonly string[]
  nodes: readonly NewNode[]
  weights: readonly NewWeight[]
  output: { name: string; classes: number }
}

/** A model file that computes a part of another model and then some new nodes, with one output. */
export function exportModel({ header, parts }: ModelParts, extension: Extension): Uint8Array {
  const kept = partsFor(parts, extension.from)
  const of = (kind: GraphPart['kind']) =>
    kept.filter((part) => part.kind === kind).map(({ bytes }) => message(FIELD_OF_KIND[kind], bytes))
  const graph = message(
    MODEL_GRAPH,
    ...of('node'),
    ...extension.nodes.map((node) => message(NODE, nodeBytes(node))),
    text(GRAPH_NAME, 'classifier'),
    ...of('weight'),
    ...extension.weights.map((weight) => message(INITIALIZER, weightBytes(weight))),
    ...of('sparse weight'),
    ...of('input'),
    message(OUTPUT, outputBytes(extension.output)),
  )
  return join([...header, graph])
}

function nodeBytes({ op, inputs, output, attributes = {} }: NewNode): Uint8Array {
  return join([
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, text(1, name), number(3, value), number(20, ATTRIBUTE_INTEGER)),
    ),
  ])
}

function weightBytes({ name, dims, values }: NewWeight): Uint8Array {
  const { buffer, byteOffset, byteLength } = values
  return join([
    ...dims.map((side) => number(1, side)),
    number(2, FLOAT),
    text(8, name),
    message(9, new Uint8Array(buffer, byteOffset, byteLength)),
  ])
}

/** The shape [N, classes]. */
function outputBytes({ name, classes }: Extension['output']): Uint8Array {
  const batch = message(1, text(2, 'N'))
  const labels = message(1, number(1, classes))
  return join([text(1, name), message(2, message(1, number(1, FLOAT), message(2, batch, labels)))])
}

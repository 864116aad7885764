import type { OnnxGraph, OnnxNode } from '../../catalog/onnx/read-graph'

/** The final activation of a graph's scores: `none` after a linear layer, null if unknown. */
export type Activation = 'softmax' | 'log_softmax' | 'sigmoid' | 'none' | null

/** Operators that pass values through unchanged. */
const PASSTHROUGH_OPS = new Set([
  'Identity',
  'Cast',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'QuantizeLinear',
  'DequantizeLinear',
])

const ACTIVATIONS: Record<string, Activation> = {
  Softmax: 'softmax',
  QLinearSoftmax: 'softmax',
  LogSoftmax: 'log_softmax',
  Sigmoid: 'sigmoid',
  HardSigmoid: 'sigmoid',
  QLinearSigmoid: 'sigmoid',
  Gemm: 'none',
  MatMul: 'none',
  FusedGemm: 'none',
  FusedMatMul: 'none',
  MatMulInteger: 'none',
  QGemm: 'none',
  Conv: 'none',
  Add: 'none',
  QLinearAdd: 'none',
}

/** Finds the activation that produces an output by following the graph's operators. */
export function activationOf({ nodes }: Pick<OnnxGraph, 'nodes'>, output: string): Activation {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name): [string, OnnxNode] => [name, node])))
  const visited = new Set<string>()
  for (let name = output; !visited.has(name); ) {
    visited.add(name)
    const producer = producers.get(name)
    if (producer === undefined) return null
    if (!PASSTHROUGH_OPS.has(producer.op)) return ACTIVATIONS[producer.op] ?? null
    name = producer.inputs[0] ?? ''
  }
  return null
}

/**
 * A list of labels and scores instead of a tensor, as written by Azure Custom Vision and scikit-learn, and the tensor
 * behind it.
 */
export interface ZipMap {
  tensor: string
  labels: readonly string[]
}

/** The tensor behind the graph's ZipMap; null if there is none. */
export function zipMapOf({ nodes, outputs }: Pick<OnnxGraph, 'nodes' | 'outputs'>): ZipMap | null {
  const node = nodes.find(({ op, outputs: [firstOutput = ''] }) => op === 'ZipMap' && outputs.includes(firstOutput))
  const tensor = node?.inputs[0]
  return node && tensor ? { tensor, labels: node.strings.get('classlabels_strings') ?? [] } : null
}

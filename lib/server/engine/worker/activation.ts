import type { OnnxGraph, OnnxNode } from '../../catalog/onnx/graph'

/** What a graph does last to its scores; null where that is nothing known. */
export type Activation = 'softmax' | 'log_softmax' | 'sigmoid' | null

/** Operations that hand numbers on as they are. */
const PASSES = new Set([
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
}

/** The activation behind an output, by the operations of the graph. */
export function activationOf({ nodes }: Pick<OnnxGraph, 'nodes'>, output: string): Activation {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name): [string, OnnxNode] => [name, node])))
  const seen = new Set<string>()
  for (let name = output; !seen.has(name); ) {
    seen.add(name)
    const maker = makers.get(name)
    if (maker === undefined) return null
    if (!PASSES.has(maker.op)) return ACTIVATIONS[maker.op] ?? null
    name = maker.inputs[0] ?? ''
  }
  return null
}

/** A list of labels and scores in place of a tensor, as Azure Custom Vision and scikit-learn write it, and the tensor behind it. */
export interface ZipMap {
  tensor: string
  labels: readonly string[]
}

/** The tensor behind the graph's ZipMap; null where it has none. */
export function zipMapOf({ nodes, outputs }: Pick<OnnxGraph, 'nodes' | 'outputs'>): ZipMap | null {
  const node = nodes.find(({ op, outputs: [made = ''] }) => op === 'ZipMap' && outputs.includes(made))
  const tensor = node?.inputs[0]
  return node && tensor ? { tensor, labels: node.strings.get('classlabels_strings') ?? [] } : null
}

import type { OnnxGraph, OnnxNode } from '../../catalog/onnx/read-graph'

/** The tensor within a graph that holds a classifier's embedding. */
export interface EmbeddingSource {
  tensor: string
  /** Whether it may have a position per pixel, to be averaged: the input of a convolution. */
  spatial: boolean
  /** Dimensions of the weights that it is multiplied by; empty if the file doesn't tell. */
  weights: readonly number[]
}

/** Operators between the last linear layer and the scores that keep each score in its place, or average over space. */
const PASSTHROUGH_OPS = new Set(
  `Identity Cast CastLike Dropout Reshape Flatten Squeeze Unsqueeze Transpose QuantizeLinear DequantizeLinear Clip Relu
  Softmax LogSoftmax Sigmoid HardSigmoid Normalizer ZipMap GlobalAveragePool AveragePool ReduceMean`.split(/\s+/),
)
/** Operators with two operands, one of which is constant: a bias, a scale, a temperature. */
const ELEMENTWISE_OPS = new Set(['Add', 'Sub', 'Mul', 'Div'])
const CONVOLUTIONS = new Set(['Conv', 'FusedConv'])
const LINEAR_OPS = new Set([
  ...CONVOLUTIONS,
  'Gemm',
  'MatMul',
  'FusedGemm',
  'FusedMatMul',
  'MatMulInteger',
  'MatMulNBits',
  'LinearClassifier',
])
/** Operators that quantize a tensor. Their input has its values as floats. */
const QUANTIZERS = new Set(['QuantizeLinear', 'DynamicQuantizeLinear'])

/**
 * Finds the embedding behind the scores: the input of the last linear layer, following the graph back from an output.
 *
 * @param output name of the tensor with the scores
 * @returns the tensor, or in one line why there is none
 */
export function findEmbedding(graph: Pick<OnnxGraph, 'nodes' | 'weights'>, output: string): EmbeddingSource | string {
  const lookup = new Lookup(graph)
  const layer = lastLayer(lookup, output)
  if (typeof layer === 'string') return layer
  const data = lookup.onlyVariable(layer.inputs.slice(0, 2))
  if (data === null) return `the weights of its last layer (${layer.op}) aren’t constant`
  const spatial = CONVOLUTIONS.has(layer.op)
  const weights = lookup.weightsOf(layer.inputs.find((name) => name !== data) ?? '')
  if (spatial && weights.slice(2).some((side) => side !== 1))
    return 'its last layer is a convolution over several positions'
  const producer = lookup.producer(data)
  const tensor = producer && QUANTIZERS.has(producer.op) ? (producer.inputs[0] ?? data) : data
  return { tensor, spatial, weights }
}

/** The last linear layer before a tensor, or why there is none. */
function lastLayer(lookup: Lookup, output: string): OnnxNode | string {
  const visited = new Set<string>()
  for (let name = output; !visited.has(name); ) {
    visited.add(name)
    const node = lookup.producer(name)
    if (node === undefined) break
    if (LINEAR_OPS.has(node.op)) return node
    const next = PASSTHROUGH_OPS.has(node.op) ? node.inputs[0] : lookup.operand(node)
    if (next === undefined) return `its scores don’t come from one linear layer (${node.op})`
    name = next
  }
  return 'its scores don’t come from a linear layer'
}

/** Who produces a tensor, and which tensors are the same for every photo. */
class Lookup {
  private readonly producers = new Map<string, OnnxNode>()
  private readonly constants: Set<string>

  constructor(private readonly graph: Pick<OnnxGraph, 'nodes' | 'weights'>) {
    this.constants = new Set(graph.weights.keys())
    // Nodes are sorted: those that produce a node's inputs come first.
    for (const node of graph.nodes) {
      for (const name of node.outputs) this.producers.set(name, node)
      const inputs = node.inputs.filter((name) => name !== '')
      const constant = inputs.length > 0 ? inputs.every((name) => this.constants.has(name)) : node.op === 'Constant'
      if (constant) for (const name of node.outputs) this.constants.add(name)
    }
  }

  producer(name: string): OnnxNode | undefined {
    return this.producers.get(name)
  }

  /** The operand of an elementwise operator that depends on the photo, if the other is a constant or a scale. */
  operand({ op, inputs }: OnnxNode): string | undefined {
    if (!ELEMENTWISE_OPS.has(op)) return undefined
    return this.onlyVariable(inputs) ?? this.onlyVariable(inputs.filter((name) => !this.isScale(name))) ?? undefined
  }

  /** The only one of these tensors that depends on the photo; null if there are several or none. */
  onlyVariable(names: readonly string[]): string | null {
    const [only, ...others] = names.filter((name) => !this.constants.has(name))
    return only === undefined || others.length > 0 ? null : only
  }

  /** Dimensions of weights, which may be quantized; empty if unknown. */
  weightsOf(name: string): readonly number[] {
    const dims = this.graph.weights.get(name)
    if (dims) return dims
    const node = this.producer(name)
    return node?.op === 'DequantizeLinear' || node?.op === 'Cast' ? this.weightsOf(node.inputs[0] ?? '') : []
  }

  /** Whether it is the scale of a dynamically quantized tensor, times constants. */
  private isScale(name: string): boolean {
    const node = this.producer(name)
    if (node?.op === 'DynamicQuantizeLinear') return node.outputs[1] === name
    const factor = node?.op === 'Mul' ? this.onlyVariable(node.inputs) : null
    return factor !== null && this.isScale(factor)
  }
}

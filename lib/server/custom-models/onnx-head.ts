import type { Groups } from '@/lib/shared/training/groups'
import type { HeadWeights } from '@/lib/shared/training/head-file'
import type { Extension, NewNode } from '../catalog/onnx/export-model'

const PROBABILITIES = 'probabilities'

/** Attribute of Cast: float32. */
const FLOAT = 1
const EPSILON = 1e-30

/** Where a base model has what a head needs. */
export interface BaseOutput {
  tensor: string
  /** Whether it has a value for each position of the image, to be averaged. */
  spatial: boolean
}

/**
 * The nodes of a linear head: the signed square root of the embedding, divided by its length, then the scores. The sum
 * of the absolute values is the square of that length. Only operators that every version of ONNX since 9 has.
 */
export function linearExtension(
  { tensor, spatial }: BaseOutput,
  { dimensions, weights, bias }: HeadWeights,
  temperature: number,
): Extension {
  const classes = bias.length
  const nodes: NewNode[] = [
    { op: 'Cast', inputs: [tensor], output: 'head.float', attributes: { to: FLOAT } },
    ...(spatial ? [{ op: 'GlobalAveragePool', inputs: ['head.float'], output: 'head.pooled' }] : []),
    {
      op: 'Flatten',
      inputs: [spatial ? 'head.pooled' : 'head.float'],
      output: 'head.embedding',
      attributes: { axis: 1 },
    },
    { op: 'Abs', inputs: ['head.embedding'], output: 'head.absolute' },
    { op: 'Sqrt', inputs: ['head.absolute'], output: 'head.roots' },
    { op: 'Sign', inputs: ['head.embedding'], output: 'head.signs' },
    { op: 'Mul', inputs: ['head.roots', 'head.signs'], output: 'head.signed' },
    { op: 'MatMul', inputs: ['head.absolute', 'head.ones'], output: 'head.squares' },
    { op: 'Max', inputs: ['head.squares', 'head.epsilon'], output: 'head.positive' },
    { op: 'Sqrt', inputs: ['head.positive'], output: 'head.length' },
    { op: 'Div', inputs: ['head.signed', 'head.length'], output: 'head.features' },
    { op: 'MatMul', inputs: ['head.features', 'head.weight'], output: 'head.products' },
    { op: 'Add', inputs: ['head.products', 'head.bias'], output: 'head.logits' },
    { op: 'Div', inputs: ['head.logits', 'head.temperature'], output: 'head.calibrated' },
    { op: 'Softmax', inputs: ['head.calibrated'], output: PROBABILITIES, attributes: { axis: 1 } },
  ]
  return {
    from: [tensor],
    nodes,
    weights: [
      { name: 'head.ones', dims: [dimensions, 1], values: new Float32Array(dimensions).fill(1) },
      { name: 'head.epsilon', dims: [1], values: Float32Array.of(EPSILON) },
      { name: 'head.weight', dims: [dimensions, classes], values: transposed(weights, classes, dimensions) },
      { name: 'head.bias', dims: [classes], values: bias },
      { name: 'head.temperature', dims: [1], values: Float32Array.of(temperature) },
    ],
    output: { name: PROBABILITIES, classes },
  }
}

/**
 * The nodes of a head that groups labels: the calibrated scores of the base, added up.
 *
 * @param probabilities whether the base returns those instead of logits
 */
export function groupsExtension(
  { tensor }: Pick<BaseOutput, 'tensor'>,
  { names, groupOf }: Groups,
  { temperature, probabilities }: { temperature: number; probabilities: boolean },
): Extension {
  const logits: NewNode[] = probabilities
    ? [
        { op: 'Max', inputs: ['head.float', 'head.epsilon'], output: 'head.positive' },
        { op: 'Log', inputs: ['head.positive'], output: 'head.logits' },
      ]
    : [{ op: 'Identity', inputs: ['head.float'], output: 'head.logits' }]
  const matrix = new Float32Array(groupOf.length * names.length)
  for (const [label, group] of groupOf.entries()) matrix[label * names.length + group] = 1
  return {
    from: [tensor],
    nodes: [
      { op: 'Cast', inputs: [tensor], output: 'head.scores', attributes: { to: FLOAT } },
      { op: 'Flatten', inputs: ['head.scores'], output: 'head.float', attributes: { axis: 1 } },
      ...logits,
      { op: 'Div', inputs: ['head.logits', 'head.temperature'], output: 'head.calibrated' },
      { op: 'Softmax', inputs: ['head.calibrated'], output: 'head.labels', attributes: { axis: 1 } },
      { op: 'MatMul', inputs: ['head.labels', 'head.groups'], output: PROBABILITIES },
    ],
    weights: [
      // ONNX Runtime warns about weights that nothing uses.
      ...(probabilities ? [{ name: 'head.epsilon', dims: [1], values: Float32Array.of(EPSILON) }] : []),
      { name: 'head.temperature', dims: [1], values: Float32Array.of(temperature) },
      { name: 'head.groups', dims: [groupOf.length, names.length], values: matrix },
    ],
    output: { name: PROBABILITIES, classes: names.length },
  }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(values, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)] as number)
}

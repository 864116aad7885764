import type { KindMembers } from '@/lib/shared/inference/kind-scores'
import type { Activation } from '@/lib/shared/metrics/activation'
import { KINDS_LENGTH } from '@/lib/shared/training/features'
import type { Groups } from '@/lib/shared/training/groups'
import type { HeadWeights } from '@/lib/shared/training/head-file'
import type { CosineHead } from '@/lib/shared/zero-shot/similarity'
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

/** Where a base model has its scores, and which of them are of each kind. */
export interface KindsOutput {
  tensor: string
  members: KindMembers
  classes: number
  /** Whether it returns probabilities instead of logits. */
  probabilities: boolean
}

/**
 * The nodes of a linear head: the features of the embedding, those of the kinds if the head uses them, then the scores.
 * Only operators that every version of ONNX since 9 has.
 */
export function linearExtension(
  embedding: BaseOutput,
  { dimensions, kinds, weights, bias }: HeadWeights,
  output: KindsOutput | null,
  { temperature, activation }: { temperature: number; activation: Activation },
): Extension {
  const classes = bias.length
  const features = dimensions + kinds
  const fromKinds = output && kindNodes(output)
  return {
    from: [embedding.tensor, ...(output ? [output.tensor] : [])],
    nodes: [
      ...embeddingNodes(embedding),
      ...rootNodes('head.embedding', 'head.features'),
      ...(fromKinds?.nodes ?? [{ op: 'Identity', inputs: ['head.features'], output: 'head.all' }]),
      { op: 'MatMul', inputs: ['head.all', 'head.weight'], output: 'head.products' },
      { op: 'Add', inputs: ['head.products', 'head.bias'], output: 'head.logits' },
      { op: 'Div', inputs: ['head.logits', 'head.temperature'], output: 'head.calibrated' },
      activationNode('head.calibrated', activation),
    ],
    weights: [
      ones('head.embedding', dimensions),
      ...(fromKinds?.weights ?? []),
      { name: 'head.epsilon', dims: [1], values: Float32Array.of(EPSILON) },
      { name: 'head.weight', dims: [features, classes], values: transposed(weights, classes, features) },
      { name: 'head.bias', dims: [classes], values: bias },
      { name: 'head.temperature', dims: [1], values: Float32Array.of(temperature) },
    ],
    output: { name: PROBABILITIES, classes },
  }
}

/** The nodes of a head from words: the cosine with each row, scaled, and softmax or sigmoid. */
export function cosineExtension(
  embedding: BaseOutput,
  { dimensions, weights, scale, bias, activation }: CosineHead,
): Extension {
  const classes = weights.length / dimensions
  return {
    from: [embedding.tensor],
    nodes: [
      ...embeddingNodes(embedding),
      { op: 'Mul', inputs: ['head.embedding', 'head.embedding'], output: 'head.squared' },
      { op: 'MatMul', inputs: ['head.squared', 'head.embedding.ones'], output: 'head.squares' },
      { op: 'Max', inputs: ['head.squares', 'head.epsilon'], output: 'head.positive' },
      { op: 'Sqrt', inputs: ['head.positive'], output: 'head.length' },
      { op: 'Div', inputs: ['head.embedding', 'head.length'], output: 'head.unit' },
      { op: 'MatMul', inputs: ['head.unit', 'head.weight'], output: 'head.products' },
      { op: 'Add', inputs: ['head.products', 'head.bias'], output: 'head.logits' },
      activationNode('head.logits', activation),
    ],
    weights: [
      ones('head.embedding', dimensions),
      { name: 'head.epsilon', dims: [1], values: Float32Array.of(EPSILON) },
      {
        name: 'head.weight',
        dims: [dimensions, classes],
        values: transposed(weights, classes, dimensions).map((value) => scale * value),
      },
      { name: 'head.bias', dims: [1], values: Float32Array.of(bias) },
    ],
    output: { name: PROBABILITIES, classes },
  }
}

function activationNode(logits: string, activation: Activation): NewNode {
  return activation === 'softmax'
    ? { op: 'Softmax', inputs: [logits], output: PROBABILITIES, attributes: { axis: 1 } }
    : { op: 'Sigmoid', inputs: [logits], output: PROBABILITIES }
}

function embeddingNodes({ tensor, spatial }: BaseOutput): NewNode[] {
  const flattened = spatial ? 'head.pooled' : 'head.float'
  return [
    { op: 'Cast', inputs: [tensor], output: 'head.float', attributes: { to: FLOAT } },
    ...(spatial ? [{ op: 'GlobalAveragePool', inputs: ['head.float'], output: 'head.pooled' }] : []),
    { op: 'Flatten', inputs: [flattened], output: 'head.embedding', attributes: { axis: 1 } },
  ]
}

/**
 * The signed square root of a vector, divided by its length. The sum of the absolute values is the square of that
 * length.
 */
function rootNodes(from: string, to: string): NewNode[] {
  return [
    { op: 'Abs', inputs: [from], output: `${from}.absolute` },
    { op: 'Sqrt', inputs: [`${from}.absolute`], output: `${from}.roots` },
    { op: 'Sign', inputs: [from], output: `${from}.signs` },
    { op: 'Mul', inputs: [`${from}.roots`, `${from}.signs`], output: `${from}.signed` },
    { op: 'MatMul', inputs: [`${from}.absolute`, `${from}.ones`], output: `${from}.squares` },
    { op: 'Max', inputs: [`${from}.squares`, 'head.epsilon'], output: `${from}.positive` },
    { op: 'Sqrt', inputs: [`${from}.positive`], output: `${from}.length` },
    { op: 'Div', inputs: [`${from}.signed`, `${from}.length`], output: to },
  ]
}

function ones(of: string, length: number) {
  return { name: `${of}.ones`, dims: [length, 1], values: new Float32Array(length).fill(1) }
}

/** The scores of the kinds as features, after those of the embedding. */
function kindNodes({ tensor, members, classes, probabilities }: KindsOutput): Pick<Extension, 'nodes' | 'weights'> {
  const matrix = new Float32Array(classes * members.length)
  for (const [kind, indexes] of members.entries())
    for (const index of indexes) matrix[index * members.length + kind] = 1
  const scores: NewNode[] = probabilities
    ? [{ op: 'Identity', inputs: ['head.base.flat'], output: 'head.base.scores' }]
    : [{ op: 'Softmax', inputs: ['head.base.flat'], output: 'head.base.scores', attributes: { axis: 1 } }]
  return {
    nodes: [
      { op: 'Cast', inputs: [tensor], output: 'head.base', attributes: { to: FLOAT } },
      { op: 'Flatten', inputs: ['head.base'], output: 'head.base.flat', attributes: { axis: 1 } },
      ...scores,
      { op: 'MatMul', inputs: ['head.base.scores', 'head.members'], output: 'head.kinds' },
      ...rootNodes('head.kinds', 'head.kinds.unit'),
      { op: 'Mul', inputs: ['head.kinds.unit', 'head.kinds.scale'], output: 'head.kinds.features' },
      { op: 'Concat', inputs: ['head.features', 'head.kinds.features'], output: 'head.all', attributes: { axis: 1 } },
    ],
    weights: [
      ones('head.kinds', members.length),
      { name: 'head.members', dims: [classes, members.length], values: matrix },
      { name: 'head.kinds.scale', dims: [1], values: Float32Array.of(KINDS_LENGTH) },
    ],
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

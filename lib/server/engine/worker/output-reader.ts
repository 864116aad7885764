import type { Tensor } from 'onnxruntime-node'
import { fromFloat16 } from '@/lib/shared/image/float16'
import { areValidScores, readLogits, type ScoreKind } from '@/lib/shared/inference/read-logits'
import type { Activation } from './activation'

export interface OutputReader {
  scores: ScoreKind
  /**
   * Reads one image's output as logits [classes].
   *
   * @throws Problem `model_failed` if the scores are NaN or infinite
   */
  read(output: Tensor): Float32Array
}

/** Tolerance for a sum of probabilities: half precision over a thousand classes. */
const SUM_TOLERANCE = 5e-3

/** Number of values per image in this output, from its shape. */
export function widthOf({ dims, size }: Pick<Tensor, 'dims' | 'size'>): number {
  return dims.length > 1 ? size / (dims[0] || 1) : size
}

/** Whether an output can hold the scores of this many labels: one value each, or one for two labels. */
export function fits(width: number, classes: number): boolean {
  return width === classes || (width === 1 && classes === 2)
}

/**
 * Creates the function that reads a model's output as logits [classes]. The graph's last operator shows what the values
 * are. If it does not, two probe outputs do: probabilities are never negative and sum to one.
 *
 * @param probes outputs for two different images
 * @param multiLabel whether any number of labels may apply
 * @throws Error with a one-line reason why the output is not a classifier's
 */
export function outputReader(
  probes: readonly Tensor[],
  classes: number,
  activation: Activation,
  multiLabel = false,
): OutputReader {
  const rows = probes.map((probe) => firstRow(probe, widthOf(probe)))
  if (!rows.some(areValidScores)) throw new Error('its scores are NaN or infinite for every test image')
  if (multiLabel) return independentReader(rows, classes, activation)
  if (rows[0]?.length === 1 && classes === 2) return binaryReader(rows, activation)
  if (classes === 1) throw new Error(ONE_VALUE)
  if (activation === 'sigmoid') throw new Error(SEVERAL_SIGMOIDS)
  return readerOf(rows.every(areProbabilities) ? 'probabilities' : 'logits', classes)
}

const ONE_VALUE =
  'its only output is one value for one label: an amount (regression) can’t classify photos, and a yes-or-no score needs two labels, first the one for 0, then the one for 1'
const SEVERAL_SIGMOIDS =
  'its scores are independent of each other (sigmoid), so that any number of labels may apply: add it with --multi-label, or set "problem_type": "multi_label_classification" in config.json'

/** One value for each label, each with a sigmoid of its own, in the graph or here. */
function independentReader(rows: readonly Float32Array[], classes: number, activation: Activation): OutputReader {
  if (rows[0]?.length !== classes)
    throw new Error(`its output has ${rows[0]?.length} values, but a multi-label model has one for each label`)
  if (activation === 'softmax' || activation === 'log_softmax')
    throw new Error('its scores sum to 1 (softmax), so that one label is right: it isn’t a multi-label model')
  const isSigmoid = activation === 'sigmoid' || (activation === null && rows.every(areFractions))
  return readerOf(isSigmoid ? 'independent probabilities' : 'logits', classes)
}

const areFractions = (values: Float32Array) => values.every((value) => value >= 0 && value <= 1)

/** One value for two labels, as in Keras' binary classifiers: the score of the second label. */
function binaryReader(rows: readonly Float32Array[], activation: Activation): OutputReader {
  const isProbability =
    activation === 'sigmoid' || ((activation === null || activation === 'none') && rows.every(areFractions))
  return readerOf(isProbability ? 'binary probability' : 'binary logit', 1)
}

function readerOf(scores: ScoreKind, width: number): OutputReader {
  return { scores, read: (output) => readLogits(scores, firstRow(output, width)) }
}

function areProbabilities(values: Float32Array): boolean {
  const sum = values.reduce((total, value) => total + value, 0)
  return values.every((value) => value >= 0) && Math.abs(sum - 1) < SUM_TOLERANCE
}

/** The first image's outputs as float32. Newer Node.js versions receive float16 as numbers, older ones as bits. */
export function firstRow({ data, type }: Tensor, width: number): Float32Array {
  const row = (data as Float32Array | Uint16Array | Float64Array).subarray(0, width)
  if (type === 'float32') return row as Float32Array
  if (type === 'float64') return Float32Array.from(row)
  if (type === 'float16') return Float32Array.from(row, row instanceof Uint16Array ? fromFloat16 : Number)
  throw new Error(`the output type is ${type}, but only float32, float16 and float64 are supported`)
}

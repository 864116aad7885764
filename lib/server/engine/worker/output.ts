import type { Tensor } from 'onnxruntime-node'
import { fromHalf } from '../../image/half'

/** How far a sum of probabilities may be from one: half precision over a thousand classes. */
const SUM_TOLERANCE = 5e-3
/** A probability of nothing, whose logarithm is still a number. */
const SMALLEST = 1e-30

/**
 * Makes the function that reads a model's output as logits [classes]. Whether the output is logits or already
 * probabilities is decided on two probes: probabilities are never negative and sum to one.
 *
 * @param probes outputs of two different pictures
 * @throws Error saying in one line why the output is not a classifier's
 */
export function outputReader(probes: readonly Tensor[], classes: number): (output: Tensor) => Float32Array {
  for (const probe of probes) {
    const each = probe.size / (probe.dims[0] ?? 1)
    if (each !== classes) throw new Error(`the model has ${each} outputs but ${classes} labels`)
  }
  const probabilities = probes.every((probe) => {
    const values = firstRow(probe, classes)
    const sum = values.reduce((total, value) => total + value, 0)
    return values.every((value) => value >= 0) && Math.abs(sum - 1) < SUM_TOLERANCE
  })
  if (!probabilities) return (output) => firstRow(output, classes)
  // The softmax of these logarithms gives the probabilities back.
  return (output) => firstRow(output, classes).map((value) => Math.log(Math.max(value, SMALLEST)))
}

/** The first picture's outputs as float32. Newer Nodes get half precision as numbers, older ones as bits. */
function firstRow({ data, type }: Tensor, classes: number): Float32Array {
  const row = (data as Float32Array | Uint16Array).subarray(0, classes)
  if (type === 'float32') return row as Float32Array
  if (type === 'float16') return Float32Array.from(row, row instanceof Uint16Array ? fromHalf : Number)
  throw new Error(`the output is of type ${type}, not float32 or float16`)
}

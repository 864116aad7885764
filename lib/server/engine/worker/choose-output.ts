import type { Tensor } from 'onnxruntime-node'
import { fits, widthOf } from './output-reader'

/** The name that exporters of Hugging Face's models give. */
const DEFAULT_NAME = 'logits'

/**
 * The output with the scores: the one that was asked for, else the only one with a number a label, else the one called `logits`.
 *
 * @param outputs of one run, by their names
 * @throws Error naming the outputs where none fits, or where several do
 */
export function chooseOutput(outputs: Record<string, Tensor>, classes: number, requested: string | null): string {
  const described = Object.entries(outputs).map(([name, { dims }]) => `${name} [${dims.join(', ')}]`)
  const labels = `${classes} ${classes === 1 ? 'label' : 'labels'}`
  if (requested !== null) {
    const output = outputs[requested]
    if (output === undefined)
      throw new Error(`the model has no numeric output named ${requested}. Its outputs: ${described.join(', ')}`)
    if (fits(widthOf(output), classes)) return requested
    throw new Error(`the output ${requested} has ${widthOf(output)} values, but there are ${labels}`)
  }
  const fitting = Object.keys(outputs).filter((name) => fits(widthOf(outputs[name] as Tensor), classes))
  // A number a label is better than one for two of them.
  const exact = fitting.filter((name) => widthOf(outputs[name] as Tensor) === classes)
  const candidates = exact.length > 0 ? exact : fitting
  const [only] = candidates
  if (only === undefined) {
    if (described.length === 0) throw new Error('the model has no numeric output')
    throw new Error(
      `no output of the model has one value for each of the ${labels}. Its outputs: ${described.join(', ')}`,
    )
  }
  if (candidates.length === 1) return only
  if (candidates.includes(DEFAULT_NAME)) return DEFAULT_NAME
  throw new Error(
    `several outputs of the model could be the scores for the ${labels}: ${candidates.join(', ')}. Choose one with --output, or with "output" under "vision" in config.json`,
  )
}

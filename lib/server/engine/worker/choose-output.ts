import type { Tensor } from 'onnxruntime-node'
import { fits, widthOf } from './output-reader'

type Shape = Pick<Tensor, 'dims' | 'size'>

/** The output name used by Hugging Face exporters. */
const DEFAULT_NAME = 'logits'

const ONE_MORE =
  '. If its first value is for photos of none of the labels, add it with --background 0, or set "background": 0 under "vision" in config.json'

/**
 * Selects the output with the scores: the requested one, else the only one with a value per label, else the one named
 * `logits`.
 *
 * @param outputs outputs of one run, or their shapes, by name
 * @throws Error listing the outputs if none fits or several do
 */
export function chooseOutput(outputs: Record<string, Shape>, classes: number, requested: string | null): string {
  const described = Object.entries(outputs).map(([name, { dims }]) => `${name} [${dims.join(', ')}]`)
  const labels = `${classes} ${classes === 1 ? 'label' : 'labels'}`
  if (requested !== null) {
    const output = outputs[requested]
    if (output === undefined)
      throw new Error(`the model has no numeric output named ${requested}. Its outputs: ${described.join(', ')}`)
    if (fits(widthOf(output), classes)) return requested
    throw new Error(`the output ${requested} has ${widthOf(output)} values, but there are ${labels}`)
  }
  const fitting = Object.keys(outputs).filter((name) => fits(widthOf(outputs[name] as Shape), classes))
  // An output with one value per label is better than a single value for two labels.
  const exact = fitting.filter((name) => widthOf(outputs[name] as Shape) === classes)
  const candidates = exact.length > 0 ? exact : fitting
  const [only] = candidates
  if (only === undefined) {
    if (described.length === 0) throw new Error('the model has no numeric output')
    const hasOneMore = Object.values(outputs).some((output) => widthOf(output) === classes + 1)
    throw new Error(
      `no output of the model has one value for each of the ${labels}. Its outputs: ${described.join(', ')}${hasOneMore ? ONE_MORE : ''}`,
    )
  }
  if (candidates.length === 1) return only
  if (candidates.includes(DEFAULT_NAME)) return DEFAULT_NAME
  throw new Error(
    `several outputs of the model could be the scores for the ${labels}: ${candidates.join(', ')}. Choose one with --output, or with "output" under "vision" in config.json`,
  )
}

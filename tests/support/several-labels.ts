import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { headsOnnx } from './onnx'

/**
 * A model whose labels are colors, of which several may apply: its log-odds are the means of the channels times these
 * weights, so that they can be computed by hand. Yellow is 4, 4, −8, 0.
 */
export const SEVERAL_WEIGHTS = [
  [0.04, -0.02, -0.02, 0.01],
  [-0.02, 0.04, -0.02, -0.01],
  [-0.02, -0.02, 0.04, 0],
] as const
export const SEVERAL_LABELS = ['red', 'green', 'blue', 'warm'] as const

/** Unchanged pixels, squashed to 8 × 8. */
export const EIGHT = { size: { height: 8, width: 8 }, do_rescale: false, do_normalize: false }

interface SeveralModel {
  config?: object
  /** Of the output, after the weights. */
  ops?: readonly string[]
  labels?: readonly string[]
  weights?: readonly (readonly number[])[]
}

/** Writes a model folder. */
export function writeSeveral(root: string, id: string, { config, ops = [], labels, weights }: SeveralModel = {}): void {
  const folder = join(root, id)
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  const id2label = Object.fromEntries((labels ?? SEVERAL_LABELS).entries())
  const json = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value))
  writeFileSync(
    join(folder, 'onnx', 'model.onnx'),
    headsOnnx([{ name: 'y', weights: weights ?? SEVERAL_WEIGHTS, ops }]),
  )
  json('config.json', { id2label, problem_type: 'multi_label_classification', ...config })
  json('preprocessor_config.json', EIGHT)
}

/** A photo of one color. */
export async function plain(r: number, g: number, b: number): Promise<Uint8Array<ArrayBuffer>> {
  const image = sharp({ create: { width: 40, height: 20, channels: 3, background: { r, g, b } } })
  return new Uint8Array(await image.png().toBuffer())
}

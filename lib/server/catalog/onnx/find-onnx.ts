import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Names used by exporters, best first: as published, then smaller variants. */
const ONNX_NAMES = ['model', 'model_quantized', 'model_int8', 'model_uint8', 'model_fp16']
const ONNX_FOLDERS = ['onnx', '.']

/** The graphs of a model folder, relative to it. */
export interface Graphs {
  /** The graph that takes photos. */
  image: string
  /** Set for a model of photos and texts, such as CLIP: the graph that takes texts. */
  text: string | null
}

/**
 * The best of the files with names that exporters use; undefined if there is none.
 *
 * @param prefix `vision_` or `text_` for one side of a model of photos and texts
 */
export function bestOnnx(files: readonly string[], prefix: '' | 'vision_' | 'text_'): string | undefined {
  const known = ONNX_FOLDERS.flatMap((place) => ONNX_NAMES.map((name) => join(place, `${prefix}${name}.onnx`)))
  return known.find((name) => files.includes(name))
}

/** Both graphs of a model of photos and texts, as transformers.js names them; null if they aren't there. */
export function textImageGraphs(files: readonly string[]): { image: string; text: string } | null {
  const [image, text] = [bestOnnx(files, 'vision_'), bestOnnx(files, 'text_')]
  return image === undefined || text === undefined ? null : { image, text }
}

/**
 * The graphs of a model folder: both sides of a model of photos and texts; else `onnx/model.onnx` or another name used
 * by exporters, in `onnx/` or next to `config.json`; otherwise the only `.onnx` file. Undefined if there is none.
 *
 * @throws Error if there are several and none has a known name
 */
export async function findGraphs(folder: string): Promise<Graphs | undefined> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.onnx'))
  const both = textImageGraphs(files)
  if (both !== null) return both
  const best = bestOnnx(files, '')
  if (best === undefined && files.length > 1) {
    throw new Error(`there are several ONNX files, and none is named model.onnx: ${files.join(', ')}`)
  }
  const image = best ?? files[0]
  return image === undefined ? undefined : { image, text: null }
}

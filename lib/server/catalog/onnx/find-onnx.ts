import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Names used by exporters, best first: as published, then smaller variants. */
export const ONNX_NAMES = ['model', 'model_quantized', 'model_int8', 'model_uint8', 'model_fp16']
export const ONNX_FOLDERS = ['onnx', '.']

/**
 * The ONNX file of a model folder, relative to it: `onnx/model.onnx` or another name used by exporters, in `onnx/` or
 * next to `config.json`; otherwise the only `.onnx` file. Undefined if there is none.
 *
 * @throws Error if there are several and none has a known name
 */
export async function findOnnx(folder: string): Promise<string | undefined> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.onnx'))
  const known = ONNX_FOLDERS.flatMap((place) => ONNX_NAMES.map((name) => join(place, `${name}.onnx`)))
  const best = known.find((name) => files.includes(name))
  if (best === undefined && files.length > 1) {
    throw new Error(`there are several ONNX files, and none is named model.onnx: ${files.join(', ')}`)
  }
  return best ?? files[0]
}

import { type ElementType, type Field, message, type Shape, valueInfo } from './onnx'

/** Writes graphs of any operators, for tests of how models are read. Field numbers are those of onnx.proto3. */

const ML = 'ai.onnx.ml'
const DATA = { float32: 1, uint8: 2, int8: 3, float16: 10 } as const
const EXTERNAL = 1

/** A weight, with its data in a file next to the model if named. */
export interface Weight {
  name: string
  dims: number[]
  type?: keyof typeof DATA
  values: ArrayLike<number>
  file?: string
}

/** A node. Attributes are integers, floats (`[0.5, 'float']`), strings, and lists of integers, floats or strings. */
export type Layer = [op: string, inputs: string[], output: string | string[], attributes?: Record<string, Attribute>]
type Attribute = number | string | readonly (number | string)[] | { floats: readonly number[] }

export function bytesOf({ type = 'float32', values }: Pick<Weight, 'type' | 'values'>): Buffer {
  const array = type === 'float32' ? Float32Array.from(values) : Int8Array.from(values)
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}

function weightField(weight: Weight): Field {
  const { name, dims, type = 'float32', file } = weight
  const entry = (key: string, value: string): Field => [13, message([1, key], [2, value])]
  const data: Field[] = file ? [entry('location', file), [14, EXTERNAL]] : [[9, bytesOf(weight)]]
  return [5, message(...dims.map((side): Field => [1, side]), [2, DATA[type]], [8, name], ...data)]
}

function attribute(name: string, value: Attribute): Field {
  const [INT, STRING, FLOATS, INTS, STRINGS] = [2, 3, 6, 7, 8]
  if (typeof value === 'number') return [5, message([1, name], [3, value], [20, INT])]
  if (typeof value === 'string') return [5, message([1, name], [4, value], [20, STRING])]
  if ('floats' in value) return [5, message([1, name], [7, bytesOf({ values: value.floats })], [20, FLOATS])]
  const strings = typeof value[0] === 'string'
  const items = value.map((item): Field => [strings ? 9 : 8, item])
  return [5, message([1, name], ...items, [20, strings ? STRINGS : INTS])]
}

function layerField([op, inputs, output, attributes = {}]: Layer): Field {
  const domain: Field[] = op.startsWith('TreeEnsemble') ? [[7, ML]] : []
  const fields = Object.entries(attributes).map(([name, value]) => attribute(name, value))
  const outputs = [output].flat().map((name): Field => [2, name])
  return [1, message(...inputs.map((name): Field => [1, name]), ...outputs, [4, op], ...fields, ...domain)]
}

/** A model from the input `x` to one output with four scores. */
export function layersOnnx(
  layers: readonly Layer[],
  weights: readonly Weight[],
  { output = 'y', type = 'float32' as ElementType, shape = [1, 3, 8, 8] as Shape, width = 4 } = {},
): Buffer {
  const graph = message(
    ...layers.map(layerField),
    [2, 'layers'],
    ...weights.map(weightField),
    [11, valueInfo('x', type, shape)],
    [12, valueInfo(output, type, [shape[0] ?? 1, width])],
  )
  return message([1, 8], [7, graph], [8, message([2, 17])], [8, message([1, ML], [2, 3])])
}

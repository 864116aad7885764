import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes small ONNX models for tests: just enough of the protobuf format, by onnx.proto3's field numbers. Every model
 * computes the mean of each channel and multiplies it by a matrix [3 × 4], so that results can be verified by hand.
 */

export type Field = [number: number, value: number | string | Buffer]

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}

export function message(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)])
      const bytes = Buffer.from(value as string)
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
    }),
  )
}

const TYPES = { float32: 1, uint8: 2, float16: 10 } as const
export type ElementType = keyof typeof TYPES
/** A number is a fixed dimension, a string a dynamic one. */
export type Shape = readonly (number | string)[]

export function valueInfo(name: string, type: ElementType, shape: Shape): Buffer {
  const sides = shape.map((side): Field => [1, typeof side === 'number' ? message([1, side]) : message([2, side])])
  return message([1, name], [2, message([1, message([1, TYPES[type]], [2, message(...sides)])])])
}

const INTEGERS = 7
const INTEGER = 2

function node(
  op: string,
  inputs: string[],
  output: string,
  attributes: Record<string, number | number[]> = {},
): Buffer {
  const list = Object.entries(attributes).map(([name, value]): Field => {
    const values = Array.isArray(value) ? value.map((one): Field => [8, one]) : [[3, value] as Field]
    return [5, message([1, name], ...values, [20, Array.isArray(value) ? INTEGERS : INTEGER])]
  })
  return message(...inputs.map((name): Field => [1, name]), [2, output], [4, op], ...list)
}

const EXTERNAL = 1

/** A tensor with inline data, or with data in a file next to the model. */
function floats(name: string, dims: number[], values: number[], file?: string): Buffer {
  const raw = Buffer.from(Float32Array.from(values).buffer)
  const entry = (key: string, value: string): Field => [13, message([1, key], [2, value])]
  const data: Field[] = file
    ? [entry('location', file), entry('offset', '0'), entry('length', String(raw.length)), [14, EXTERNAL]]
    : [[9, raw]]
  return message(...dims.map((side): Field => [1, side]), [2, TYPES.float32], [8, name], ...data)
}

export const WEIGHTS = [4, 0, 0, 1, 0, 4, 0, 1, 0, 0, 4, 1]

export interface TinyModel {
  type: ElementType
  layout: 'nchw' | 'nhwc'
  shape: Shape
  output: 'logits' | 'probabilities'
  /** More than one makes an unsupported model. */
  inputs?: number
  /** Stores the weights in this file. */
  external?: string
  /** Number of labels; those after the fourth repeat the weights. */
  classes?: number
}

/** The bytes of a model: channel means × WEIGHTS, as logits or after a softmax. */
export function tinyOnnx({ type, layout, shape, output, inputs = 1, external, classes = 4 }: TinyModel): Buffer {
  const weights = Array.from(
    { length: 3 * classes },
    (_, i) => WEIGHTS[4 * Math.floor(i / classes) + ((i % classes) % 4)] ?? 0,
  )
  const nodes = [node('Cast', ['x'], 'float', { to: TYPES.float32 })]
  nodes.push(
    layout === 'nhwc'
      ? node('Transpose', ['float'], 'planes', { perm: [0, 3, 1, 2] })
      : node('Identity', ['float'], 'planes'),
    node('GlobalAveragePool', ['planes'], 'pool'),
    node('Flatten', ['pool'], 'means', { axis: 1 }),
    node('MatMul', ['means', 'weights'], 'product'),
    output === 'probabilities'
      ? node('Softmax', ['product'], 'result', { axis: 1 })
      : node('Identity', ['product'], 'result'),
    node('Cast', ['result'], 'y', { to: TYPES[type === 'uint8' ? 'float32' : type] }),
  )
  const extra = Array.from({ length: inputs - 1 }, (_, i): Field => [11, valueInfo(`extra${i}`, 'float32', [1])])
  const graph = message(
    ...nodes.map((one): Field => [1, one]),
    [2, 'tiny'],
    [5, floats('weights', [3, classes], weights, external)],
    [11, valueInfo('x', type, shape)],
    ...extra,
    [12, valueInfo('y', type === 'uint8' ? 'float32' : type, [shape[0] ?? 1, classes])],
  )
  return message([1, 8], [7, graph], [8, message([2, 17])])
}

/** A float32 model for 8 × 8 pixels with weights in a file of this name. */
export function externalOnnx(file: string): { model: Buffer; data: Buffer } {
  const model = tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits', external: file })
  return { model, data: Buffer.from(Float32Array.from(WEIGHTS).buffer) }
}

const SLOW_SIDE = 256

/**
 * A model for 256 × 256 pixels whose run takes milliseconds times `products`: it starts with that many multiplications
 * without effect.
 */
export function slowOnnx(products: number): Buffer {
  const identity = Array.from({ length: SLOW_SIDE ** 2 }, (_, i) => (i % (SLOW_SIDE + 1) === 0 ? 1 : 0))
  const name = (i: number) => (i === 0 ? 'x' : `x${i}`)
  const graph = message(
    ...Array.from({ length: products }, (_, i): Field => [1, node('MatMul', [name(i), 'identity'], name(i + 1))]),
    [1, node('GlobalAveragePool', [name(products)], 'pool')],
    [1, node('Flatten', ['pool'], 'means', { axis: 1 })],
    [1, node('MatMul', ['means', 'weights'], 'y')],
    [2, 'slow'],
    [5, floats('identity', [SLOW_SIDE, SLOW_SIDE], identity)],
    [5, floats('weights', [3, 4], WEIGHTS)],
    [11, valueInfo('x', 'float32', [1, 3, SLOW_SIDE, SLOW_SIDE])],
    [12, valueInfo('y', 'float32', [1, 4])],
  )
  return message([1, 8], [7, graph], [8, message([2, 17])])
}

/** The preprocessing of a `slowOnnx`. */
export const SLOW_PREPROCESSOR = { do_resize: true, size: { height: SLOW_SIDE, width: SLOW_SIDE }, do_normalize: false }

/** Writes a model folder in the Hugging Face layout with the given number of labels. */
export function writeModelFolder(folder: string, id: string, model: Buffer, preprocessor: object, classes = 4): void {
  mkdirSync(join(folder, id, 'onnx'), { recursive: true })
  writeFileSync(join(folder, id, 'onnx', 'model.onnx'), model)
  const names = ['red', 'green', 'blue', 'grey']
  const id2label = Object.fromEntries(Array.from({ length: classes }, (_, i) => [i, names[i] ?? `label ${i}`]))
  writeFileSync(join(folder, id, 'config.json'), JSON.stringify({ id2label }))
  writeFileSync(join(folder, id, 'preprocessor_config.json'), JSON.stringify(preprocessor))
}

/** An output: the means times these columns, followed by these operations. */
export interface Head {
  name: string
  /** One row per channel, one column per score. */
  weights: readonly (readonly number[])[]
  /** Operation names; `Cast:16` includes the target type. */
  ops?: readonly string[]
  /** Labels of a following ZipMap, as Azure Custom Vision writes; the output is then a list. */
  zipMap?: readonly string[]
}

const ML = 'ai.onnx.ml'

/**
 * A float32 model for `side` × `side` pixels and 1 or 3 channels, with arbitrary outputs. Weights may be in a file
 * next to the model.
 */
export function headsOnnx(
  heads: readonly Head[],
  { side = 8, channels = 3, external = '', metadata = {}, ir = 8, opset = 17 } = {},
): Buffer {
  const nodes = [node('GlobalAveragePool', ['x'], 'pool'), node('Flatten', ['pool'], 'means', { axis: 1 })]
  const weights: Buffer[] = []
  const outputs: Buffer[] = []
  for (const { name, weights: rows, ops = [], zipMap } of heads) {
    const width = rows[0]?.length ?? 0
    weights.push(floats(`${name}.weights`, [channels, width], rows.flat(), external || undefined))
    nodes.push(node('MatMul', ['means', `${name}.weights`], `${name}.0`))
    for (const [i, text] of ops.entries()) {
      const [op = '', to] = text.split(':')
      nodes.push(node(op, [`${name}.${i}`], `${name}.${i + 1}`, to === undefined ? {} : { to: Number(to) }))
    }
    const last = `${name}.${ops.length}`
    nodes.push(zipMap ? listNode(last, name, zipMap) : node('Identity', [last], name))
    outputs.push(zipMap ? message([1, name], [2, LIST_TYPE]) : valueInfo(name, 'float32', [1, width]))
  }
  const graph = message(
    ...nodes.map((one): Field => [1, one]),
    [2, 'heads'],
    ...weights.map((one): Field => [5, one]),
    [11, valueInfo('x', 'float32', [1, channels, side, side])],
    ...outputs.map((one): Field => [12, one]),
  )
  const told = Object.entries(metadata).map(([key, value]): Field => [14, message([1, key], [2, value as string])])
  return message([1, ir], [7, graph], [8, message([2, opset])], [8, message([1, ML], [2, 3])], ...told)
}

/** sequence(map(string, float)) */
const LIST_TYPE = message([4, message([1, message([5, message([1, 8], [2, message([1, message([1, 1])])])])])])

function listNode(input: string, output: string, labels: readonly string[]): Buffer {
  const attribute = message([1, 'classlabels_strings'], ...labels.map((label): Field => [9, label]), [20, 8])
  return message([1, input], [2, output], [4, 'ZipMap'], [5, attribute], [7, ML])
}

/**
 * Writes a folder of tiny models like that of the bundled ones, for servers whose labels don't matter.
 *
 * @param ids the model of each type
 */
export function writeCatalog(folder: string, ids: Record<string, string>, byDefault = 'balanced', classes = 9): void {
  const types = Object.fromEntries(
    Object.entries(ids).map(([type, id]) => {
      const model = writeTinyModel(folder, id, classes)
      return [type, { id, sha256: createHash('sha256').update(model).digest('hex'), bytes: model.length }]
    }),
  )
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify({ default: byDefault, types }))
}

/** Writes a model folder that takes no time to load or to run. Returns the bytes of its graph. */
export function writeTinyModel(folder: string, id: string, classes = 9): Buffer {
  const preprocessor = { do_resize: true, size: { height: 8, width: 8 }, do_rescale: true, do_normalize: false }
  const model = tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits', classes })
  writeModelFolder(folder, id, model, preprocessor, classes)
  return model
}

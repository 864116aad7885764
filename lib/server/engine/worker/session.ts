import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { decode } from '../../image/decode'
import { type TensorData, toTensor } from '../../image/tensor'
import type { WorkerModel } from '../protocol'
import { type InputFormat, inputFormat } from './input-format'
import { outputReader } from './output'

// Where a Float16Array exists, onnxruntime-common makes one of float16 data, and onnxruntime-node 1.30 reads zero bytes from
// it. Without it both agree on a Uint16Array of the bits. This process is a worker's and nothing else here wants it.
Reflect.deleteProperty(globalThis, 'Float16Array')

/** A model in memory, with its input and output understood. */
export interface LoadedModel {
  spec: WorkerModel
  input: InputFormat
  /** RGB uint8 [height × width × 3] as the model's input. */
  prepare(pixels: Uint8Array): TensorData
  /** Runs one prepared picture to logits [classes]. */
  run(tensor: TensorData): Promise<Float32Array>
}

/**
 * Largest difference of a logit that another CPU may show in the self-test. Rounding differs by hundredths; a
 * CPU that saturates INT8 sums is off by whole units (measured: 3.6).
 */
const SELF_TEST_TOLERANCE = 0.5

/**
 * Loads a model and proves it on its golden picture.
 *
 * @throws Error saying in one line what is wrong with the model or with this machine
 */
export async function loadModel(spec: WorkerModel, maxPixels: number): Promise<LoadedModel> {
  const session = await InferenceSession.create(spec.file, {
    // One photo, one core: more photos run in more workers, which scales better than threads within a run.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  })
  const input = inputFormat(session.inputMetadata, spec.preprocessor)
  const [output] = session.outputNames
  if (output === undefined) throw new Error('the model has no output')
  const prepare = (pixels: Uint8Array) => toTensor(pixels, input, spec.preprocessor)
  async function raw(tensor: TensorData): Promise<Tensor> {
    const result = await session.run({ [input.name]: new Tensor(input.type, input.fill(tensor), input.dims) })
    return result[output as string] as Tensor
  }
  const pixels = await goldenPixels(spec, input, maxPixels)
  // Two probes tell whether the outputs are logits or probabilities; names do not.
  const read = outputReader([await raw(prepare(pixels)), await raw(prepare(noise(pixels.length)))], spec.classes)
  const model = { spec, input, prepare, run: async (tensor: TensorData) => read(await raw(tensor)) }
  if (spec.selfTest) compare(await model.run(prepare(pixels)), spec.selfTest.logits)
  return model
}

/** The golden picture prepared for the model where there is one, else a grey one. */
async function goldenPixels(spec: WorkerModel, { width, height }: InputFormat, maxPixels: number): Promise<Uint8Array> {
  if (!spec.selfTest) return new Uint8Array(width * height * 3).fill(127)
  const decoded = await decode(await readFile(spec.selfTest.picture), spec.preprocessor, maxPixels)
  if (decoded.width !== width || decoded.height !== height) {
    const made = `${decoded.width} × ${decoded.height}`
    throw new Error(`preprocessor_config.json makes ${made} pixels, but the model takes ${width} × ${height}`)
  }
  return decoded.pixels
}

/** The same noise every time. */
function noise(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

function compare(logits: Float32Array, expected: readonly number[]): void {
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (logits[index] ?? Number.NaN))))
  if (worst <= SELF_TEST_TOLERANCE) return
  throw new Error(
    `the self-test went wrong on this machine: a logit is off by ${worst.toFixed(2)} (allowed: ${SELF_TEST_TOLERANCE})`,
  )
}

import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { decode } from '../../image/decode'
import { type TensorFormat, toTensor } from '../../image/tensor'
import type { WorkerModel } from '../protocol'

/** A model in memory, with its input and output understood. */
export interface LoadedModel {
  spec: WorkerModel
  width: number
  height: number
  /** Runs one prepared picture: [height × width × 3] RGB uint8 to logits [classes]. */
  run(pixels: Uint8Array): Promise<Float32Array>
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
  const input = inputFormat(session)
  const output = session.outputNames[0]
  if (output === undefined) throw new Error('the model has no output')
  const model: LoadedModel = {
    spec,
    width: input.width,
    height: input.height,
    async run(pixels) {
      const data = toTensor(pixels, input, spec.preprocessor.normalisation)
      const tensor = new Tensor(input.type, data, input.dims)
      const result = (await session.run({ [input.name]: tensor }))[output]
      return result?.data as Float32Array
    },
  }
  await prove(model, maxPixels)
  return model
}

interface InputFormat extends TensorFormat {
  name: string
  width: number
  height: number
  dims: number[]
}

function inputFormat(session: InferenceSession): InputFormat {
  const [input, ...others] = session.inputMetadata
  if (input === undefined || others.length > 0) throw new Error(`the model has ${others.length + 1} inputs, not 1`)
  if (!input.isTensor || (input.type !== 'uint8' && input.type !== 'float32')) {
    throw new Error(`the input ${input.name} is not a uint8 or float32 tensor`)
  }
  const [, a, b, c] = input.shape.map(Number)
  const layout = c === 3 ? 'nhwc' : 'nchw'
  const [height, width] = layout === 'nhwc' ? [a, b] : [b, c]
  const channels = layout === 'nhwc' ? c : a
  if (input.shape.length !== 4 || channels !== 3 || !width || !height) {
    throw new Error(`the input ${input.name} has the shape [${input.shape.join(', ')}], not a picture's`)
  }
  const dims = layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width]
  return { name: input.name, type: input.type, layout, width, height, dims }
}

/** Runs the golden picture where there is one, else an empty one; both warm the session up. */
async function prove(model: LoadedModel, maxPixels: number): Promise<void> {
  const { selfTest, classes } = model.spec
  const pixels = selfTest
    ? (await decode(await readFile(selfTest.picture), model.spec.preprocessor, maxPixels)).pixels
    : new Uint8Array(model.width * model.height * 3)
  if (pixels.length !== model.width * model.height * 3) {
    throw new Error(
      `preprocessor_config.json gives other pixels than the ${model.width} × ${model.height} of the model`,
    )
  }
  const logits = await model.run(pixels)
  if (logits.length !== classes) throw new Error(`the model has ${logits.length} outputs but ${classes} labels`)
  if (selfTest) compare(logits, selfTest.logits)
}

function compare(logits: Float32Array, expected: readonly number[]): void {
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (logits[index] ?? Number.NaN))))
  if (worst <= SELF_TEST_TOLERANCE) return
  throw new Error(
    `the self-test went wrong on this machine: a logit is off by ${worst.toFixed(2)} (allowed: ${SELF_TEST_TOLERANCE})`,
  )
}

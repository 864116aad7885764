import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { Problem } from '@/lib/shared/problems/problem'
import { declareOutput } from '../../catalog/onnx/declare-output'
import { type OnnxGraph, readOnnxGraph } from '../../catalog/onnx/read-graph'
import { type TensorData, toTensor } from '../../image/tensor'
import type { WorkerModel } from '../protocol'
import { activationOf, zipMapOf } from './activation'
import { chooseOutput } from './choose-output'
import { type InputFormat, inputFormat } from './input-format'
import { outputReader, type Scores } from './output-reader'
import { adaptToChannels, prepareProbes } from './probe-inputs'
import { explainRuntimeError } from './runtime-error'

// Where a Float16Array exists, onnxruntime-common makes one of float16 data, and onnxruntime-node 1.30 reads zero bytes from
// it. Without it both agree on a Uint16Array of the bits. This process is a worker's and nothing else here wants it.
Reflect.deleteProperty(globalThis, 'Float16Array')

/** A model in memory, with its input and output understood. */
export interface LoadedModel {
  spec: WorkerModel
  input: InputFormat
  /** The output that is read, and what its numbers are. */
  output: { name: string; scores: Scores }
  /** How long a run took while it was loaded, warm where there were two. */
  runMs: number
  /** RGB uint8 [height × width × 3] as the model's input. */
  prepare(pixels: Uint8Array): TensorData
  /** Runs one prepared picture to logits [classes]. */
  run(tensor: TensorData): Promise<Float32Array>
  /** Gives its memory back; nothing may run in it. */
  release(): Promise<void>
}

/**
 * Largest difference of a logit that another CPU may show in the self-test. Rounding differs by hundredths; a
 * CPU that saturates INT8 sums is off by whole units (measured: 3.6).
 */
const SELF_TEST_TOLERANCE = 0.5

const SESSION: InferenceSession.SessionOptions = {
  // One photo, one core: more photos run in more workers, which scales better than threads within a run.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
}
const PROBES = 2
/** Types of an output that may be scores. */
const SCORE_TYPES = new Set(['float32', 'float16', 'float64'])

/**
 * Loads a model and proves it on pictures that go the way of every photo, on its golden one where it has one.
 *
 * @throws Error saying in one line what is wrong with the model or with this machine
 */
export async function loadModel(requested: WorkerModel, maxPixels: number): Promise<LoadedModel> {
  const graph = readOnnxGraph(requested.file, basename(requested.file))
  const session = await openSession(requested.file, graph)
  const input = inputFormat(session.inputMetadata, requested.preprocessor)
  const spec = { ...requested, preprocessor: adaptToChannels(requested.preprocessor, input) }
  const prepare = (pixels: Uint8Array) => toTensor(pixels, input, spec.preprocessor)
  const feed = (tensor: TensorData) => ({ [input.name]: new Tensor(input.type, input.fill(tensor), input.dims) })
  const inputs = await prepareProbes(spec, spec.preprocessor, input, maxPixels)
  const scoreOutputs = session.outputMetadata.flatMap((each) =>
    each.isTensor && SCORE_TYPES.has(each.type) ? each.name : [],
  )
  if (scoreOutputs.length === 0) throw new Error('the model has no numeric output')
  const probes: InferenceSession.ReturnType[] = []
  // All were prepared; two runs tell what the outputs are.
  let runMs = 0
  for (const pixels of inputs.slice(0, PROBES)) {
    const startedAt = performance.now()
    probes.push(
      await session.run(feed(prepare(pixels)), scoreOutputs).catch((error: Error) => {
        throw new Error(explainRuntimeError(error, input), { cause: error })
      }),
    )
    runMs = performance.now() - startedAt
  }
  const name = chooseOutput(probes[0] as Record<string, Tensor>, spec.classes, spec.output)
  const tensors = probes.map((probe) => probe[name] as Tensor)
  const { scores, read } = outputReader(tensors, spec.classes, activationOf(graph, name))
  async function run(tensor: TensorData): Promise<Float32Array> {
    const result = await session.run(feed(tensor), [name]).catch((error: Error) => {
      throw new Problem('model_failed', `The model failed on this photo: ${explainRuntimeError(error)}.`, {
        cause: error,
      })
    })
    return read(result[name] as Tensor)
  }
  if (spec.selfTest) checkSelfTest(read(tensors[0] as Tensor), spec.selfTest.logits)
  return { spec, input, output: { name, scores }, runMs, prepare, run, release: () => session.release() }
}

/** A session; of a model whose output is a list (ZipMap) one that gives the tensor behind it as well. */
async function openSession(file: string, graph: OnnxGraph): Promise<InferenceSession> {
  const zipMap = zipMapOf(graph)
  try {
    return zipMap === null
      ? await InferenceSession.create(file, SESSION)
      : await InferenceSession.create(declareOutput(await readFile(file), zipMap.tensor), SESSION)
  } catch (error) {
    throw new Error(explainRuntimeError(error as Error), { cause: error })
  }
}

function checkSelfTest(logits: Float32Array, expected: readonly number[]): void {
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (logits[index] ?? Number.NaN))))
  if (worst <= SELF_TEST_TOLERANCE) return
  throw new Error(
    `the self-test failed on this machine: a logit is off by ${worst.toFixed(2)} (allowed: ${SELF_TEST_TOLERANCE})`,
  )
}

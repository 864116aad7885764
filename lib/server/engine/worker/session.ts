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

// If Float16Array exists, onnxruntime-common uses it for float16 data, and onnxruntime-node 1.30 then reads zero bytes.
// Without it, both agree on a Uint16Array of the bits. This is a worker process, and nothing else in it needs
// Float16Array.
Reflect.deleteProperty(globalThis, 'Float16Array')

/** A loaded model whose input and output formats are known. */
export interface LoadedModel {
  spec: WorkerModel
  input: InputFormat
  /** The output that is read, and the kind of values it has. */
  output: { name: string; scores: Scores }
  /** Duration of a run during loading; of the second, warm run if there were two. */
  runMs: number
  /** Converts RGB uint8 [height × width × 3] to the model's input. */
  prepare(pixels: Uint8Array): TensorData
  /** Runs one prepared image to logits [classes]. */
  run(tensor: TensorData): Promise<Float32Array>
  /** Releases its memory. No run may be in progress. */
  release(): Promise<void>
}

/**
 * The largest logit difference that another CPU may show in the self-test. Rounding differs by hundredths; a CPU that
 * saturates INT8 sums is off by whole units (measured: 3.6).
 */
const SELF_TEST_TOLERANCE = 0.5

const SESSION: InferenceSession.SessionOptions = {
  // One photo per core: running more workers scales better than more threads per run.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
}
const PROBES = 2
/** Element types of outputs that may hold scores. */
const SCORE_TYPES = new Set(['float32', 'float16', 'float64'])

/**
 * Loads a model and tests it on images that take the normal request path, including its self-test image if it has one.
 *
 * @throws Error with a one-line reason why the model or this machine fails
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
  // All inputs were prepared; two runs are enough to identify the outputs.
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

/** Opens a session. If the model's output is a list (ZipMap), the tensor behind it becomes an output as well. */
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

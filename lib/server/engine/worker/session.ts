import { basename } from 'node:path'
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { type TensorData, toTensor } from '@/lib/shared/image/tensor'
import { kindScores } from '@/lib/shared/inference/kind-scores'
import type { ScoreKind } from '@/lib/shared/inference/read-logits'
import { Problem } from '@/lib/shared/problems/problem'
import { type OnnxGraph, readOnnxGraph } from '../../catalog/onnx/read-graph'
import { noEmbedding } from '../embedding'
import type { EmbeddingTensor, WorkerModel } from '../protocol'
import type { Provider } from '../provider'
import { activationOf } from './activation'
import { chooseOutput } from './choose-output'
import { type EmbeddingReader, embeddingReader } from './embedding-reader'
import { type InputFormat, inputFormat } from './input-format'
import { type OpenedSession, openSession } from './open-session'
import { outputReader } from './output-reader'
import { adaptToChannels, prepareProbes } from './probe-inputs'
import { explainRuntimeError } from './runtime-error'
import type { TextEncoder } from './text-encoder'

// If Float16Array exists, onnxruntime-common uses it for float16 data, and onnxruntime-node 1.30 then reads zero bytes.
// Without it, both agree on a Uint16Array of the bits. This is a worker process, and nothing else in it needs
// Float16Array.
Reflect.deleteProperty(globalThis, 'Float16Array')

export interface LoadOptions {
  maxPixels: number
  provider: Provider
}

/** A loaded model whose input and output formats are known. */
export interface LoadedModel {
  spec: WorkerModel
  input: InputFormat
  /** The output that is read, and the kind of values it has. */
  output: { name: string; scores: ScoreKind | 'embedding' }
  /** Duration of a run during loading; of the second, warm run if there were two. */
  runMs: number
  /** Converts RGB uint8 [height × width × 3] to the model's input. */
  prepare(pixels: Uint8Array): TensorData
  /** Runs one prepared image to logits [classes]. */
  run(tensor: TensorData): Promise<Float32Array>
  /** The tensor that holds the embedding; null if there is none. */
  embeddingSource: EmbeddingTensor | null
  /** The length of its embeddings and the number of kinds, or in one line why it has none. */
  embedding: { dimensions: number; kinds: number } | string
  /**
   * Runs one prepared image to its embedding [dimensions], the scores of kinds [kinds] if the model knows any, and if requested
   * logits [classes], all in one run.
   *
   * @throws Problem `invalid_parameter` if the model has no embedding
   */
  features(
    tensor: TensorData,
    withLogits: boolean,
  ): Promise<{ embedding: Float32Array; kinds: Float32Array | null; logits: Float32Array | null }>
  /** Set for a model of photos and texts, which has no scores of its own. */
  text: TextEncoder | null
  /** Releases its memory. No run may be in progress. */
  release(): Promise<void>
}

/**
 * The largest logit difference that another CPU may show in the self-test. Rounding differs by hundredths; a CPU that
 * saturates INT8 sums is off by whole units (measured: 3.6).
 */
const SELF_TEST_TOLERANCE = 0.5

const PROBES = 2

/**
 * Loads a model and tests it on images that take the normal request path, including its self-test image if it has one.
 *
 * @throws Error with a one-line reason why the model or this machine fails
 */
export async function loadModel(requested: WorkerModel, { maxPixels, provider }: LoadOptions): Promise<LoadedModel> {
  const graph = readOnnxGraph(requested.file, basename(requested.file))
  const opened = await openSession(requested.file, graph, provider)
  const { session, scoreOutputs, embeddings } = opened
  const input = inputFormat(session.inputMetadata, requested.preprocessor)
  const spec = { ...requested, preprocessor: adaptToChannels(requested.preprocessor, input) }
  const prepare = (pixels: Uint8Array) => toTensor(pixels, input, spec.preprocessor)
  const feed = (tensor: TensorData) => ({ [input.name]: new Tensor(input.type, input.fill(tensor), input.dims) })
  const inputs = await prepareProbes(spec, spec.preprocessor, input, maxPixels)
  if (scoreOutputs.length === 0) throw new Error('the model has no numeric output')
  // All inputs were prepared; two runs are enough to identify the outputs.
  const feeds = inputs.slice(0, PROBES).map((pixels) => feed(prepare(pixels)))
  const { probes, runMs } = await runProbes(opened, feeds, input)
  const outputs = Object.fromEntries(scoreOutputs.map((each) => [each, probes[0]?.[each] as Tensor]))
  const name = chooseOutput(outputs, spec.classes, spec.output)
  const tensors = probes.map((probe) => probe[name] as Tensor)
  const { scores, read } = outputReader(tensors, spec.classes, activationOf(graph, name), spec.multiLabel !== null)
  const reader = embeddingReader(embeddings.get(name) ?? 'its scores have no known origin', probes)
  async function outputsOf(tensor: TensorData, names: string[]) {
    return (await session.run(feed(tensor), names).catch((error: Error) => {
      throw new Problem('model_failed', `The model failed on this photo: ${explainRuntimeError(error)}.`, {
        cause: error,
      })
    })) as Record<string, Tensor>
  }
  async function run(tensor: TensorData): Promise<Float32Array> {
    return read((await outputsOf(tensor, [name]))[name] as Tensor)
  }
  async function features(tensor: TensorData, withLogits: boolean) {
    const { kinds } = spec
    if (typeof reader === 'string') throw noEmbedding(spec.id, reader)
    const result = await outputsOf(tensor, withLogits || kinds ? [name, reader.tensor] : [reader.tensor])
    const logits = withLogits || kinds ? read(result[name] as Tensor) : null
    const embedding = reader.read(result[reader.tensor] as Tensor)
    return { embedding, kinds: kinds && logits && kindScores(logits, kinds), logits }
  }
  if (spec.selfTest) checkSelfTest(read(tensors[0] as Tensor), spec.selfTest.logits)
  const embedding =
    typeof reader === 'string' ? reader : { dimensions: reader.dimensions, kinds: spec.kinds?.length ?? 0 }
  const embeddingSource = typeof reader === 'string' ? null : embeddingTensor(reader, graph)
  return {
    spec,
    input,
    output: { name, scores },
    runMs,
    prepare,
    run,
    embedding,
    embeddingSource,
    features,
    text: null,
    release: () => session.release(),
  }
}

function embeddingTensor({ tensor: name, spatial }: EmbeddingReader, { outputs }: OnnxGraph): EmbeddingTensor {
  return { name, isOutput: outputs.includes(name), spatial }
}

/**
 * Runs test images, with all outputs that may hold scores and the embeddings behind them.
 *
 * @throws Error with a one-line reason why the model can't be run
 */
async function runProbes(
  { session, scoreOutputs, embeddings }: OpenedSession,
  feeds: InferenceSession.FeedsType[],
  input: InputFormat,
): Promise<{ probes: Record<string, Tensor>[]; runMs: number }> {
  const sources = [...embeddings.values()].flatMap((source) => (typeof source === 'string' ? [] : source.tensor))
  const fetches = [...new Set([...scoreOutputs, ...sources])]
  const probes: Record<string, Tensor>[] = []
  let runMs = 0
  for (const each of feeds) {
    const startedAt = performance.now()
    const result = await session.run(each, fetches).catch((error: Error) => {
      throw new Error(explainRuntimeError(error, input), { cause: error })
    })
    probes.push(result as Record<string, Tensor>)
    runMs = performance.now() - startedAt
  }
  return { probes, runMs }
}

function checkSelfTest(logits: Float32Array, expected: readonly number[]): void {
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - (logits[index] ?? Number.NaN))))
  if (worst <= SELF_TEST_TOLERANCE) return
  throw new Error(
    `the self-test failed on this machine: a logit is off by ${worst.toFixed(2)} (allowed: ${SELF_TEST_TOLERANCE})`,
  )
}

import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { type TensorData, toTensor } from '@/lib/shared/image/tensor'
import { Problem } from '@/lib/shared/problems/problem'
import { noLabels } from '../no-labels'
import type { WorkerModel } from '../protocol'
import type { TextSide } from '../text-side'
import { createSession } from './create-session'
import { type EmbeddingReader, embeddingReader } from './embedding-reader'
import { type InputFormat, inputFormat } from './input-format'
import { adaptToChannels, prepareProbes } from './probe-inputs'
import { explainRuntimeError } from './runtime-error'
import type { LoadedModel, LoadOptions } from './session'
import { TextEncoder } from './text-encoder'

/** The outputs that hold the embedding, in exports of both families. */
const OUTPUTS = ['image_embeds', 'pooler_output']
const PROBES = 2

/**
 * Loads the side of a text-image model that takes photos, and tests it on images that take the normal request path. Its
 * output is an embedding; scores come from comparing it with those of texts.
 *
 * @throws Error with a one-line reason why the model fails
 */
export async function loadTower(
  requested: WorkerModel,
  text: TextSide,
  { maxPixels, provider }: LoadOptions,
): Promise<LoadedModel> {
  const session = await createSession(requested.file, [], provider).catch((error: Error) => {
    throw new Error(explainRuntimeError(error), { cause: error })
  })
  const input = inputFormat(session.inputMetadata, requested.preprocessor)
  const name = OUTPUTS.find((one) => session.outputNames.includes(one))
  if (name === undefined) {
    const found = session.outputNames.join(', ')
    throw new Error(`the outputs of its vision graph are ${found}, none of them ${OUTPUTS.join(' or ')}`)
  }
  const spec = { ...requested, preprocessor: adaptToChannels(requested.preprocessor, input) }
  const prepare = (pixels: Uint8Array) => toTensor(pixels, input, spec.preprocessor)
  const feed = (tensor: TensorData) => ({ [input.name]: new Tensor(input.type, input.fill(tensor), input.dims) })
  const images = (await prepareProbes(spec, spec.preprocessor, input, maxPixels)).slice(0, PROBES)
  const { reader, runMs } = await probe(
    session,
    images.map((pixels) => feed(prepare(pixels))),
    name,
    input,
  )
  async function features(tensor: TensorData) {
    const result = await session.run(feed(tensor), [name as string]).catch((error: Error) => {
      const detail = `The model failed on this photo: ${explainRuntimeError(error)}.`
      throw new Problem('model_failed', detail, { cause: error })
    })
    return { embedding: reader.read(result[reader.tensor] as Tensor), kinds: null, logits: null }
  }
  const encoder = new TextEncoder(text, reader.dimensions)
  return {
    spec,
    input,
    output: { name, scores: 'embedding' },
    runMs,
    prepare,
    run: () => Promise.reject(noLabels(spec.id)),
    embeddingSource: { name, isOutput: true, spatial: false },
    embedding: { dimensions: reader.dimensions, kinds: 0 },
    features: async (tensor, withLogits) => (withLogits ? Promise.reject(noLabels(spec.id)) : features(tensor)),
    text: encoder,
    async release() {
      await encoder.release()
      await session.release()
    },
  }
}

async function probe(
  session: InferenceSession,
  feeds: readonly InferenceSession.FeedsType[],
  name: string,
  input: InputFormat,
): Promise<{ reader: EmbeddingReader; runMs: number }> {
  const probes: Record<string, Tensor>[] = []
  let runMs = 0
  for (const each of feeds) {
    const startedAt = performance.now()
    const result = await session.run(each, [name]).catch((error: Error) => {
      throw new Error(explainRuntimeError(error, input), { cause: error })
    })
    probes.push(result as Record<string, Tensor>)
    runMs = performance.now() - startedAt
  }
  const reader = embeddingReader({ tensor: name, spatial: false }, probes)
  if (typeof reader === 'string') throw new Error(reader.replace('the input of its last layer', `its output ${name}`))
  return { reader, runMs }
}

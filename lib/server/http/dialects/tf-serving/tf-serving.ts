import type { Context } from 'hono'
import * as z from 'zod'
import { activate } from '@/lib/shared/metrics/activation'
import { sixDigits, topK } from '@/lib/shared/metrics/scores'
import { Problem } from '@/lib/shared/problems/problem'
import type { GraphSignature } from '../../../engine/types'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import type { AppEnv, Services } from '../../services'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { type PhotoRequest, photoHandlers } from '../photo-runs'

/** The most photos in one request. They run one after another, so that one client can't fill the queue. */
const MAX_INSTANCES = 64
/** Labels of a photo in the reply to `:classify`; more if more labels of a multi-label model apply. */
const TOP_K = 5
/** A length that isn't known. */
const ANY = -1

/** Digits of scores hardly get smaller, and compressing them takes as long as everything else that this API adds. */
const UNCOMPRESSED = { 'cache-control': 'no-store, no-transform' }

/** A photo: `{"b64": …}` by itself or as the one field of an object, or a text with base64 or a URL. */
const bytes = z.union([z.string(), z.object({ b64: z.string() })])
const instance = z.union([bytes, z.record(z.string(), bytes)])
const many = z.array(instance).min(1).max(MAX_INSTANCES)

const predictRequest = z.object({ instances: many.optional(), inputs: z.union([instance, many]).optional() })
const classifyRequest = z.object({ examples: many })

/**
 * The REST API of TensorFlow Serving, and KServe's protocol version 1, which has the same shape.
 * https://www.tensorflow.org/tfx/serving/api_rest
 */
export function tfServing(services: Services, uploads: MemoryBudget): Dialect {
  const { engine } = services
  const handler = photoHandlers(services, uploads)

  const predict = (model: string) =>
    handler(async (request, c) => {
      const { instances, inputs } = parseRequest(predictRequest, await request.json())
      if ((instances === undefined) === (inputs === undefined))
        throw new Problem('invalid_parameter', 'Send either instances or inputs.')
      const signature = await engine.signature(model)
      const options = { model: signature.model.id, embedding: false }
      const rows: object[] = []
      for (const photo of instances ?? [inputs].flat()) {
        const { logits } = await request.outputs({ image: await photoOf(request, photo) }, options)
        rows.push(row(logits, signature))
      }
      return json(c, instances === undefined ? { outputs: rows } : { predictions: rows }, 200, UNCOMPRESSED)
    })

  const classify = (model: string) =>
    handler(async (request, c) => {
      const { examples } = parseRequest(classifyRequest, await request.json())
      const results: [string, number][][] = []
      for (const photo of examples) {
        const { predictions } = await request.classify(await photoOf(request, photo), {
          model,
          topK: TOP_K,
          allSelected: true,
        })
        results.push(predictions.map(({ label, score }) => [label, score]))
      }
      return json(c, { results })
    })

  /** `balanced:predict`: the verb is part of the last segment. */
  async function call(c: Context<AppEnv>): Promise<Response> {
    const segment = c.req.param('call') ?? ''
    const at = segment.lastIndexOf(':')
    const [last, verb] = at < 0 ? [segment, ''] : [segment.slice(0, at), segment.slice(at + 1)]
    const model = modelOf(c, last)
    if (verb === 'predict') return predict(model)(c)
    if (verb === 'classify') return classify(model)(c)
    throw new Problem(
      'not_found',
      `A model has :predict and :classify, not ${verb === '' ? 'a call without' : `:${verb}`}.`,
    )
  }

  /** The state of a model: KServe's names, TensorFlow Serving's, and OpenAI's. */
  async function status(c: Context<AppEnv>): Promise<Response> {
    const { id, status: state } = await engine.model(modelOf(c, c.req.param('call') ?? ''))
    const version = {
      version: '1',
      state: state === 'ready' ? 'AVAILABLE' : state === 'loading' ? 'LOADING' : 'END',
      status: { error_code: 'OK', error_message: '' },
    }
    return json(c, { name: id, ready: state === 'ready', model_version_status: [version], ...openAiModel(id) })
  }

  async function metadata(c: Context<AppEnv>): Promise<Response> {
    const { model, labels } = await engine.signature(c.req.param('model'))
    const tensor = (name: string, dtype: string, ...size: number[]) => ({
      dtype,
      name,
      tensor_shape: { dim: [ANY, ...size].map((length) => ({ size: String(length), name: '' })), unknown_rank: false },
    })
    const signature = {
      inputs: { image_bytes: tensor('image_bytes', 'DT_STRING') },
      outputs: {
        classes: tensor('classes', 'DT_INT64'),
        label: tensor('label', 'DT_STRING'),
        probabilities: tensor('probabilities', 'DT_FLOAT', labels.length || ANY),
      },
      method_name: 'tensorflow/serving/predict',
    }
    return json(c, {
      model_spec: { name: model.id, signature_name: '', version: '1' },
      metadata: { signature_def: { signature_def: { serving_default: signature } } },
    })
  }

  return {
    name: 'tf-serving',
    routes: {
      '/v1/models': {
        GET: (c) => {
          const ids = engine.models().map(({ id }) => id)
          return json(c, { models: ids, object: 'list', data: ids.map(openAiModel) })
        },
      },
      '/v1/models/:call': { GET: status, POST: call },
      '/v1/models/:model/metadata': { GET: metadata },
      '/v1/models/:model/versions/:call': { GET: status, POST: call },
    },
    prefixes: ['/v1/models'],
    errorReply: (problem) => ({ status: problem.status, body: { error: problem.detail } }),
  }
}

const openAiModel = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'vision' })

/** The model of a path. With a version, it's the segment before. Each model has one version here, 1. */
function modelOf(c: Context<AppEnv>, last: string): string {
  const model = c.req.param('model')
  if (model === undefined) return last
  if (last === '1') return model
  throw new Problem('unknown_model', `The model ${model} has one version, 1.`)
}

function photoOf(request: PhotoRequest, photo: z.output<typeof instance> | undefined): Promise<Uint8Array> {
  const [inner] = typeof photo === 'object' && !isBytes(photo) ? Object.values(photo) : [photo]
  const text = typeof inner === 'string' ? inner : inner !== undefined && isBytes(inner) ? inner.b64 : ''
  return request.photo(text)
}

function isBytes(value: object): value is { b64: string } {
  return 'b64' in value && typeof value.b64 === 'string'
}

/** A photo's row: the best class, its label, and the calibrated scores in the order of the labels. */
function row(logits: Float32Array, { temperature, activation, labels, background }: GraphSignature): object {
  const probabilities = activate(logits, temperature, activation)
  const best = topK(probabilities, 1, background)[0]?.index ?? 0
  return { classes: best, label: labels[best] ?? '', probabilities: Array.from(probabilities, sixDigits) }
}

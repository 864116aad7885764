import type { Context } from 'hono'
import { z } from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { GraphOutputs, GraphSignature } from '../../../engine/types'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import type { AppEnv, Services } from '../../services'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { photoHandlers } from '../photo-runs'
import { ENCODED_IMAGE, imagesOf, MAX_BATCH } from './infer-input'
import { inferReply, outputsOf, requestedOutputs } from './infer-reply'
import { readInferRequest } from './infer-request'
import { Statistics } from './statistics'
import { DATATYPES } from './tensors'

const EXTENSIONS = ['binary_tensor_data', 'classification', 'model_configuration', 'model_repository', 'statistics']
const LENGTH_HEADER = 'inference-header-content-length'
const indexRequest = z.object({ ready: z.boolean().default(false) })

/**
 * The Open Inference Protocol, version 2, over HTTP: KServe's and Triton's API.
 * https://github.com/kserve/open-inference-protocol
 */
export function oip(services: Services, uploads: MemoryBudget): Dialect {
  const { engine, lifecycle, version } = services
  const statistics = new Statistics()
  const isReady = () => lifecycle.phase === 'serving' && engine.ready()

  const infer = photoHandlers(
    services,
    uploads,
  )(async (request, c) => {
    const signature = await engine.signature(modelOf(c))
    const asked = await readInferRequest(await request.wholeRequest(), c.req.header(LENGTH_HEADER))
    const requested = requestedOutputs(asked, signature)
    const embedding = requested.some(({ name }) => name === 'embedding')
    const results: GraphOutputs[] = []
    const start = performance.now()
    try {
      for (const image of await imagesOf(request, asked, signature)) {
        const result = await request.outputs(image, { model: signature.model.id, embedding })
        statistics.add(signature.model.id, result.timings)
        results.push(result)
      }
    } catch (error) {
      statistics.addFailure(signature.model.id, performance.now() - start)
      throw error
    }
    const reply = inferReply(asked, signature, requested, results)
    if (reply.bytes.length === 0) return c.body(reply.json as Uint8Array<ArrayBuffer>, 200, JSON_TYPE)
    return c.body(Buffer.concat([reply.json, ...reply.bytes]), 200, {
      'content-type': 'application/octet-stream',
      [LENGTH_HEADER]: String(reply.json.byteLength),
    })
  })

  const ready = async (c: Context<AppEnv>) => {
    const { id, status } = await engine.model(modelOf(c))
    return json(c, { name: id, ready: status === 'ready' }, status === 'ready' ? 200 : 503)
  }
  const metadata = async (c: Context<AppEnv>) => json(c, metadataOf(await engine.signature(modelOf(c))))
  const config = async (c: Context<AppEnv>) => json(c, configOf(await engine.signature(modelOf(c))))
  const stats = async (c: Context<AppEnv>) => {
    const { id } = await engine.model(modelOf(c))
    return json(c, { model_stats: [statistics.report(id)] })
  }

  const index = photoHandlers(
    services,
    uploads,
  )(async (request, c) => {
    const body = await request.optionalJson()
    const { ready: onlyReady } = parseRequest(indexRequest, body ?? {})
    const models = engine.models().filter(({ status }) => !onlyReady || status === 'ready')
    const state = { ready: 'READY', loading: 'LOADING', failed: 'UNAVAILABLE' }
    return json(
      c,
      models.map(({ id, status, error }) => ({ name: id, version: '1', state: state[status], reason: error ?? '' })),
    )
  })

  const ofModel = {
    '': { GET: metadata },
    '/ready': { GET: ready },
    '/config': { GET: config },
    '/stats': { GET: stats },
    '/infer': { POST: infer },
  }
  return {
    name: 'oip',
    routes: {
      '/v2': { GET: (c) => json(c, { name: 'vision', version, extensions: EXTENSIONS }) },
      '/v2/health/live': { GET: (c) => json(c, { live: true }) },
      '/v2/health/ready': { GET: (c) => json(c, { ready: isReady() }, isReady() ? 200 : 503) },
      '/v2/models/stats': {
        GET: (c) => json(c, { model_stats: engine.models().map(({ id }) => statistics.report(id)) }),
      },
      '/v2/repository/index': { POST: index },
      ...Object.fromEntries(
        Object.entries(ofModel).flatMap(([end, handlers]) => [
          [`/v2/models/:model${end}`, handlers],
          [`/v2/models/:model/versions/:version${end}`, handlers],
        ]),
      ),
    },
    errorReply: (problem) => ({ status: problem.status, body: { error: problem.detail } }),
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** Each model has one version here, 1. */
function modelOf(c: Context<AppEnv>): string {
  const [model = '', version = '1'] = [c.req.param('model'), c.req.param('version')]
  if (version === '1') return model
  throw new Problem('unknown_model', `The model ${model} has one version, 1.`)
}

function metadataOf(signature: GraphSignature): object {
  const { model, input } = signature
  return {
    name: model.id,
    versions: ['1'],
    platform: 'onnxruntime_onnx',
    inputs: [
      { name: input.name, datatype: DATATYPES[input.type], shape: [-1, ...input.shape] },
      { name: ENCODED_IMAGE, datatype: 'BYTES', shape: [-1] },
    ],
    outputs: outputsOf(signature).map(({ name, datatype, shape }) => ({ name, datatype, shape: [-1, ...shape] })),
  }
}

function configOf(signature: GraphSignature): object {
  const { model, input } = signature
  const typeOf = (datatype: string) => (datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`)
  return {
    name: model.id,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: MAX_BATCH,
    input: [
      { name: input.name, data_type: typeOf(DATATYPES[input.type]), dims: input.shape, optional: true },
      { name: ENCODED_IMAGE, data_type: 'TYPE_STRING', dims: [1], optional: true },
    ],
    output: outputsOf(signature).map(({ name, datatype, shape }) => ({
      name,
      data_type: typeOf(datatype),
      dims: shape,
    })),
  }
}

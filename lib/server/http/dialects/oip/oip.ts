import type { Context } from 'hono'
import * as z from 'zod'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import type { AppEnv, Services } from '../../services'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { photoHandlers } from '../photo-runs'
import { httpReply } from './http-reply'
import { readInferRequest } from './infer-request'

const LENGTH_HEADER = 'inference-header-content-length'
const JSON_TYPE = { 'content-type': 'application/json' }
const indexRequest = z.object({ ready: z.boolean().default(false) })

/** The Open Inference Protocol, version 2, over HTTP: KServe's and Triton's API. */
export function oip(services: Services, uploads: MemoryBudget): Dialect {
  const { inference } = services
  const handler = photoHandlers(services, uploads)

  const infer = handler(async (request, c) => {
    const signature = await inference.signature(...modelOf(c))
    const asked = await readInferRequest(await request.wholeRequest(), c.req.header(LENGTH_HEADER))
    const reply = httpReply(await inference.infer(request, signature, asked))
    if (reply.bytes.length === 0) return c.body(reply.json as Uint8Array<ArrayBuffer>, 200, JSON_TYPE)
    return c.body(Buffer.concat([reply.json, ...reply.bytes]), 200, {
      'content-type': 'application/octet-stream',
      [LENGTH_HEADER]: String(reply.json.byteLength),
    })
  })
  const index = handler(async (request, c) => {
    const { ready } = parseRequest(indexRequest, (await request.optionalJson()) ?? {})
    return json(c, inference.index(ready))
  })
  const ready = async (c: Context<AppEnv>) => {
    const model = await inference.model(...modelOf(c))
    return json(c, model, model.ready ? 200 : 503)
  }
  const metadata = async (c: Context<AppEnv>) => json(c, await inference.metadata(...modelOf(c)))
  const config = async (c: Context<AppEnv>) => json(c, await inference.config(...modelOf(c)))
  const statistics = async (c: Context<AppEnv>) => json(c, { model_stats: await inference.statistics(...modelOf(c)) })

  const ofModel = {
    '': { GET: metadata },
    '/ready': { GET: ready },
    '/config': { GET: config },
    '/stats': { GET: statistics },
    '/infer': { POST: infer },
  }
  return {
    name: 'oip',
    routes: {
      '/v2': { GET: (c) => json(c, inference.server()) },
      '/v2/health/live': { GET: (c) => json(c, { live: true }) },
      '/v2/health/ready': {
        GET: (c) => json(c, { ready: inference.ready() }, inference.ready() ? 200 : 503),
      },
      '/v2/models/stats': { GET: (c) => json(c, { model_stats: inference.allStatistics() }) },
      '/v2/repository/index': { POST: index },
      ...Object.fromEntries(
        Object.entries(ofModel).flatMap(([end, handlers]) => [
          [`/v2/models/:model${end}`, handlers],
          [`/v2/models/:model/versions/:version${end}`, handlers],
        ]),
      ),
    },
    prefixes: ['/v2'],
    errorReply: (problem) => ({ status: problem.status, body: { error: problem.detail } }),
  }
}

function modelOf(c: Context<AppEnv>): [name: string, version: string] {
  return [c.req.param('model') ?? '', c.req.param('version') ?? '']
}

import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import type { AppEnv, Services } from '../../services'
import { fromForm } from '../../upload'
import type { Dialect } from '../dialect'
import { photoHandlers } from '../photo-runs'

/** As many as TorchServe's image classifier returns. */
const TOP_K = 5

/** Names of errors in TorchServe, by status. */
const TYPES: Record<number, string> = {
  400: 'BadRequestException',
  404: 'ModelNotFoundException',
  405: 'MethodNotAllowedException',
  413: 'RequestEntityTooLargeException',
  429: 'TooManyRequestsException',
  503: 'ServiceUnavailableException',
}

/**
 * The inference API of TorchServe: `curl -T photo.jpg http://localhost:3000/predictions/balanced`.
 * https://docs.pytorch.org/serve/inference_api.html
 */
export function torchserve(services: Services, uploads: MemoryBudget): Dialect {
  const { engine, lifecycle } = services
  const handler = photoHandlers(services, uploads)

  /** TorchServe's versions are numbers of its own; here every model has one. */
  function modelOf(c: Context<AppEnv>): string {
    const version = c.req.param('version')
    if (version === undefined || version === '1.0' || version === '1') return c.req.param('model') ?? ''
    throw new Problem('unknown_model', `The model ${c.req.param('model')} has one version, 1.0.`)
  }

  const predict = handler(async (request, c) => {
    const model = modelOf(c)
    const body = await request.body()
    const type = c.req.header('content-type') ?? ''
    const isForm = /^multipart\/form-data\b/i.test(type)
    const image = isForm ? fromForm(body, type, services.environment.MAX_IMAGE_BYTES).image : body
    const { predictions } = await request.classify(image, { model, topK: TOP_K })
    // Not an object of JavaScript, which would put labels that are numbers first, in their order.
    const members = predictions.map(({ label, score }) => `${JSON.stringify(label)}:${score}`)
    return c.body(`{${members.join(',')}}`, 200, { 'content-type': 'application/json' })
  })

  return {
    name: 'torchserve',
    routes: {
      '/ping': {
        GET: (c) => {
          if (lifecycle.phase === 'serving' && engine.ready()) return json(c, { status: 'Healthy' })
          return json(c, { status: 'Unhealthy' }, 500)
        },
      },
      '/predictions/:model': { POST: predict, PUT: predict },
      '/predictions/:model/:version': { POST: predict, PUT: predict },
    },
    errorReply: (problem) => ({
      status: problem.status,
      body: { code: problem.status, type: TYPES[problem.status] ?? 'InternalServerException', message: problem.detail },
    }),
  }
}

import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import type { ExplanationSlots } from '../../explanation-slots'
import { json } from '../../json-response'
import type { MemoryBudget } from '../../memory-budget'
import type { AppEnv, Endpoints, Services } from '../../services'
import { fromForm } from '../../upload'
import type { Dialect } from '../dialect'
import { parseRequest } from '../parse-request'
import { type PhotoRequest, photoHandlers } from '../photo-runs'
import { describeModel, listModels, pageRequest } from './management'

/** As many as TorchServe's image classifier returns; more if more labels of a multi-label model apply. */
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
 * The inference API of TorchServe (`curl -T photo.jpg http://localhost:3000/predictions/balanced`), and the part of its
 * management API that reads. The latter has a prefix, because `/models` is a page.
 * https://docs.pytorch.org/serve/inference_api.html, https://docs.pytorch.org/serve/management_api.html
 */
export function torchserve(services: Services, uploads: MemoryBudget, explanations: ExplanationSlots): Dialect {
  const { engine, environment, lifecycle } = services
  const handler = photoHandlers(services, uploads)

  /** The photo: the body, or the first file of a form. */
  async function photoOf(request: PhotoRequest, c: Context<AppEnv>): Promise<Uint8Array> {
    const body = await request.body()
    const type = c.req.header('content-type') ?? ''
    return /^multipart\/form-data\b/i.test(type) ? fromForm(body, type, environment.MAX_IMAGE_BYTES).image : body
  }

  const predict = handler(async (request, c) => {
    const model = modelOf(c)
    const { predictions } = await request.classify(await photoOf(request, c), { model, topK: TOP_K, allSelected: true })
    // Not an object of JavaScript, which would put labels that are numbers first, in their order.
    const members = predictions.map(({ label, score }) => `${JSON.stringify(label)}:${score}`)
    return c.body(`{${members.join(',')}}`, 200, { 'content-type': 'application/json' })
  })

  const explain = handler(async (request, c) => {
    const model = modelOf(c)
    explanations.require()
    const photo = await photoOf(request, c)
    const leave = explanations.take()
    try {
      const { grid } = await request.explain(photo, { model, method: 'rise' })
      const rows = Array.from({ length: grid.height }, (_, row) =>
        grid.values.slice(row * grid.width, (row + 1) * grid.width),
      )
      // [images][channels][rows][columns], as Captum attributes to the pixels of a batch.
      return json(c, [[rows]])
    } finally {
      leave()
    }
  })

  async function describe(c: Context<AppEnv>): Promise<Response> {
    const model = await engine.model(c.req.param('version') === 'all' ? c.req.param('model') : modelOf(c))
    return json(c, [describeModel(model, engine.stats(), lifecycle.started)])
  }

  const ofModel = (path: string, handlers: Endpoints) => ({
    [`${path}/:model`]: handlers,
    [`${path}/:model/:version`]: handlers,
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
      ...ofModel('/predictions', { POST: predict, PUT: predict }),
      ...(environment.MAX_EXPLANATIONS > 0 ? ofModel('/explanations', { POST: explain, PUT: explain }) : {}),
      '/torchserve/models': {
        GET: (c) => json(c, listModels(engine.models(), parseRequest(pageRequest, c.req.query()))),
      },
      ...ofModel('/torchserve/models', { GET: describe }),
    },
    prefixes: ['/predictions', '/explanations', '/torchserve'],
    errorReply: (problem) => ({
      status: problem.status,
      body: { code: problem.status, type: TYPES[problem.status] ?? 'InternalServerException', message: problem.detail },
    }),
  }
}

/** TorchServe's versions are numbers of its own; here every model has one. */
function modelOf(c: Context<AppEnv>): string {
  const version = c.req.param('version')
  if (version === undefined || version === '1.0' || version === '1') return c.req.param('model') ?? ''
  throw new Problem('unknown_model', `The model ${c.req.param('model')} has one version, 1.0.`)
}

import { type Context, type Handler, Hono } from 'hono'
import type { Site } from '@/lib/shared/contract/site'
import { Problem } from '@/lib/shared/problems/problem'
import { hasOperator } from './admin'
import { routedPath } from './canonical-path'
import { customModelRoutes } from './custom-models/routes'
import { dialectRoutes, dialects, setErrorForms } from './dialects/all'
import { decodeRequest } from './encoding/decode-request'
import { ExplanationSlots } from './explanation-slots'
import { jobRoutes } from './jobs/routes'
import { guard } from './keys/guard'
import { identify } from './keys/identify'
import { keyRoutes } from './keys/routes'
import type { MemoryBudget } from './memory-budget'
import { accessLog } from './middleware/access-log'
import { compress } from './middleware/compress'
import { crossOrigin } from './middleware/cross-origin'
import { discardRefusedUploads } from './middleware/discard-upload'
import { rateLimit } from './middleware/rate-limit'
import { requestId } from './middleware/request-id'
import { securityHeaders } from './middleware/security-headers'
import { refuseDuringShutdown } from './middleware/shutdown'
import { requireOwnPages, requireSignIn } from './middleware/sign-in'
import { wrapErrors } from './middleware/wrap-errors'
import { queryParameters, requireKnownNames, takeStream } from './parameters'
import { failureReply, problemReply } from './problem'
import { API_DOCS_GUESSES, toApiDocs } from './routes/api-docs'
import { classify } from './routes/classify'
import { deviceModel, modelGraph } from './routes/device'
import { embed } from './routes/embed'
import { explain } from './routes/explain'
import { exportFeedback, feedbackPhoto, giveFeedback } from './routes/feedback'
import { live, ready, status } from './routes/health'
import { metrics } from './routes/metrics'
import { labels, models } from './routes/models'
import { openApi } from './routes/openapi'
import { photo } from './routes/photo'
import { galleryPictures, siteFacts } from './routes/site'
import type { App, AppEnv, Endpoint, Endpoints, Services } from './services'
import { classifyStream } from './stream/classify'
import { embedStream } from './stream/embed'

/** The whole HTTP API as one Hono app of Web-standard handlers. Any host can mount it; see `bin/` and `app/`. */
export function createApp(services: Services & { site: Site }): App {
  const { keys } = services
  const app: App = new Hono({ getPath: routedPath })
  app.use(requestId, accessLog(services), securityHeaders(services), crossOrigin(services), compress())
  const { uploads } = services
  const explanations = new ExplanationSlots(services.environment.MAX_EXPLANATIONS)
  const others = dialects(services, uploads, explanations)
  // Before anything that can refuse a request.
  setErrorForms(app, others)
  app.use(
    discardRefusedUploads(services),
    refuseDuringShutdown(services),
    ...(keys ? [identify(services, keys)] : []),
    requireSignIn(services),
    requireOwnPages(services),
    wrapErrors,
  )
  const limit = rateLimit(services)
  const runs = services.environment.INFERENCE !== 'browser'
  const mount = (path: string, handlers: Endpoints) => route(app, path, handlers, services)
  const mountAll = (routes: Record<string, Endpoints>) => {
    for (const [path, handlers] of Object.entries(routes)) mount(path, handlers)
  }
  if (runs) {
    const routes = runRoutes(services, uploads, explanations)
    for (const path of Object.keys(routes)) app.use(path, limit)
    mountAll(routes)
  }
  app.use('/api/jobs', limit)
  app.use('/api/jobs/:id/similar', limit)
  if (services.jobs) mountAll(jobRoutes(services.jobs, services, uploads))
  app.use('/api/feedback', limit)
  mountAll(feedbackRoutes(services, uploads))
  const { '/api/models': train, ...training } = services.training
    ? customModelRoutes(services, services.training, uploads)
    : {}
  app.use('/api/models', limit)
  app.use('/api/models/:model/examples', limit)
  mount('/api/models', { GET: models(services), ...train })
  mountAll(training)
  mount('/api/models/:model/labels', { GET: labels(services) })
  if (services.environment.INFERENCE !== 'server') {
    app.use('/api/models/:model/graph', limit)
    mount('/api/models/:model/device', { GET: deviceModel(services) })
    mount('/api/models/:model/graph', { GET: modelGraph(services) })
  }
  if (keys) mountAll(keyRoutes(keys, uploads))
  mount('/api/site', { GET: siteFacts(services.site) })
  mount('/api/gallery', { GET: galleryPictures(services.site) })
  mount('/api/openapi.json', { GET: openApi(services) })
  mount('/health/live', { GET: live() })
  mount('/health/ready', { GET: ready(services) })
  mount('/health/status', { GET: status(services) })

  for (const [path, handlers] of dialectRoutes(others)) {
    app.use(path, limit)
    mount(path, handlers)
  }

  // Off by default: metrics are for the operator, and this port is public.
  if (services.environment.METRICS === 'on') mount('/metrics', { GET: metrics(services) })

  if (runs) for (const path of API_DOCS_GUESSES) app.get(path, toApiDocs)

  const reason = runs ? '' : ' This server runs no models: its visitors’ browsers do.'
  app.notFound((c) => {
    const detail = `No resource at ${c.req.path}.${reason} /api/openapi.json lists all of them.`
    return problemReply(c, new Problem('not_found', detail))
  })
  app.onError(failureReply(services))
  return app
}

/** What the server does with photos. */
function runRoutes(
  services: Services,
  uploads: MemoryBudget,
  explanations: ExplanationSlots,
): Record<string, Endpoints> {
  const { ENABLE_BATCH_PROCESSING, MAX_EXPLANATIONS } = services.environment
  const batchesEnabled = ENABLE_BATCH_PROCESSING === 'true'
  const oneOrMany = (one: Handler<AppEnv>, many: Handler<AppEnv>): Endpoint => ({
    withQuery: (c, next) => (batchesEnabled && isStream(c) ? many(c, next) : one(c, next)),
  })
  return {
    '/api/classify': { POST: oneOrMany(classify(services, uploads), classifyStream(services, uploads)) },
    '/api/embed': { POST: oneOrMany(embed(services, uploads), embedStream(services, uploads)) },
    ...(MAX_EXPLANATIONS > 0 && { '/api/explain': { POST: { withQuery: explain(services, uploads, explanations) } } }),
    '/api/photo': { POST: photo(services, uploads) },
  }
}

function feedbackRoutes({ feedback, environment, log }: Services, uploads: MemoryBudget): Record<string, Endpoints> {
  if (!feedback) return {}
  const give = giveFeedback(feedback, environment, uploads)
  if (!hasOperator(environment)) return { '/api/feedback': { POST: give } }
  return {
    '/api/feedback': { POST: give, GET: { withQuery: exportFeedback(feedback, { environment, log }) } },
    '/api/feedback/:id/photo': { GET: { withQuery: feedbackPhoto(feedback, environment) } },
  }
}

function isStream(c: Context<AppEnv>): boolean {
  return takeStream(queryParameters(c.req.url)).stream
}

/** Mounts the handlers of one path. Other methods get a 405 that lists the allowed ones. */
function route(app: App, path: string, handlers: Endpoints, { environment, keys }: Services): void {
  for (const [method, endpoint] of Object.entries(handlers)) {
    if (keys) app.on(method, path, guard(keys, method, path))
    const handler = withKnownParameters(endpoint, path)
    app.on(method, path, method === 'POST' ? decodeRequest(environment, handler) : handler)
  }
  const allow = [
    ...Object.keys(handlers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    'OPTIONS',
  ].join(', ')
  app.all(path, (c) => {
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow })
    const problem = new Problem('method_not_allowed', `${path} doesn’t accept ${c.req.method}. Use one of: ${allow}.`)
    return problemReply(c, problem, { allow })
  })
}

/** Refuses query parameters on endpoints that take none. Probes and scrapes may add any: they have no effect there. */
function withKnownParameters(endpoint: Endpoint, path: string): Handler<AppEnv> {
  if (typeof endpoint !== 'function') return endpoint.withQuery
  if (!path.startsWith('/api/')) return endpoint
  return async (c, next) => {
    requireKnownNames(Object.keys(queryParameters(c.req.url)), [])
    return endpoint(c, next)
  }
}

import { type Context, type Handler, Hono } from 'hono'
import type { Site } from '@/lib/shared/contract/site'
import { Problem } from '@/lib/shared/problems/problem'
import type { Environment } from '../config/environment'
import { ByteBudget } from './byte-budget'
import { routedPath } from './canonical-path'
import { decoding } from './encoding/decoding'
import { jobRoutes } from './jobs/routes'
import { accessLog } from './middleware/access-log'
import { closing } from './middleware/closing'
import { compress } from './middleware/compress'
import { crossOrigin } from './middleware/cross-origin'
import { discardRefused } from './middleware/discard'
import { errorsOnly } from './middleware/errors-only'
import { rateLimit } from './middleware/rate-limit'
import { requestId } from './middleware/request-id'
import { securityHeaders } from './middleware/security-headers'
import { requireOwnPages, requireSignIn } from './middleware/sign-in'
import { queryParameters, requireKnown, takeStream } from './parameters'
import { failureReply, problemReply } from './problem'
import { classify } from './routes/classify'
import { explain } from './routes/explain'
import { exportFeedback, giveFeedback } from './routes/feedback'
import { live, ready, status } from './routes/health'
import { metrics } from './routes/metrics'
import { labels, models } from './routes/models'
import { openApi } from './routes/openapi'
import { photo } from './routes/photo'
import { galleryPictures, siteFacts } from './routes/site'
import type { App, AppEnv, Endpoint, Endpoints, Services } from './services'
import { classifyStream } from './stream/route'

/** The paths that this app answers; the rest of the site is Next's. */
export function isApiPath(path: string): boolean {
  return /^\/(api|health|metrics)(\/|$|\?)/.test(path)
}

/** The whole HTTP API as one app of Web-standard handlers. It can be mounted in any host; see `bin/` and `app/`. */
export function createApp(services: Services & { site: Site }): App {
  const app: App = new Hono({ getPath: routedPath })
  app.use(requestId, accessLog(services), securityHeaders(services), crossOrigin(services), compress())
  app.use(discardRefused(services), closing(services), requireSignIn(services), requireOwnPages(services), errorsOnly)
  const limit = rateLimit(services)
  const mount = (path: string, handlers: Endpoints) => route(app, path, handlers, services.environment)
  app.use('/api/classify', limit)
  app.use('/api/photo', limit)
  app.use('/api/explain', limit)
  // One budget for all that is read into memory.
  const uploads = new ByteBudget(services.environment.MAX_QUEUE_BYTES)

  const [one, many] = [classify(services, uploads), classifyStream(services, uploads)]
  const wantsMany = (c: Context<AppEnv>) => takeStream(queryParameters(c.req.url)).stream
  const batches = services.environment.ENABLE_BATCH_PROCESSING === 'true'
  mount('/api/classify', { POST: { withQuery: (c) => (batches && wantsMany(c) ? many(c) : one(c)) } })
  if (services.environment.MAX_EXPLANATIONS > 0)
    mount('/api/explain', { POST: { withQuery: explain(services, uploads) } })
  mount('/api/photo', { POST: photo(services, uploads) })
  if (services.jobs) {
    app.use('/api/jobs', limit)
    for (const [path, handlers] of Object.entries(jobRoutes(services.jobs, services, uploads))) {
      mount(path, handlers)
    }
  }
  if (services.feedback) {
    app.use('/api/feedback', limit)
    const { ADMIN_TOKEN: token } = services.environment
    mount('/api/feedback', {
      POST: giveFeedback(services.feedback, services.environment, uploads),
      ...(token === undefined ? {} : { GET: { withQuery: exportFeedback(services.feedback, token, services.log) } }),
    })
  }
  mount('/api/models', { GET: models(services) })
  mount('/api/models/:model/labels', { GET: labels(services) })
  mount('/api/site', { GET: siteFacts(services.site) })
  mount('/api/gallery', { GET: galleryPictures(services.site) })
  mount('/api/openapi.json', { GET: openApi(services) })
  mount('/health/live', { GET: live() })
  mount('/health/ready', { GET: ready(services) })
  mount('/health/status', { GET: status(services) })

  // Only where it was asked for: the figures are the operator's, and this port is everybody's.
  if (services.environment.METRICS === 'on') mount('/metrics', { GET: metrics(services) })

  app.notFound((c) => problemReply(c, new Problem('not_found', `There is nothing at ${c.req.path}.`)))
  app.onError(failureReply(services))
  return app
}

/** Mounts the methods of one path; any other method is refused with what is allowed. */
function route(app: App, path: string, handlers: Endpoints, environment: Environment): void {
  for (const [method, endpoint] of Object.entries(handlers)) {
    const handler = knownNames(endpoint, path)
    app.on(method, path, method === 'POST' ? decoding(environment, handler) : handler)
  }
  const allow = [
    ...Object.keys(handlers).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    'OPTIONS',
  ].join(', ')
  app.all(path, (c) => {
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow })
    const problem = new Problem('method_not_allowed', `${c.req.method} is not allowed at ${path}; allowed: ${allow}.`)
    return problemReply(c, problem, { allow })
  })
}

/** Where no parameters are taken, those that come are refused. Probes and scrapes may add what they like: there is nothing that they could mean. */
function knownNames(endpoint: Endpoint, path: string): Handler<AppEnv> {
  if (typeof endpoint !== 'function') return endpoint.withQuery
  if (!path.startsWith('/api/')) return endpoint
  return async (c, next) => {
    requireKnown(Object.keys(queryParameters(c.req.url)), [])
    return endpoint(c, next)
  }
}

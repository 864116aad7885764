import { type Context, type Handler, Hono } from 'hono'
import { Problem } from '@/lib/shared/problem'
import type { Site } from '@/lib/shared/site'
import { ByteBudget } from './byte-budget'
import { routedPath } from './canonical-path'
import { jobRoutes } from './jobs/routes'
import { accessLog } from './middleware/access-log'
import { closing } from './middleware/closing'
import { crossOrigin } from './middleware/cross-origin'
import { discardRefused } from './middleware/discard'
import { errorsOnly } from './middleware/errors-only'
import { rateLimit } from './middleware/rate-limit'
import { requestId } from './middleware/request-id'
import { securityHeaders } from './middleware/security-headers'
import { requireOwnPages, requireSignIn } from './middleware/sign-in'
import { queryParameters, takeStream } from './parameters'
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
import type { App, AppEnv, Services } from './services'
import { classifyStream } from './stream/route'

/** The paths that this app answers; the rest of the site is Next's. */
export function isApiPath(path: string): boolean {
  return /^\/(api|health|metrics)(\/|$|\?)/.test(path)
}

/** The whole HTTP API as one app of Web-standard handlers. It can be mounted in any host; see `bin/` and `app/`. */
export function createApp(services: Services & { site: Site }): App {
  const app: App = new Hono({ getPath: routedPath })
  app.use(requestId, accessLog(services), securityHeaders(services), crossOrigin(services))
  app.use(discardRefused(services), closing(services), requireSignIn(services), requireOwnPages(services), errorsOnly)
  const limit = rateLimit(services)
  app.use('/api/classify', limit)
  app.use('/api/photo', limit)
  app.use('/api/explain', limit)
  // One budget for all that is read into memory.
  const uploads = new ByteBudget(services.environment.MAX_QUEUE_BYTES)

  const [one, many] = [classify(services, uploads), classifyStream(services, uploads)]
  const wantsMany = (c: Context<AppEnv>) => takeStream(queryParameters(c.req.url)).stream
  const batches = services.environment.ENABLE_BATCH_PROCESSING === 'true'
  route(app, '/api/classify', { POST: (c) => (batches && wantsMany(c) ? many(c) : one(c)) })
  if (services.environment.MAX_EXPLANATIONS > 0) route(app, '/api/explain', { POST: explain(services, uploads) })
  route(app, '/api/photo', { POST: photo(services, uploads) })
  if (services.jobs) {
    app.use('/api/jobs', limit)
    for (const [path, handlers] of Object.entries(jobRoutes(services.jobs, services, uploads))) {
      route(app, path, handlers)
    }
  }
  if (services.feedback) {
    app.use('/api/feedback', limit)
    const { ADMIN_TOKEN: token } = services.environment
    route(app, '/api/feedback', {
      POST: giveFeedback(services.feedback, services.environment, uploads),
      ...(token === undefined ? {} : { GET: exportFeedback(services.feedback, token, services.log) }),
    })
  }
  route(app, '/api/models', { GET: models(services) })
  route(app, '/api/models/:model/labels', { GET: labels(services) })
  route(app, '/api/site', { GET: siteFacts(services.site) })
  route(app, '/api/gallery', { GET: galleryPictures(services.site) })
  route(app, '/api/openapi.json', { GET: openApi() })
  route(app, '/health/live', { GET: live() })
  route(app, '/health/ready', { GET: ready(services) })
  route(app, '/health/status', { GET: status(services) })

  // Only where it was asked for: the figures are the operator's, and this port is everybody's.
  if (services.environment.METRICS === 'on') route(app, '/metrics', { GET: metrics(services) })

  app.notFound((c) => problemReply(c, new Problem('not_found', `There is nothing at ${c.req.path}.`)))
  app.onError(failureReply(services))
  return app
}

/** Mounts the methods of one path; any other method is refused with what is allowed. */
function route(app: App, path: string, handlers: Record<string, Handler<AppEnv>>): void {
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler)
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

import { performance } from 'node:perf_hooks'
import { createMiddleware } from 'hono/factory'
import type { Caller } from '../../keys/caller'
import type { AppEnv, Services } from '../services'

/** Paths with a metric label of their own. All others share one, or clients could create any number of labels. */
const ROUTES = new Set([
  '/api/classify',
  '/api/embed',
  '/api/explain',
  '/api/feedback',
  '/api/photo',
  '/api/models',
  '/api/site',
  '/api/keys',
  '/api/usage',
  '/api/gallery',
  '/api/openapi.json',
  '/gradio_api/queue/join',
  '/mcp',
  '/v1/embeddings',
  '/health/live',
  '/health/ready',
  '/health/status',
  '/metrics',
])

/** The same for paths with the name of a model. */
const PATTERNS: readonly [RegExp, string][] = [
  [/^\/api\/models\/[^/]+\/labels$/, '/api/models/:model/labels'],
  [/^\/api\/models\/[^/]+\/device$/, '/api/models/:model/device'],
  [/^\/api\/models\/[^/]+\/graph$/, '/api/models/:model/graph'],
  [/^\/api\/keys\/[^/]+(\/rotate)?$/, '/api/keys/:id'],
  [/^\/hf\/models\/[^/]+(\/|$)/, '/hf/models/:model'],
  [/^\/v1\/models\/.+:(predict|classify)$/, '/v1/models/:model'],
  [/^\/v2\/models\/[^/]+(\/versions\/[^/]+)?\/infer$/, '/v2/models/:model/infer'],
  [/^\/predictions\/[^/]+/, '/predictions/:model'],
  [/^\/explanations\/[^/]+/, '/explanations/:model'],
]

function keyIdOf(caller: Caller | undefined): string | undefined {
  return caller?.kind === 'key' ? caller.key.id : undefined
}

function routeOf(path: string): string {
  if (ROUTES.has(path)) return path
  return PATTERNS.find(([pattern]) => pattern.test(path))?.[1] ?? 'other'
}

/** The trace ID of a `traceparent` header. */
export function traceIdOf(header: string | undefined): string | undefined {
  return TRACEPARENT.exec(header ?? '')?.[1]
}

/** W3C trace context: version, trace id, parent id, flags. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * Logs one line per request and counts it in the metrics, including requests refused before the handler. Probes and
 * scrapes, which come every few seconds, are logged at debug level.
 */
export function accessLog({ log, metrics }: Pick<Services, 'log' | 'metrics'>) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const start = performance.now()
    await next()
    const ms = performance.now() - start
    const { method, path } = c.req
    const [status, code] = [c.res.status, c.get('problem')]
    metrics.request({ route: routeOf(path), method, status, code }, ms / 1000)
    const fields = {
      request_id: c.get('requestId'),
      trace_id: traceIdOf(c.req.header('traceparent')),
      method,
      path,
      status,
      ms: Math.round(10 * ms) / 10,
      code,
      model: c.get('model'),
      key: keyIdOf(c.get('caller')),
    }
    if (path.startsWith('/health/') || path === '/metrics') log.debug(fields, 'request')
    else log.info(fields, 'request')
  })
}

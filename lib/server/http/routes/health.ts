import type { Context } from 'hono'
import { Problem } from '@/lib/shared/problems/problem'
import { json } from '../json-response'
import type { AppEnv, Services } from '../services'

/** `GET /health/live`: whether the process responds. */
export function live() {
  return (c: Context<AppEnv>): Response => json(c, { status: 'ok' })
}

/**
 * `GET /health/ready`: whether to route photos here. Not ready while models load and from the start of a shutdown. A
 * lost Redis doesn't matter: photos are still classified.
 */
export function ready({ engine, lifecycle }: Services) {
  return (c: Context<AppEnv>): Response => {
    if (lifecycle.phase !== 'serving') throw new Problem('shutting_down', 'The server is shutting down.')
    if (!engine.ready()) throw new Problem('not_ready', 'The default model isn’t loaded yet, or failed to load.')
    return json(c, { status: 'ok' })
  }
}

/** `GET /health/status`: for people and dashboards. Reveals no paths, host memory or library versions. */
export function status({ engine, jobs, redis, lifecycle, version }: Services) {
  return (c: Context<AppEnv>): Response => {
    const { queue, workers, inFlight } = engine.stats()
    const ok = lifecycle.phase === 'serving' && engine.ready()
    c.header('cache-control', 'no-store')
    return json(c, {
      status: ok ? 'ok' : 'unavailable',
      version,
      uptime_s: Math.round((Date.now() - lifecycle.started) / 1000),
      models: engine.models().map(({ id, status }) => ({ id, status })),
      queue: { photos: queue.photos, limit: queue.limit },
      running: inFlight,
      workers: { ready: workers.ready, wanted: workers.wanted },
      jobs: jobs && (jobs.health?.() ?? { state: 'ok', reason: null }),
      redis: redis && (redis.context.monitor.lost ? 'lost' : 'ok'),
    })
  }
}

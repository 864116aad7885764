import type { Context } from 'hono'
import { json } from '../json-reply'
import type { AppEnv, Services } from '../services'

/** `GET /api/models`: which models there are and whether they serve. */
export function models({ engine }: Services) {
  return (c: Context<AppEnv>): Response => {
    c.header('cache-control', 'no-store')
    return json(c, { models: engine.models() })
  }
}

/** `GET /api/models/:model/labels`: what a model can answer, with other names of each label. */
export function labels({ engine }: Services) {
  return (c: Context<AppEnv>): Response => {
    c.header('cache-control', 'public, max-age=300')
    return json(c, { labels: engine.labels(c.req.param('model') ?? '') })
  }
}

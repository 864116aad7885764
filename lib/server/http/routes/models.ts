import type { Context } from 'hono'
import { json } from '../json-response'
import type { AppEnv, Services } from '../services'

/** `GET /api/models`: lists the models and their status. */
export function models({ engine }: Services) {
  return (c: Context<AppEnv>): Response => {
    c.header('cache-control', 'no-store')
    return json(c, { models: engine.models() })
  }
}

/** `GET /api/models/:model/labels`: lists the labels of a model with their other names. */
export function labels({ engine }: Services) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const { id, base_model } = await engine.model(c.req.param('model') ?? '')
    // A custom model may get other labels at any time.
    c.header('cache-control', base_model === null ? 'public, max-age=300' : 'no-store')
    return json(c, { labels: await engine.labels(id) })
  }
}

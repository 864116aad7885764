import type { Context } from 'hono'
import type { AppEnv, Services } from '../services'

/** `GET /metrics`: the Prometheus endpoint. */
export function metrics({ metrics }: Services) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const { body, contentType } = await metrics.scrape()
    return c.body(body, 200, { 'content-type': contentType, 'cache-control': 'no-store' })
  }
}

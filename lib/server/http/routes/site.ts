import type { Context } from 'hono'
import type { Site } from '@/lib/shared/contract/site'
import { json } from '../json-response'
import type { AppEnv } from '../services'

/** `GET /api/site`: what pages in front of this server need to know about it. */
export function siteFacts(site: Site) {
  return async (c: Context<AppEnv>): Promise<Response> =>
    json(c, await site.facts(), 200, { 'cache-control': 'no-store' })
}

/** `GET /api/gallery`: the gallery photos with the default model's predictions. */
export function galleryPictures(site: Site) {
  return async (c: Context<AppEnv>): Promise<Response> =>
    json(c, { pictures: await site.gallery() }, 200, { 'cache-control': 'no-store' })
}

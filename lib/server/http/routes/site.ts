import type { Context } from 'hono'
import type { Site } from '@/lib/shared/site'
import type { AppEnv } from '../services'

/** `GET /api/site`: what pages in front of this server must know of it. */
export function siteFacts(site: Site) {
  return async (c: Context<AppEnv>): Promise<Response> =>
    c.json(await site.facts(), 200, { 'cache-control': 'no-store' })
}

/** `GET /api/gallery`: the pictures of the gallery with the default model's answers. */
export function galleryPictures(site: Site) {
  return async (c: Context<AppEnv>): Promise<Response> =>
    c.json({ pictures: await site.gallery() }, 200, { 'cache-control': 'no-store' })
}

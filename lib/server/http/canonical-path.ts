import { getPath } from 'hono/utils/url'

/** A path that is not the canonical one: an empty segment somewhere, or a slash at the end. */
const OTHERWISE = /\/\/|.\/$/

/** The one form of a path under which it is routed, counted and logged: `//api/classify/` is `/api/classify`. */
export function canonicalPath(path: string): string {
  if (!OTHERWISE.test(path)) return path
  return path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
}

/** The same of a request, for Hono. */
export function routedPath(request: Request): string {
  return canonicalPath(getPath(request))
}

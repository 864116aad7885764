import { getPath } from 'hono/utils/url'
import { withoutBase } from '@/lib/shared/web/base-path'

/** A path that is not the canonical one: an empty segment somewhere, or a slash at the end. */
const OTHERWISE = /\/\/|.\/$/

/** The one form of a path under which it is routed, counted and logged: `//api/classify/` is `/api/classify`. */
export function canonicalPath(path: string): string {
  if (!OTHERWISE.test(path)) return path
  return path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
}

/** The path of the product that a request asks for, for Hono: canonical, without the prefix that it may have come with. */
export function routedPath(request: Request): string {
  return withoutBase(canonicalPath(getPath(request)))
}

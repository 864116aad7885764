import { getPath } from 'hono/utils/url'
import { withoutBase } from '@/lib/shared/web/base-path'

/** Matches a path that isn't canonical: it has an empty segment or a trailing slash. */
const NON_CANONICAL = /\/\/|.\/$/

/** The form of a path used for routing, metrics and logs: `//api/classify/` becomes `/api/classify`. */
export function canonicalPath(path: string): string {
  if (!NON_CANONICAL.test(path)) return path
  return path.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')
}

/** The path to route for Hono: canonical and without the base path. */
export function routedPath(request: Request): string {
  return withoutBase(canonicalPath(getPath(request)))
}

import { Problem } from '@/lib/shared/problems/problem'
import { BASE_PATH, isUnderBase, withoutBase } from '@/lib/shared/web/base-path'
import { isApiPath } from '../../http/api-paths'
import { canonicalPath } from '../../http/canonical-path'

/** The parsed target of a request. */
export interface Target {
  /** `server`: the server as a whole, as in `OPTIONS *`. */
  kind: 'api' | 'page' | 'server'
  /** Path and query, as received or as Next.js needs them; for the API with the canonical path. */
  url: string
  /** The path as browsers and Next.js read it, without dot segments, backslashes and the base path. */
  path: string
  /** The host of an absolute URL, which takes precedence over the Host header (RFC 9112, 3.2.2). */
  host?: string
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i
/** Matches a path that may have another canonical form: empty segments, dots, backslashes, a trailing slash. */
const UNUSUAL = /\/[/.]|\\|%2e|.\/$/i

/**
 * Parses a request target in any of the forms of HTTP (RFC 9112, 3.2).
 *
 * @throws Problem `malformed_request`
 */
export function readTarget(target: string, method: string): Target {
  if (target === '*' && method === 'OPTIONS') return { kind: 'server', url: '*', path: '*' }
  const [, host, rest = ''] = ABSOLUTE.exec(target) ?? []
  if (host === '') throw malformedProblem('its URL has no host')
  const url = host === undefined || rest.startsWith('/') ? rest || target : `/${rest}`
  if (!url.startsWith('/')) throw malformedProblem('its target is neither a path nor a URL')
  return { ...readPath(url), ...(host === undefined ? {} : { host: requireHost(host) }) }
}

function readPath(url: string): Target {
  const end = url.search(/[?#]/)
  const [raw, query] = end < 0 ? [url, ''] : [url.slice(0, end), url.slice(end)]
  // With a host in front, so that `//` starts a path and not a host.
  const path = UNUSUAL.test(raw) ? new URL(`http://localhost${raw}`).pathname : raw
  const canonical = canonicalPath(path)
  const pathInApp = withoutBase(canonical)
  if (isApiPath(pathInApp)) return { kind: 'api', url: canonical + query, path: pathInApp }
  if (BASE_PATH === '') return { kind: 'page', url, path }
  return { kind: 'page', url: pageUnderBase(raw, canonical) + query, path: pathInApp }
}

/**
 * Next.js needs the path with the base path. A proxy may have stripped it. The home page must not redirect: many
 * proxies redirect `/vision` to `/vision/`.
 */
function pageUnderBase(raw: string, canonical: string): string {
  if (!isUnderBase(canonical)) return canonical === '/' ? BASE_PATH : BASE_PATH + canonical
  return canonical === BASE_PATH ? BASE_PATH : raw
}

/** The usual forms of host names, IP addresses and ports. */
const PLAIN_HOST = /^[a-z\d._-]+(:\d{1,4})?$/i

/**
 * Validates the host of a request.
 *
 * @throws Problem `malformed_request` if it is invalid
 */
export function requireHost(host: string): string {
  if (PLAIN_HOST.test(host) || (!/[\s/\\?#@]/.test(host) && URL.canParse(`http://${host}`))) return host
  throw malformedProblem('its Host is invalid')
}

/** @param why completes "The HTTP request is malformed: …" */
export function malformedProblem(why: string): Problem {
  return new Problem('malformed_request', `The HTTP request is malformed: ${why}.`)
}

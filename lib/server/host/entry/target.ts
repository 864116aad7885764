import { Problem } from '@/lib/shared/problems/problem'
import { BASE_PATH, isUnderBase, withoutBase } from '@/lib/shared/web/base-path'
import { isApiPath } from '../../http/app'
import { canonicalPath } from '../../http/canonical-path'

/** What a request is for. */
export interface Target {
  /** `server`: the server as a whole, `OPTIONS *`. */
  kind: 'api' | 'page' | 'server'
  /** Path and query, as they came or as Next wants them; the canonical path where it is one of the API. */
  url: string
  /** The path of the product as browsers and Next read it, without dots and backslashes, and without the path that it is served under. */
  path: string
  /** The host that an absolute target names, which goes before the Host header (RFC 9112, 3.2.2). */
  host?: string
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i
/** Where a path may mean another one: empty segments, dots, backslashes, a slash at the end. */
const UNUSUAL = /\/[/.]|\\|%2e|.\/$/i

/**
 * Reads the target of a request in any of the forms that HTTP knows (RFC 9112, 3.2).
 *
 * @throws Problem `malformed_request`
 */
export function readTarget(target: string, method: string): Target {
  if (target === '*' && method === 'OPTIONS') return { kind: 'server', url: '*', path: '*' }
  const [, host, rest = ''] = ABSOLUTE.exec(target) ?? []
  if (host === '') throw malformed('its target names no host')
  const url = host === undefined || rest.startsWith('/') ? rest || target : `/${rest}`
  if (!url.startsWith('/')) throw malformed('its target is neither a path nor an address')
  return { ...readPath(url), ...(host === undefined ? {} : { host: requireHost(host) }) }
}

function readPath(url: string): Target {
  const end = url.search(/[?#]/)
  const [written, query] = end < 0 ? [url, ''] : [url.slice(0, end), url.slice(end)]
  // Behind a host, so that `//` begins a path and not a host.
  const path = UNUSUAL.test(written) ? new URL(`http://localhost${written}`).pathname : written
  const canonical = canonicalPath(path)
  const inside = withoutBase(canonical)
  if (isApiPath(inside)) return { kind: 'api', url: canonical + query, path: inside }
  if (BASE_PATH === '') return { kind: 'page', url, path }
  return { kind: 'page', url: pageUnderBase(written, canonical) + query, path: inside }
}

/** Next knows its pages by their whole path. A proxy may have taken the prefix away, and the start must not be redirected: many proxies send `/vision` on to `/vision/`. */
function pageUnderBase(written: string, canonical: string): string {
  if (!isUnderBase(canonical)) return canonical === '/' ? BASE_PATH : BASE_PATH + canonical
  return canonical === BASE_PATH ? BASE_PATH : written
}

/** Names, addresses and ports as they are written nearly always. */
const PLAIN_HOST = /^[a-z\d._-]+(:\d{1,4})?$/i

/**
 * The host of a request.
 *
 * @throws Problem `malformed_request` where it is none
 */
export function requireHost(host: string): string {
  if (PLAIN_HOST.test(host) || (!/[\s/\\?#@]/.test(host) && URL.canParse(`http://${host}`))) return host
  throw malformed('its Host is none')
}

/** @param why goes on "This is no HTTP request that can be answered: …" */
export function malformed(why: string): Problem {
  return new Problem('malformed_request', `This is no HTTP request that can be answered: ${why}.`)
}

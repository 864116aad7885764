/** What the service worker does with a request. */
export type Handling =
  /** A page that may be kept; `path` is its path below the base path, without an extension. */
  | { kind: 'page'; path: string }
  /** The router asks for the content of a page. */
  | { kind: 'router'; path: string }
  /** A file of the build, the samples, or an icon. */
  | { kind: 'file'; path: string }
  /** The script of a worker that isn't among the files. */
  | { kind: 'worker' }
  /** The browser handles it as if there were no service worker: the API above all. */
  | { kind: 'none' }

/** What is read of a request. */
type RequestFacts = Pick<Request, 'method' | 'url' | 'mode' | 'destination'> & { headers: Pick<Headers, 'has'> }

/** Pages have one segment. A static host may add `.html` (for `/`, `index.html`) or a slash. */
const PAGE = /^\/(?:index\.html|([a-z-]*)(?:\.html|\.txt|\/|\/index\.txt)?)$/

const NONE: Handling = { kind: 'none' }

/**
 * Decides how a request is handled.
 *
 * @param base the app's URL without a trailing slash, such as `https://host/vision`
 */
export function classifyRequest(request: RequestFacts, base: string, files: ReadonlySet<string>): Handling {
  const { origin, pathname } = new URL(request.url)
  const address = origin + pathname
  if (request.method !== 'GET' || (address !== base && !address.startsWith(`${base}/`))) return NONE
  const path = address.slice(base.length) || '/'
  if (files.has(path)) return { kind: 'file', path }
  const page = PAGE.exec(path)
  const isPage = page !== null && (request.mode === 'navigate' || request.headers.has('rsc'))
  if (isPage) return { kind: request.mode === 'navigate' ? 'page' : 'router', path: `/${page[1] ?? ''}` }
  return request.destination === 'worker' ? { kind: 'worker' } : NONE
}

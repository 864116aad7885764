import { type Context, Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { proxy } from 'hono/proxy'
import { Problem } from '@/lib/shared/problems/problem'
import { routedPath } from './canonical-path'
import { clientAddress } from './client-address'
import { type FrontKey, needsFrontKey } from './front-key'
import { accessLog } from './middleware/access-log'
import { compress } from './middleware/compress'
import { discardRefusedUploads } from './middleware/discard-upload'
import { rateLimit } from './middleware/rate-limit'
import { requestId } from './middleware/request-id'
import { refuseDuringShutdown } from './middleware/shutdown'
import { requireSignIn } from './middleware/sign-in'
import { failureReply } from './problem'
import { rewriteUrls } from './rewrite-urls'
import { API_DOCS_GUESSES, toApiDocs } from './routes/api-docs'
import { live } from './routes/health'
import type { App, AppEnv, Services } from './services'

interface FrontServices
  extends Pick<Services, 'environment' | 'lifecycle' | 'log' | 'metrics' | 'signIn' | 'photoRate'> {
  /** For the requests of this server's pages; null if the API needs none. */
  key: FrontKey | null
}

/**
 * Proxies the API of a remote server at the paths where this server's pages expect it. Bodies are streamed in both
 * directions. Errors of the remote server pass through.
 *
 * @param url the remote URL of a path
 */
export function createFrontApp(services: FrontServices, url: (path: string) => URL): App {
  const app: App = new Hono({ getPath: routedPath })
  app.use(
    requestId,
    accessLog(services),
    compress(),
    discardRefusedUploads(services, { passedOn: true }),
    refuseDuringShutdown(services),
    requireSignIn(services),
  )
  app.get('/health/live', live())
  for (const path of API_DOCS_GUESSES) app.get(path, toApiDocs)
  if (services.key) app.use(sendKey(services, services.key))
  app.all('*', (c) => forward(c, services, url))
  app.onError(failureReply(services))
  return app
}

/** Sends requests of this server's pages on with its key, within the limit of each visitor. */
function sendKey(services: FrontServices, key: FrontKey) {
  const limit = rateLimit(services)
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!(await needsFrontKey(c, key))) return next()
    c.set('frontKey', await key.secret())
    return limit(c, next)
  })
}

/** Hop-by-hop headers (RFC 9110, 7.6.1) and headers that this server has already handled. */
const HOP_BY_HOP_HEADERS = [
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Streams a body. A consumer that stops reading leaves the rest in place. */
function streamBody(body: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await body.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

/** Requests an unencoded response: it would be decoded here only to be encoded again. */
function fetchIdentity(request: Request): Promise<Response> {
  request.headers.set('accept-encoding', 'identity')
  return fetch(request)
}

async function forward(
  c: Context<AppEnv>,
  { environment, log }: FrontServices,
  url: (path: string) => URL,
): Promise<Response> {
  const { search } = new URL(c.req.url)
  const headers = new Headers(c.req.raw.headers)
  // The password is for this server; an operator's token may be for the remote one.
  if (/^basic /i.test(headers.get('authorization') ?? '')) headers.delete('authorization')
  for (const name of HOP_BY_HOP_HEADERS) headers.delete(name)
  const key = c.get('frontKey')
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`)
  headers.set('x-forwarded-for', clientAddress(c, environment.TRUST_PROXY))
  headers.set('x-request-id', c.get('requestId'))
  const target = url(`${c.req.path.slice(1)}${search}`)
  const { method, signal } = c.req.raw
  const body = c.req.raw.body?.getReader()
  try {
    const init = { method, headers, signal, ...(body ? { body: streamBody(body), duplex: 'half' } : {}) }
    const reply = await proxy(target, { ...init, customFetch: fetchIdentity } as RequestInit)
    return await rewriteUrls(reply, { path: c.req.path, there: url('').pathname })
  } catch (error) {
    // The rest of the body is discarded, so that the client can read the response.
    body?.releaseLock()
    // The client disconnected, so nothing reads this response; it only sets the status in the log.
    if (signal.aborted) return c.body(null, 499 as 400)
    if (isUnsendable(error))
      throw new Problem(
        'malformed_request',
        'This request can’t be forwarded to the API. Use a standard HTTP method and headers.',
      )
    log.warn({ err: error, api: target.origin }, 'the API behind these pages is unreachable')
    throw new Problem('not_ready', 'The API behind these pages is unreachable. Try again in a moment.', {
      cause: error,
    })
  }
}

/** Error codes with which Node refuses to send a request. */
const UNSENDABLE = ['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']

/**
 * Whether `fetch` refused to send the request, such as a TRACE: it throws without a cause, or with one of these codes.
 */
function isUnsendable(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false
  return error.cause === undefined || UNSENDABLE.includes((error.cause as { code?: string }).code ?? '')
}

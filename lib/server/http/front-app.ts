import { type Context, Hono } from 'hono'
import { proxy } from 'hono/proxy'
import { Problem } from '@/lib/shared/problems/problem'
import { routedPath } from './canonical-path'
import { clientAddress } from './client'
import { readdressed } from './front-addresses'
import { accessLog } from './middleware/access-log'
import { closing } from './middleware/closing'
import { compress } from './middleware/compress'
import { discardRefused } from './middleware/discard'
import { requestId } from './middleware/request-id'
import { requireSignIn } from './middleware/sign-in'
import { failureReply } from './problem'
import { live } from './routes/health'
import type { App, AppEnv, Services } from './services'

type FrontServices = Pick<Services, 'environment' | 'lifecycle' | 'log' | 'metrics' | 'signIn'>

/**
 * The API of a server elsewhere, at the place where the pages of this one expect it. Bodies pass through in both directions as they come; what the other
 * server refuses it says itself.
 *
 * @param url the address of a path there
 */
export function createFrontApp(services: FrontServices, url: (path: string) => URL): App {
  const app: App = new Hono({ getPath: routedPath })
  app.use(
    requestId,
    accessLog(services),
    compress(),
    discardRefused(services, { passedOn: true }),
    closing(services),
    requireSignIn(services),
  )
  app.get('/health/live', live())
  app.all('*', (c) => pass(c, services, url))
  app.onError(failureReply(services))
  return app
}

/** What is said to this server: of the connection to it (RFC 9110, 7.6.1), or answered by it already. */
const OWN_HEADERS = [
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

/** A body as it comes. Whoever stops reading it leaves the rest where it is. */
function relayed(body: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await body.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

/** Asks for the reply as it is: it would be unpacked here, only to be packed again. */
function plainly(request: Request): Promise<Response> {
  request.headers.set('accept-encoding', 'identity')
  return fetch(request)
}

async function pass(
  c: Context<AppEnv>,
  { environment, log }: FrontServices,
  url: (path: string) => URL,
): Promise<Response> {
  const { search } = new URL(c.req.url)
  const headers = new Headers(c.req.raw.headers)
  // The password is this server's; the operator's token may be the other's.
  if (/^basic /i.test(headers.get('authorization') ?? '')) headers.delete('authorization')
  for (const name of OWN_HEADERS) headers.delete(name)
  headers.set('x-forwarded-for', clientAddress(c, environment.TRUST_PROXY))
  headers.set('x-request-id', c.get('requestId'))
  const target = url(`${c.req.path.slice(1)}${search}`)
  const { method, signal } = c.req.raw
  const body = c.req.raw.body?.getReader()
  try {
    const init = { method, headers, signal, ...(body ? { body: relayed(body), duplex: 'half' } : {}) }
    const reply = await proxy(target, { ...init, customFetch: plainly } as RequestInit)
    return await readdressed(reply, { path: c.req.path, there: url('').pathname })
  } catch (error) {
    // What the sender still sends is read on, so that he sees why.
    body?.releaseLock()
    // The caller has gone; what is returned here nobody reads, and the log says so.
    if (signal.aborted) return c.body(null, 499 as 400)
    if (isUnsendable(error)) throw new Problem('malformed_request', 'This request cannot be passed on.')
    log.warn({ err: error, api: target.origin }, 'the API behind these pages does not answer')
    throw new Problem('not_ready', 'The API behind these pages does not answer. Try again in a moment.', {
      cause: error,
    })
  }
}

/** Why Node does not even send a request. */
const UNSENDABLE = ['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']

/** Whether a request is one that nobody could pass on, as a TRACE: `fetch` throws it back, without a cause or with one of these. */
function isUnsendable(error: unknown): boolean {
  if (!(error instanceof TypeError)) return false
  return error.cause === undefined || UNSENDABLE.includes((error.cause as { code?: string }).code ?? '')
}

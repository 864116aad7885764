import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { Problem } from '@/lib/shared/problems/problem'
import { addressOf } from '../../http/client-address'
import { clientNetwork } from '../../http/client-network'
import { HSTS } from '../../http/middleware/security-headers'
import { isOpen } from '../../http/middleware/sign-in'
import { asProblem } from '../../http/problem'
import type { Runtime } from '../../runtime/runtime'
import type { Connections } from '../connections'
import { respondWithError } from './error-response'
import { normalizeRequest } from './normalize-request'
import { malformedProblem } from './request-target'
import { isRouterState } from './router-state'

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Methods that pages accept. Next.js would answer any other method as a GET. */
const PAGE_METHODS = 'GET, HEAD, OPTIONS'
const ALL_METHODS = 'GET, HEAD, POST, DELETE, OPTIONS'

/** Handles every request, whatever it is and whatever fails further down. */
export function requestListener(connections: Connections, runtime: Runtime, pages: PageHandler): RequestListener {
  const api = apiListener(runtime)
  return (request, response) => {
    connections.track(request, response)
    const failed = (error: unknown) => respondWithError(request, response, error, runtime)
    try {
      const { kind, path } = normalizeRequest(request)
      if (kind === 'api') api(request, response).catch(failed)
      else if (kind === 'page') servePage(request, response, path, runtime, pages).catch(failed)
      else response.writeHead(204, { allow: ALL_METHODS }).end()
    } catch (error) {
      failed(error)
    }
  }
}

function apiListener({ app, log }: Runtime): (...of: Parameters<RequestListener>) => Promise<void> {
  const listener = getRequestListener((request, { incoming }) => app.fetch(request, { incoming }), {
    // The app itself discards the rest of refused bodies; the adapter must not close the connection first.
    autoCleanupIncoming: false,
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      const problem = error instanceof RequestError ? malformedProblem('its URL can’t be parsed') : asProblem(error)
      const id = randomUUID()
      const fields = { request_id: id, status: problem.status, code: problem.code }
      if (problem.code === 'internal') log.error({ ...fields, err: error }, 'internal error')
      else log.info(fields, 'request')
      const headers = { 'content-type': 'application/problem+json', 'x-request-id': id }
      return new Response(JSON.stringify(problem.toDetails(id)), { status: problem.status, headers })
    },
  })
  return async (request, response) => void (await listener(request, response))
}

/** Serves a page to clients that may see it. The API checks the same in its app. */
async function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  runtime: Runtime,
  pages: PageHandler,
): Promise<void> {
  const { signIn, environment } = runtime
  if (isForwardedHttps(request, environment.TRUST_PROXY)) response.setHeader('strict-transport-security', HSTS)
  const forwarded = request.headers['x-forwarded-for']
  const address = addressOf(request.socket.remoteAddress, forwarded?.toString(), environment.TRUST_PROXY)
  if (!isOpen(path)) await signIn?.check(request.headers.authorization, clientNetwork(address))
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { allow: PAGE_METHODS }).end()
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    const problem = new Problem(
      'method_not_allowed',
      `Pages don’t accept ${request.method}. Use one of: ${PAGE_METHODS}.`,
    )
    respondWithError(request, response, problem, runtime, { allow: PAGE_METHODS })
  } else {
    dropUnsupportedHeaders(request, response)
    await pages(request, response)
  }
}

/**
 * Drops headers to which Next.js responds with 500. If a range or precondition of a file can't be met, it looks for a
 * 416 or 412 page, which doesn't exist. The static files are small and sent whole: servers may ignore ranges (RFC
 * 9110, 14.2), and preconditions on a GET protect nothing.
 */
function dropUnsupportedHeaders({ headers }: IncomingMessage, response: ServerResponse): void {
  for (const name of ['range', 'if-range', 'if-match', 'if-unmodified-since']) delete headers[name]
  response.setHeader('accept-ranges', 'none')
  const state = headers['next-router-state-tree']
  if (state !== undefined && !isRouterState(state.toString())) delete headers['next-router-state-tree']
}

/** Whether trusted proxies report that the client uses TLS; this server itself speaks plain HTTP. */
function isForwardedHttps({ headers }: IncomingMessage, hops: number): boolean {
  return hops > 0 && String(headers['x-forwarded-proto']).split(',').at(-1)?.trim() === 'https'
}

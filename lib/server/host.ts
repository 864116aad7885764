import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener, RequestError } from '@hono/node-server'
import { Problem } from '@/lib/shared/problem'
import { guardPages } from './auth/guard'
import { Connections } from './connections'
import { readRequest } from './entry/entry-request'
import { refuseMalformed, refuseTunnel } from './entry/malformed'
import { refuse } from './entry/refusal'
import { isRouterState } from './entry/router-state'
import { malformed } from './entry/target'
import { addressOf } from './http/client'
import { network } from './http/middleware/rate-limit'
import { HSTS } from './http/middleware/security-headers'
import { isOpen } from './http/middleware/sign-in'
import { asProblem } from './http/problem'
import type { Runtime } from './running'
import { onSignals } from './signals'

/** Longer than a balancer keeps an idle connection (60 s on AWS), so that it never sends into a closed one. */
const KEEP_ALIVE_MS = 75_000
/** An upload may take this long, its headers less. */
const REQUEST_MS = 120_000

type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Serves the API and the pages on one port until a signal comes: the API in front, from the same app that Next
 * mounts, so that a photo does not pay for Next's routing.
 *
 * @throws Error with one clear line where the port cannot be had
 */
export async function serve(server: Server, runtime: Runtime, pages: PageHandler): Promise<void> {
  const { environment, log } = runtime
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.headersTimeout = KEEP_ALIVE_MS + 5_000
  server.requestTimeout = REQUEST_MS
  const connections = new Connections(server)
  const listener = requestListener(connections, runtime, pages)
  guardPages()
  server.on('request', listener)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // A sender that asks first is spared an upload that would be refused.
    const declared = Number(request.headers['content-length'] ?? 0)
    if (declared <= environment.MAX_REQUEST_BYTES) response.writeContinue()
    listener(request, response)
  })
  // An expectation that is unknown may be left aside (RFC 9110, 10.1.1).
  server.on('checkExpectation', listener)
  server.on('connect', refuseTunnel(runtime))
  server.on('clientError', refuseMalformed(connections, runtime))
  await listen(server, environment.PORT, environment.HOST)
  if (environment.METRICS_PORT !== undefined) await serveMetrics(runtime, environment.METRICS_PORT)
  onSignals(() => stop(server, connections, runtime), log)
  const { port } = server.address() as AddressInfo
  const shown = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(environment.HOST) ? 'localhost' : environment.HOST
  log.info({ url: `http://${shown}:${port}`, ...(await runtime.settled()) }, 'listening')
  process.send?.({ kind: 'listening', url: `http://${shown}:${port}` })
}

/** What pages may be asked with; whatever else a page would answer as if it had been a GET. */
const PAGE_METHODS = 'GET, HEAD, OPTIONS'
const ALL_METHODS = 'GET, HEAD, POST, DELETE, OPTIONS'

/** Every request gets an answer from here, whatever it is and whatever fails behind this. */
function requestListener(connections: Connections, runtime: Runtime, pages: PageHandler): RequestListener {
  const api = apiListener(runtime)
  return (request, response) => {
    connections.track(request, response)
    const failed = (error: unknown) => refuse(request, response, error, runtime)
    try {
      const { kind, path } = readRequest(request)
      if (kind === 'api') api(request, response).catch(failed)
      else if (kind === 'page') enter(request, response, path, runtime, pages).catch(failed)
      else response.writeHead(204, { allow: ALL_METHODS }).end()
    } catch (error) {
      failed(error)
    }
  }
}

function apiListener({ app, log }: Runtime): (...of: Parameters<RequestListener>) => Promise<void> {
  const listener = getRequestListener((request, { incoming }) => app.fetch(request, { incoming }), {
    // The app itself reads on after a refusal; the adapter must not close on top of it.
    autoCleanupIncoming: false,
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      const problem = error instanceof RequestError ? malformed('its address cannot be read') : asProblem(error)
      const id = randomUUID()
      log[problem.code === 'internal' ? 'error' : 'info']({ request_id: id, code: problem.code, err: error }, 'refused')
      const headers = { 'content-type': 'application/problem+json', 'x-request-id': id }
      return new Response(JSON.stringify(problem.toDetails(id)), { status: problem.status, headers })
    },
  })
  return async (request, response) => void (await listener(request, response))
}

/** The pages, for who may come in. The API has the same rule in its app. */
async function enter(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  runtime: Runtime,
  pages: PageHandler,
): Promise<void> {
  const { signIn, environment } = runtime
  if (secure(request, environment.TRUST_PROXY)) response.setHeader('strict-transport-security', HSTS)
  const forwarded = request.headers['x-forwarded-for']
  const address = addressOf(request.socket.remoteAddress, forwarded?.toString(), environment.TRUST_PROXY)
  if (!isOpen(path)) await signIn?.check(request.headers.authorization, network(address))
  if (request.method === 'OPTIONS') {
    response.writeHead(204, { allow: PAGE_METHODS }).end()
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    const problem = new Problem(
      'method_not_allowed',
      `${request.method} is not allowed here; allowed: ${PAGE_METHODS}.`,
    )
    refuse(request, response, problem, runtime, { allow: PAGE_METHODS })
  } else {
    leaveAside(request, response)
    await pages(request, response)
  }
}

/**
 * Leaves aside what Next cannot answer but with 500. Files beside the pages are small and given whole. Where a range or a condition cannot be met, Next looks for a page 416 or 412, finds none and
 * answers 500; a server may leave ranges aside (RFC 9110, 14.2), and nothing is ever changed by these methods.
 */
function leaveAside({ headers }: IncomingMessage, response: ServerResponse): void {
  for (const name of ['range', 'if-range', 'if-match', 'if-unmodified-since']) delete headers[name]
  response.setHeader('accept-ranges', 'none')
  const state = headers['next-router-state-tree']
  if (state !== undefined && !isRouterState(state.toString())) delete headers['next-router-state-tree']
}

/** The metrics on a port of their own, which need not be open to the world. It ends with the process. */
async function serveMetrics(runtime: Runtime, port: number): Promise<void> {
  const { environment, metrics } = runtime
  const server = createServer({ requireHostHeader: false })
  const connections = new Connections(server)
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    connections.track(request, response)
    try {
      const { path } = readRequest(request)
      if (path !== '/metrics') throw new Problem('not_found', 'There is nothing but /metrics.')
      const { body, contentType } = await metrics.scrape()
      response.writeHead(200, { 'content-type': contentType }).end(body)
    } catch (error) {
      refuse(request, response, error, runtime)
    }
  })
  server.on('clientError', refuseMalformed(connections, runtime))
  await listen(server, port, environment.HOST)
  server.unref()
}

/** Whether trusted proxies say that the page is seen over TLS; this server itself speaks plain HTTP. */
function secure({ headers }: IncomingMessage, hops: number): boolean {
  return hops > 0 && String(headers['x-forwarded-proto']).split(',').at(-1)?.trim() === 'https'
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const taken = code === 'EADDRINUSE' ? `port ${port} on ${host} is taken; choose another with PORT=…` : message
    throw new Error(taken, { cause: error })
  }
}

/**
 * Stops without losing a request: unready at once, serving on for SHUTDOWN_DELAY_MS while balancers notice, then
 * the listener closes and what runs is finished. Exit 0 when all is done, 1 when SHUTDOWN_TIMEOUT_MS ran out or something
 * failed: no fault keeps the process, nor any step from being tried.
 */
async function stop(server: Server, connections: Connections, runtime: Runtime): Promise<void> {
  const { environment, lifecycle, log } = runtime
  log.info({}, 'stopping')
  lifecycle.phase = 'leaving'
  await sleep(environment.SHUTDOWN_DELAY_MS)
  lifecycle.phase = 'closing'
  let code = 0
  const attempt = async (step: () => Promise<unknown>) => {
    try {
      await step()
    } catch (err) {
      code = 1
      log.error({ err }, 'a fault while stopping')
    }
  }
  const finished = (async () => {
    const closed = once(server, 'close')
    server.close()
    connections.closeIdle()
    // Whoever listens to a job's events would keep the listener open.
    await attempt(() => runtime.leave())
    await attempt(() => closed)
    await attempt(() => runtime.close())
  })()
  const inTime = await Promise.race([finished.then(() => true), sleep(environment.SHUTDOWN_TIMEOUT_MS, false)])
  if (!inTime) code = 1
  log.info({ code }, inTime ? 'stopped' : 'stopped with requests unfinished')
  process.exit(code)
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { guardPages } from './auth/guard'
import { CHALLENGE } from './auth/sign-in'
import { Connections } from './connections'
import { isApiPath } from './http/app'
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
  const { environment, log, metrics } = runtime
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
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    metrics.malformedRequest()
    refuseMalformed(error, socket)
  })
  await listen(server, environment.PORT, environment.HOST)
  if (environment.METRICS_PORT !== undefined) await serveMetrics(runtime, environment.METRICS_PORT)
  onSignals(() => stop(server, connections, runtime), log)
  const { port } = server.address() as AddressInfo
  const shown = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(environment.HOST) ? 'localhost' : environment.HOST
  log.info({ url: `http://${shown}:${port}`, ...(await runtime.settled()) }, 'listening')
  process.send?.({ kind: 'listening', url: `http://${shown}:${port}` })
}

function requestListener(connections: Connections, runtime: Runtime, pages: PageHandler): RequestListener {
  const { app, environment } = runtime
  // The app itself reads on after a refusal; the adapter must not close on top of it.
  const api = getRequestListener((request, { incoming }) => app.fetch(request, { incoming }), {
    autoCleanupIncoming: false,
    overrideGlobalObjects: false,
  })
  return (request, response) => {
    connections.track(request, response)
    if (isApiPath(request.url ?? '')) void api(request, response)
    else {
      if (secure(request, environment.TRUST_PROXY)) response.setHeader('strict-transport-security', HSTS)
      void enter(request, response, runtime, pages)
    }
  }
}

/** The pages, for who may come in. The API has the same rule in its app. */
async function enter(
  request: IncomingMessage,
  response: ServerResponse,
  { signIn, environment: { TRUST_PROXY } }: Runtime,
  pages: PageHandler,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  try {
    const forwarded = request.headers['x-forwarded-for']
    const address = addressOf(request.socket.remoteAddress, forwarded?.toString(), TRUST_PROXY)
    if (!isOpen(pathname)) await signIn?.check(request.headers.authorization, network(address))
  } catch (error) {
    const { status, detail, code, retryAfterSeconds } = asProblem(error)
    const headers =
      code === 'unauthorized' ? { 'www-authenticate': CHALLENGE } : { 'retry-after': String(retryAfterSeconds ?? 1) }
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
    response.end(`${detail}\n`)
    return
  }
  await pages(request, response)
}

/** What Node answers itself where nobody listens for this event. */
function refuseMalformed({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
  else socket.destroy()
}

/** The metrics on a port of their own, which need not be open to the world. It ends with the process. */
async function serveMetrics({ environment, metrics }: Runtime, port: number): Promise<void> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    const { body, contentType } = await metrics.scrape()
    response.writeHead(200, { 'content-type': contentType }).end(body)
  })
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

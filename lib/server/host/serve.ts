import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Server as TcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '@/lib/shared/problems/problem'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { guardPages } from '../auth/guard'
import type { GrpcServer } from '../grpc/server'
import type { Runtime } from '../runtime/runtime'
import { Connections } from './connections'
import { respondWithError } from './listener/error-response'
import { refuseMalformed, refuseTunnel } from './listener/malformed-request'
import { normalizeRequest } from './listener/normalize-request'
import { type PageHandler, requestListener } from './listener/request-listener'
import { onSignals } from './signals'

/** Longer than a load balancer keeps an idle connection (60 s on AWS), so that it never uses a closed one. */
const KEEP_ALIVE_MS = 75_000
/** Maximum duration of an upload; headers must arrive sooner. */
const REQUEST_TIMEOUT_MS = 120_000

/**
 * Serves the API and the pages on one port until a signal arrives. The API comes first, from the same app that Next.js
 * mounts, so that a photo doesn't pay for Next.js's routing.
 *
 * @throws Error with a one-line message if the port isn't available
 */
export async function serve(server: Server, runtime: Runtime, pages: PageHandler): Promise<void> {
  const { environment, log } = runtime
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.headersTimeout = KEEP_ALIVE_MS + 5_000
  server.requestTimeout = REQUEST_TIMEOUT_MS
  const connections = new Connections(server)
  const listener = requestListener(connections, runtime, pages)
  guardPages()
  server.on('request', listener)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Clients that send Expect: 100-continue don't send an upload that would be refused.
    const declared = Number(request.headers['content-length'] ?? 0)
    if (declared <= environment.MAX_REQUEST_BYTES) response.writeContinue()
    listener(request, response)
  })
  // Unknown expectations may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', listener)
  server.on('connect', refuseTunnel(runtime))
  server.on('clientError', refuseMalformed(connections, runtime))
  await listen(server, 'PORT', environment.PORT, environment.HOST)
  if (environment.METRICS_PORT !== undefined) await serveMetrics(runtime, environment.METRICS_PORT)
  const grpc = await serveGrpc(runtime)
  onSignals(() => stop(server, connections, grpc, runtime), log)
  const { port } = server.address() as AddressInfo
  const displayHost = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(environment.HOST) ? 'localhost' : environment.HOST
  const url = `http://${displayHost}:${port}${BASE_PATH}`
  log.info({ url, ...(grpc ? { grpc_port: environment.GRPC_PORT } : {}), ...(await runtime.settled()) }, 'listening')
  process.send?.({ kind: 'listening', url })
}

/** Serves the metrics on a separate port, which needn't be public. It closes with the process. */
async function serveMetrics(runtime: Runtime, port: number): Promise<void> {
  const { environment, metrics } = runtime
  const server = createServer({ requireHostHeader: false })
  const connections = new Connections(server)
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    connections.track(request, response)
    try {
      const { path } = normalizeRequest(request)
      if (path !== '/metrics') throw new Problem('not_found', 'This port serves only /metrics.')
      const { body, contentType } = await metrics.scrape()
      response.writeHead(200, { 'content-type': contentType }).end(body)
    } catch (error) {
      respondWithError(request, response, error, runtime)
    }
  })
  server.on('clientError', refuseMalformed(connections, runtime))
  await listen(server, 'METRICS_PORT', port, environment.HOST)
  server.unref()
}

/** Serves gRPC on a port of its own, if it is on. Its code is loaded only then. */
async function serveGrpc({ grpc: services, environment }: Runtime): Promise<GrpcServer | null> {
  if (services === null) return null
  const { createGrpcServer } = await import('../grpc/server')
  const server = createGrpcServer(services)
  await listen(server.listener, 'GRPC_PORT', environment.GRPC_PORT ?? 0, environment.HOST)
  return server
}

async function listen(server: TcpServer, option: string, port: number, host: string): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason =
      code === 'EADDRINUSE' ? `port ${port} on ${host} is already in use; set ${option} to another one` : message
    throw new Error(reason, { cause: error })
  }
}

/**
 * Shuts down without losing a request. Becomes unready immediately and serves on for SHUTDOWN_DELAY_MS while load
 * balancers notice. Then it closes the listener and finishes the requests in progress. Exits with 0 on success, or
 * with 1 if SHUTDOWN_TIMEOUT_MS elapsed or a step failed. A failing step neither blocks the exit nor skips the steps
 * after it.
 */
async function stop(
  server: Server,
  connections: Connections,
  grpc: GrpcServer | null,
  runtime: Runtime,
): Promise<void> {
  const { environment, lifecycle, log } = runtime
  log.info({}, 'stopping')
  lifecycle.phase = 'draining'
  await sleep(environment.SHUTDOWN_DELAY_MS)
  lifecycle.phase = 'closing'
  let code = 0
  const run = async (step: () => Promise<unknown>) => {
    try {
      await step()
    } catch (err) {
      code = 1
      log.error({ err }, 'error during shutdown')
    }
  }
  const finished = (async () => {
    const closed = once(server, 'close')
    server.close()
    connections.closeIdle()
    const called = grpc?.close()
    // Event streams of jobs would keep the listener open.
    await run(() => runtime.release())
    await run(() => closed)
    await run(async () => called)
    await run(() => runtime.close())
  })()
  const finishedInTime = await Promise.race([finished.then(() => true), sleep(environment.SHUTDOWN_TIMEOUT_MS, false)])
  if (!finishedInTime) code = 1
  log.info({ code }, finishedInTime ? 'stopped' : 'stopped with unfinished requests')
  process.exit(code)
}

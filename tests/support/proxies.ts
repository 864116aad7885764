import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What happens to a request: refused with a status, disconnected before or after it was served, served without a
 * response, or disconnected and served that many milliseconds later.
 */
export type Fault = { status: number; code: string } | 'cut' | 'cut_after' | 'hang_after' | { late: number }

export interface FaultyProxy {
  url: string
  /** Chooses the fault for each request, optionally asynchronously. */
  fault: (method: string, path: string) => Fault | undefined | Promise<undefined>
  /** Called after a request was served. The response is forwarded once this resolves. */
  served: (method: string, path: string) => unknown
  /** Objects in a page of a list, if fewer than the server's thousand. */
  pageSize: number | null
  close(): Promise<void>
}

/** A proxy in front of an S3-compatible server that simulates faulty networks and busy servers. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const proxy: FaultyProxy = {
    url: '',
    fault: () => undefined,
    served: () => {},
    pageSize: null,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const server = createServer(async (request, response) => {
    if (proxy.pageSize && request.url?.includes('list-type=2')) request.url += `&max-keys=${proxy.pageSize}`
    const [method, path] = [request.method ?? '', decodeURIComponent(request.url ?? '')]
    const decided = proxy.fault(method, path)
    const fault = decided instanceof Promise ? await decided : decided
    if (fault === 'cut') return void request.socket.destroy()
    if (typeof fault === 'object' && 'late' in fault) {
      return serveLate(target, request, fault.late).then(() => proxy.served(method, path))
    }
    if (typeof fault === 'object') return refuse(request, response, fault)
    forward(target, request, response, async () => {
      await proxy.served(method, path)
      if (fault === 'cut_after') request.socket.destroy()
      return fault !== 'cut_after' && fault !== 'hang_after'
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return proxy
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, code }: { status: number; code: string },
) {
  request.resume().on('end', () => {
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
  })
}

/** Reads a whole request, disconnects, and forwards the request later, when no client waits for it any more. */
async function serveLate(target: string, request: IncomingMessage, ms: number): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  request.socket.destroy()
  await sleep(ms)
  const { method, headers } = request
  await new Promise<void>((resolve) => {
    const onward = send(`${target}${request.url}`, { method, headers }, (reply) => reply.resume().on('end', resolve))
    onward.on('error', () => resolve())
    onward.end(Buffer.concat(pieces))
  })
}

/** @param answered whether to forward the response */
function forward(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  answered: () => Promise<boolean> = async () => true,
): void {
  const { method, headers } = request
  const onward = send(`${target}${request.url}`, { method, headers }, async (reply) => {
    if (!(await answered())) return void reply.resume()
    response.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
    reply.pipe(response)
    reply.on('error', () => response.destroy())
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

export interface Balancer {
  url: string
  /** Servers that get requests in turn. */
  targets: string[]
  close(): Promise<void>
}

/** A round-robin load balancer without sticky sessions. */
export async function startBalancer(targets: string[]): Promise<Balancer> {
  let turn = 0
  const balancer: Balancer = {
    url: '',
    targets,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  const server = createServer((request, response) => {
    const target = balancer.targets[turn++ % balancer.targets.length] as string
    forward(target, request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  balancer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return balancer
}

import { once } from 'node:events'
import { Agent, createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const INTERVAL_MS = 100
/** Consecutive failures after which a server gets no more requests. */
const UNHEALTHY_AFTER = 2

export interface CheckingBalancer {
  url: string
  /** Sends requests there once it is ready. */
  add(url: string): void
  /** Whether it sends requests there now. */
  sendsTo(url: string): boolean
  close(): Promise<void>
}

/**
 * A load balancer like those of AWS: probes whether each server is ready, distributes requests round-robin over
 * keep-alive connections, and never retries.
 */
export async function startCheckingBalancer(): Promise<CheckingBalancer> {
  const targets = new Map<string, { healthy: boolean; failures: number }>()
  const agent = new Agent({ keepAlive: true })
  const stop = new AbortController()
  let turn = 0

  async function watch(url: string): Promise<void> {
    while (!stop.signal.aborted) {
      const target = targets.get(url)
      if (!target) return
      const ok = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(1000) }).then(
        (reply) => reply.ok,
        () => false,
      )
      target.failures = ok ? 0 : target.failures + 1
      if (ok) target.healthy = true
      else if (target.failures >= UNHEALTHY_AFTER) target.healthy = false
      await sleep(INTERVAL_MS)
    }
  }

  const server = createServer((request, reply) => {
    const healthy = [...targets].filter(([, target]) => target.healthy).map(([url]) => url)
    const url = healthy[turn++ % Math.max(1, healthy.length)]
    if (url === undefined) return void reply.writeHead(503).end('no server')
    const { method, headers } = request
    const onward = send(url + request.url, { method, headers, agent }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply)
    })
    onward.on('error', (error) => {
      if (!reply.headersSent) reply.writeHead(502)
      reply.end(error.message)
    })
    request.pipe(onward)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add(url) {
      targets.set(url, { healthy: false, failures: 0 })
      void watch(url)
    },
    sendsTo: (url) => targets.get(url)?.healthy === true,
    async close() {
      stop.abort()
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

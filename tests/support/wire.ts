import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A connection proxy to a local server that simulates a failover or a router that drops connections. */
export interface Wire {
  url: string
  /** New connections go to this port. */
  port: number
  /** Silently stops all traffic on existing connections, in both directions. */
  silence(): void
  close(): Promise<void>
}

export async function startWire(port: number): Promise<Wire> {
  const pairs = new Set<readonly [Socket, Socket]>()
  const server = createServer((near) => {
    const far = connect(wire.port, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => pairs.has(pair) && to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const wire: Wire = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    port,
    silence() {
      for (const pair of pairs) for (const end of pair) end.unpipe().resume()
      pairs.clear()
    },
    async close() {
      for (const [near, far] of pairs) for (const end of [near, far]) end.destroy()
      server.close()
    },
  }
  return wire
}

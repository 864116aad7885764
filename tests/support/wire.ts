import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The way to a server on this machine, as a failover or a forgetful router makes it. */
export interface Wire {
  url: string
  /** New connections reach what listens on this port. */
  port: number
  /** Nothing more comes through the connections that are there, in either direction, and neither end is told. */
  silence(): void
  close(): Promise<void>
}

export async function startWire(port: number): Promise<Wire> {
  const ways = new Set<readonly [Socket, Socket]>()
  const server = createServer((near) => {
    const far = connect(wire.port, '127.0.0.1')
    const way = [near, far] as const
    ways.add(way)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => ways.has(way) && to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const wire: Wire = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    port,
    silence() {
      for (const way of ways) for (const end of way) end.unpipe().resume()
      ways.clear()
    },
    async close() {
      for (const [near, far] of ways) for (const end of [near, far]) end.destroy()
      server.close()
    },
  }
  return wire
}

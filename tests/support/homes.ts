import { startServer, type TestServer } from './server'
import { startMachines } from './services'

/** A jobs backend. */
export interface Home {
  server: TestServer
  stop(): Promise<unknown>
}

/** Both jobs backends: they make the same guarantees. */
export const HOMES: [name: string, open: (env: Record<string, string>) => Promise<Home>][] = [
  [
    'a folder',
    async (env) => {
      const server = await startServer({ env })
      return { server, stop: () => server.stop() }
    },
  ],
  [
    'Redis and a bucket',
    async (env) => {
      const machines = await startMachines({ env })
      return { server: machines.web[0] as TestServer, stop: () => machines.stop() }
    },
  ],
]

import { startServer, type TestServer } from './server'
import { startMachines } from './services'

/** A jobs backend. */
export interface Backend {
  server: TestServer
  stop(): Promise<unknown>
}

export type NamedBackend = [name: string, open: (env: Record<string, string>) => Promise<Backend>]

export const FOLDER: NamedBackend = [
  'a folder',
  async (env) => {
    const server = await startServer({ env })
    return { server, stop: () => server.stop() }
  },
]

export const MACHINES: NamedBackend = [
  'Redis and a bucket',
  async (env) => {
    const machines = await startMachines({ env })
    return { server: machines.web[0] as TestServer, stop: () => machines.stop() }
  },
]

/** Both jobs backends: they make the same guarantees. */
export const BACKENDS: NamedBackend[] = [FOLDER, MACHINES]

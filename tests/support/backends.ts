import { mkdtempSync, rmSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { checkKey } from '@/lib/server/jobs/distributed/object-keys'
import { s3Client } from '@/lib/server/storage/s3'
import { EXTENDED } from './full'
import { startServer, type TestServer } from './server'
import { type Machines, startMachines } from './services'

/** A jobs backend. */
export interface Backend {
  server: TestServer
  /** Damages what is stored of the check of a job. */
  damageCheck(id: string): Promise<unknown>
  /** With Redis and a bucket. */
  machines?: Machines
  stop(): Promise<unknown>
}

export type NamedBackend = [name: string, open: (env: Record<string, string>) => Promise<Backend>]

export const FOLDER: NamedBackend = [
  'a folder',
  async (env) => {
    const data = mkdtempSync(join(tmpdir(), 'data-'))
    const server = await startServer({ env: { DATA_DIR: data, ...env } })
    const path = (id: string) => join(env.DATA_DIR ?? data, 'jobs', id, 'check.json')
    return {
      server,
      damageCheck: (id) => truncate(path(id), 10),
      stop: async () => {
        await server.stop()
        rmSync(data, { recursive: true, force: true })
      },
    }
  },
]

export const MACHINES: NamedBackend = [
  'Redis and a bucket',
  async (env) => {
    const machines = await startMachines({ env })
    const { url: endpoint, bucket: Bucket } = machines.s3
    return {
      server: machines.web[0] as TestServer,
      machines,
      damageCheck: (id) =>
        s3Client({ endpoint }).send(new PutObjectCommand({ Bucket, Key: checkKey(id), Body: '{"fin' })),
      stop: () => machines.stop(),
    }
  },
]

/** Both jobs backends: they make the same guarantees. */
export const BACKENDS: NamedBackend[] = [FOLDER, MACHINES]

/** For what hardly depends on the backend: the first one, and all in the extended tests. */
export const ONE_BACKEND: NamedBackend[] = EXTENDED ? BACKENDS : [FOLDER]

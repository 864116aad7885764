import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { s3Client } from '@/lib/server/storage/s3'
import { s3Server } from '../../scripts/tools/s3-server.mjs'
import { freePort } from './ports'

/** Set by setup.ts: one server for all files of a run. */
export const SHARED_S3 = 'TEST_S3_URL'

/** Environment variables for the AWS SDK. */
const SDK = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
}

export interface S3Server {
  url: string
  /** A bucket that nothing else uses. */
  bucket: string
  /** Unset if it is shared. */
  pid?: number | undefined
  stop(): Promise<void>
}

/** A new bucket in a real S3-compatible server: the run's own, or else a new one. */
export async function startS3(): Promise<S3Server> {
  const shared = process.env[SHARED_S3]
  const server = shared ? { url: shared, stop: async () => {} } : await startS3Process()
  while (!(await isUp(server.url))) await sleep(50)
  Object.assign(process.env, SDK)
  const bucket = `photos-${randomUUID()}`
  await s3Client({ endpoint: server.url }).send(new CreateBucketCommand({ Bucket: bucket }))
  return { ...server, bucket }
}

/** Starts the server; it may take a second until it answers. */
export async function startS3Process(): Promise<Omit<S3Server, 'bucket'>> {
  const port = await freePort()
  const child = spawn(s3Server(), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

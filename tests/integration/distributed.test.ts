import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { startServer, type TestServer } from '../support/server'
import {
  type BatchWorkerProcess,
  type RedisServer,
  type S3Server,
  startRedis,
  startS3,
  startWorker,
} from '../support/services'

const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
describe('web instances and workers that share Redis and a bucket', () => {
  let redis: RedisServer
  let s3: S3Server
  let env: Record<string, string>
  let web: TestServer[]
  let worker: BatchWorkerProcess
  beforeAll(async () => {
    ;[redis, s3] = await Promise.all([startRedis(), startS3()])
    env = { REDIS_URL: redis.url, BUCKET: s3.bucket, AWS_ENDPOINT_URL: s3.url, LOG_LEVEL: 'warn', INSTANCES: '2' }
    const [one, two] = await Promise.all([startServer({ env }), startServer({ env })])
    web = [one, two]
    worker = await startWorker({ ...env, LOG_LEVEL: 'warn' })
  })
  afterAll(async () => {
    await worker?.stop()
    for (const server of web ?? []) await server.stop()
    await redis?.stop()
    await s3?.stop()
  })

  test('a job made at one instance is answered for by the other', async () => {
    const photos = [...distinctPhotos(230), broken]
    const { id } = await createJob(web[0]!.url, formOf(photos), '?model=fast&top_k=3')
    const job = await jobDone(web[1]!.url, id)
    expect(job).toMatchObject({ counts: { total: 231, done: 231, ok: 230, failed: 1 } })
    const rows = await resultsOf(web[1]!.url, id)
    expect(rows.map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(rows.at(-1)).toMatchObject({ status: 'failed', error_code: 'truncated_image' })
    expect(await resultsOf(web[0]!.url, id, '&status=failed')).toEqual(rows.slice(-1))
    expect(await resultsOf(web[0]!.url, id, '&offset=99&limit=3')).toEqual(rows.slice(99, 102))
    expect(worker.output()).toBe('')
  })
})

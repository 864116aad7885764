import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { s3Client } from '@/lib/server/storage/s3'
import type { Scope } from '@/lib/shared/contract/keys'
import type { ResultRow } from '@/lib/shared/results/columns'
import { FULL, fullTest } from '../support/full'
import { refusal } from '../support/http'
import { createJob, jobDone, jobOf, jobWhen, resultsOf } from '../support/jobs'
import { ADMIN_TOKEN, bearer, createKey, usageOf } from '../support/keys'
import { distinctPhotos, formOf } from '../support/many-photos'
import { writeCatalog } from '../support/onnx'
import { type FaultyProxy, startFaultyProxy } from '../support/proxies'
import { type S3Server, startS3 } from '../support/s3'
import { startServer } from '../support/server'
import { type Machines, startMachines, startWorker } from '../support/services'
import { visionHere } from '../support/vision-here'

const PHOTOS = distinctPhotos(6)
/** Objects in a page of the list. Over Redis, photos are registered in hundreds. */
const PAGE = FULL ? 100 : 40
const MANY = PAGE + 20
const post = (url: string, body: BodyInit | null = null, headers: HeadersInit = {}) =>
  fetch(url, { method: 'POST', body, headers })

let s3: S3Server
let network: FaultyProxy
let models: string
let client: S3Client
const put = (Bucket: string, Key: string, Body: Uint8Array) => client.send(new PutObjectCommand({ Bucket, Key, Body }))

beforeAll(async () => {
  s3 = await startS3()
  models = mkdtempSync(join(tmpdir(), 'models-'))
  writeCatalog(models, { fast: 'tiny', accurate: 'other' }, 'fast', 1000)
  network = await startFaultyProxy(s3.url)
  network.pageSize = PAGE
  client = s3Client({ endpoint: s3.url })
  for (const Bucket of ['camera', 'versions']) {
    await client.send(new CreateBucketCommand({ Bucket }))
    if (Bucket === 'versions') {
      const VersioningConfiguration = { Status: 'Enabled' as const }
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    }
    for (const { file, bytes } of PHOTOS) await put(Bucket, `set/${file}`, bytes)
    await put(Bucket, 'set/readme.txt', Buffer.from('no photo'))
    await put(Bucket, 'set-secret/a.jpg', PHOTOS[0]!.bytes)
  }
  for (let i = 0; i < MANY; i++) await put('camera', `many/${String(i).padStart(5, '0')}.jpg`, Buffer.from(`no ${i}`))
})
afterAll(async () => {
  await network?.close()
  rmSync(models, { recursive: true })
})
afterEach(() => {
  network.fault = () => undefined
})

let changes = 0

/** Overwrites a photo of the set after it was listed and before it is read. */
function changeMeanwhile(bucket: string, file: string): void {
  network.fault = (method, path) => {
    if (method !== 'GET' || !path.startsWith(`/${bucket}/set/${file}`)) return undefined
    network.fault = () => undefined
    const other = Buffer.concat([PHOTOS[0]!.bytes, Buffer.from(`${changes++}`)])
    return put(bucket, `set/${file}`, other).then(() => undefined)
  }
}

const names = (bucket: string) => PHOTOS.map(({ file }) => `s3://${bucket}/set/${file}`).sort()

interface Home {
  url: string
  kill(): Promise<void>
  stop(): Promise<unknown>
}

const HOMES: [name: string, open: (env: Record<string, string>) => Promise<Home>][] = [
  [
    'a folder',
    async (env) => {
      const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
      const start = () => startServer({ env: { ...env, DATA_DIR: folder } })
      let server = await start()
      const home: Home = {
        url: server.url,
        async kill() {
          server.child.kill('SIGKILL')
          await new Promise((resolve) => server.child.once('exit', resolve))
          server = await start()
          home.url = server.url
        },
        async stop() {
          await server.stop()
          rmSync(folder, { recursive: true })
        },
      }
      return home
    },
  ],
  [
    'Redis and a bucket',
    async (env) => {
      const machines: Machines = await startMachines({ env, s3: { ...s3, url: network.url } })
      return {
        url: machines.web[0]!.url,
        async kill() {
          await machines.workers[0]!.kill()
          machines.workers.push(await startWorker(machines.env))
        },
        stop: () => machines.stop(),
      }
    },
  ],
]

describe.each(HOMES)('jobs of photos that are in a bucket already; jobs in %s', (name, open) => {
  let home: Home
  beforeAll(async () => {
    home = await open({
      LOG_LEVEL: 'warn',
      MODELS_DIR: models,
      AWS_ENDPOINT_URL: network.url,
      JOBS_S3_PREFIXES: 's3://camera/set, s3://camera/many/, s3://versions',
      API_KEYS: 'optional',
      ADMIN_TOKEN,
    })
  })
  afterAll(() => home?.stop())

  test('classifies each photo under the prefix in key order, and reports one that changed after it was listed', async () => {
    changeMeanwhile('camera', PHOTOS[3]!.file)
    const { id, source } = await createJob(home.url, null, '?model=fast&source=s3://camera/set/')
    expect(source).toBe('s3://camera/set/')
    const job = await jobDone(home.url, id)
    expect([job.counts, job.listing, job.open]).toEqual([{ total: 6, done: 6, ok: 5, failed: 1 }, false, false])
    const rows = await resultsOf(home.url, id)
    expect(rows.map(({ file }) => file)).toEqual(names('camera'))
    const changed = rows.filter(({ status }) => status === 'failed')
    expect(changed).toMatchObject([{ file: `s3://camera/set/${PHOTOS[3]!.file}`, error_code: 'conflict' }])
    await refusal(post(`${home.url}/api/jobs/${id}/photos`, formOf(PHOTOS)), 409, 'conflict')
  })

  test('classifies the same photos on another model, from the bucket or sent again, beside the first job', async () => {
    const sent = (model: string) => createJob(home.url, formOf(PHOTOS), `?model=${model}`)
    const listed = (model: string) => createJob(home.url, null, `?model=${model}&source=s3://camera/set/`)
    for (const create of [sent, listed]) {
      const first = await create('fast')
      await jobDone(home.url, first.id)
      const before = await resultsOf(home.url, first.id)
      const second = await create('accurate')
      expect(second.id).not.toBe(first.id)
      expect((await jobDone(home.url, second.id)).counts).toEqual({ total: 6, done: 6, ok: 6, failed: 0 })
      const rows = await resultsOf(home.url, second.id)
      expect(rows.map(({ file, sha256 }) => [file, sha256])).toEqual(before.map(({ file, sha256 }) => [file, sha256]))
      expect(new Set(before.map(({ model }) => model))).toEqual(new Set(['tiny']))
      expect(new Set(rows.map(({ model }) => model))).toEqual(new Set(['other']))
      expect(await resultsOf(home.url, first.id)).toEqual(before)
    }
  })

  test('with versioning, reads a photo as it was when it was listed', async () => {
    changeMeanwhile('versions', PHOTOS[4]!.file)
    const { id } = await createJob(home.url, null, '?model=fast&source=s3://versions/set')
    expect((await jobDone(home.url, id)).counts.ok).toBe(6)
    expect((await resultsOf(home.url, id)).map(({ file }) => file)).toEqual(names('versions'))
  })

  test('counts photos for the key that created the job as they are listed, up to its quota', async () => {
    const terms = { scopes: ['classify', 'jobs'] as Scope[], monthly_quota: 10 }
    const { key, secret } = await createKey(home.url, { name: 'of the camera', ...terms })
    const create = () => createJob(home.url, null, '?model=fast&source=s3://camera/set/', bearer(secret))
    const whole = await jobDone(home.url, (await create()).id)
    expect(whole.counts).toEqual({ total: 6, done: 6, ok: 6, failed: 0 })
    const part = await jobDone(home.url, (await create()).id)
    expect([part.counts, part.listing]).toEqual([{ total: 5, done: 5, ok: 4, failed: 1 }, false])
    const rows = await resultsOf(home.url, part.id)
    expect(rows.map(({ file }) => file)).toEqual(names('camera').slice(0, 5))
    expect(rows[4]).toMatchObject({ status: 'failed', error_code: 'quota_exceeded' })
    await refusal(post(`${home.url}/api/jobs?source=s3://camera/set/`, null, bearer(secret)), 429, 'quota_exceeded')
    await expect.poll(async () => (await usageOf(home.url, `?key=${key.id}`)).rows).toMatchObject([{ photos: 10 }])
  })

  test('refuses prefixes that are not allowed', async () => {
    const from = (query: string, body: BodyInit | null = null) => post(`${home.url}/api/jobs?source=${query}`, body)
    for (const place of ['s3://camera/set-secret/', 's3://camera', 's3://camera/many', `s3://${s3.bucket}/jobs/`]) {
      await refusal(from(place), 422, 'url_refused')
    }
    await refusal(from('https://camera/set'), 400, 'invalid_parameter')
    await refusal(from('s3://camera/set/&open=1'), 400, 'invalid_parameter')
    await refusal(from('s3://camera/set/', formOf(PHOTOS)), 400, 'invalid_parameter')
  })

  const inFolder = name === 'a folder' ? test : fullTest
  inFolder(
    'continues after a kill while listing, with each photo once',
    async () => {
      const listed = new Promise<void>((resolve) => {
        // The second page never arrives: until then there are only the photos of the first.
        network.fault = (_method, path) => {
          if (!path.includes('continuation-token')) return undefined
          resolve()
          return 'hang_after'
        }
      })
      const { id } = await createJob(home.url, null, '?model=fast&source=s3://camera/many/')
      await listed
      expect(await jobWhen(home.url, id, ({ counts }) => counts.total === PAGE)).toMatchObject({ listing: true })
      await home.kill()
      network.fault = () => undefined
      const job = await jobDone(home.url, id)
      expect(job.counts).toEqual({ total: MANY, done: MANY, ok: 0, failed: MANY })
      const files = (await resultsOf(home.url, id)).map(({ file }) => file)
      expect(files).toEqual(
        Array.from({ length: MANY }, (_, i) => `s3://camera/many/${String(i).padStart(5, '0')}.jpg`),
      )
      expect(await jobOf(home.url, id)).toMatchObject({ state: 'done', listing: false })
    },
    90_000,
  )

  if (name === 'a folder') return
  test('stores all results of a finished job in the bucket as one object', async () => {
    const { id } = await createJob(home.url, formOf(distinctPhotos(130)), '?model=fast')
    await jobDone(home.url, id)
    const expected = await (await fetch(`${home.url}/api/jobs/${id}/results?format=ndjson`)).text()
    const read = async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: `jobs/${id}/results.ndjson` }))
      return Body?.transformToString()
    }
    await expect.poll(() => read().catch(() => undefined), { timeout: 10_000 }).toBe(expected)
  })
})

test('vision classify reads a bucket, reports a photo that changed, and reports a bucket that it may not list', async () => {
  changeMeanwhile('camera', PHOTOS[5]!.file)
  const folder = mkdtempSync(join(tmpdir(), 'out-'))
  const out = join(folder, 'results.json')
  const env = { AWS_ENDPOINT_URL: network.url }
  const run = await visionHere(['classify', 's3://camera/set/', '--model', 'fast', '--out', out], env)
  expect([run.code, run.err]).toEqual([1, expect.stringMatching(/conflict: The object has changed/)])
  const rows = JSON.parse(readFileSync(out, 'utf8')) as ResultRow[]
  expect(rows.map(({ file }) => file)).toEqual(names('camera'))
  expect(rows.filter(({ status }) => status === 'ok')).toHaveLength(5)
  const gone = await visionHere(['classify', 's3://nowhere/', '--model', 'fast'], env)
  expect([gone.code, gone.err]).toEqual([5, expect.stringMatching(/Cannot list s3:\/\/nowhere\/: NoSuchBucket/)])
  rmSync(folder, { recursive: true })
})

import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { s3Client } from '@/lib/server/storage/s3'
import { answer, classify } from '../support/http'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { edit } from '../support/models'
import { writeCatalog } from '../support/onnx'
import { espresso } from '../support/photos'
import { type FaultyProxy, startFaultyProxy } from '../support/proxies'
import { type S3Server, startS3 } from '../support/s3'
import { startServer, type TestServer } from '../support/server'
import { startMachines } from '../support/services'
import { visionHere } from '../support/vision-here'

/** Where servers keep their copies of the models. */
const temporary = mkdtempSync(join(tmpdir(), 'models-bucket-'))
const copies = () => readdirSync(temporary).filter((name) => name.startsWith('vision-models-'))

let s3: S3Server
/** Where the models are. */
let place: string
let network: FaultyProxy
let folder: string
let server: TestServer | undefined
let env: Record<string, string>

beforeAll(async () => {
  s3 = await startS3()
  place = `s3://${s3.bucket}/models/v1/`
  network = await startFaultyProxy(s3.url)
  folder = mkdtempSync(join(tmpdir(), 'models-'))
  writeCatalog(folder, { fast: 'one', balanced: 'two', accurate: 'three' })
  env = { MODELS_DIR: place, AWS_ENDPOINT_URL: network.url, MODELS_REFRESH_SECONDS: '1', TMPDIR: temporary }
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  rmSync(temporary, { recursive: true })
  await network?.close()
})
afterEach(async () => {
  network.fault = () => undefined
  await server?.stop()
  server = undefined
})

const push = () => visionHere(['models', '--models-dir', folder, 'push', place], { AWS_ENDPOINT_URL: network.url })
const modelOf = async ({ url }: TestServer) => (await answer(classify(url, espresso))).model.id

/** Makes another model the default one. */
function makeDefault(type: string): void {
  edit<{ default: string }>(join(folder, 'catalog.json'), (catalog) => {
    catalog.default = type
  })
}

test('models come from a bucket, another set without a restart, and serve on while the bucket is away', async () => {
  expect(await push()).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^s3:\/\/.* now has (\d+) files, \1 of them new\.\n$/),
  })
  const before = copies()
  server = await startServer({ env })
  expect(await modelOf(server)).toBe('two')

  makeDefault('fast')
  expect((await push()).out).toMatch(/, 1 of them new\.\n$/)
  const running = server
  await vi.waitUntil(async () => (await modelOf(running)) === 'one', { timeout: 20_000 })

  network.fault = () => 'cut'
  await server.printed(/could not get new models; still serving the current ones/)
  expect(await modelOf(server)).toBe('one')
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  await server.stop()
  expect(copies()).toEqual(before)
})

test('does not load an incomplete set, or a file that does not match its checksum', async () => {
  makeDefault('balanced')
  await push()
  server = await startServer({ env })
  const damaged = { Bucket: s3.bucket, Key: 'models/v1/one/config.json', Body: '{}' }
  await s3Client({ endpoint: s3.url }).send(new PutObjectCommand(damaged))
  makeDefault('accurate')
  edit<{ note?: string }>(join(folder, 'three/config.json'), (config) => {
    config.note = 'changed'
  })
  await push()
  await server.printed(/config\.json is damaged: its SHA-256 is [0-9a-f]+, but SHA256SUMS expects/)
  expect(await modelOf(server)).toBe('two')
})

test('sets that cannot be loaded take nothing from the one that serves: its workers start again from it', async () => {
  edit<{ note?: string }>(join(folder, 'one/config.json'), (config) => {
    config.note = 'sent again: what lay there was damaged'
  })
  makeDefault('balanced')
  await push()
  server = await startServer({ env })
  const client = s3Client({ endpoint: s3.url })
  const put = (name: string, Body: string) =>
    client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: `models/v1/${name}`, Body }))
  for (const nonsense of ['{', '{{', '{{{']) {
    await put('catalog.json', nonsense)
    await put('SHA256SUMS', `${createHash('sha256').update(nonsense).digest('hex')}  catalog.json\n`)
    const failures = () => server?.output().match(/could not reload the models/g)?.length ?? 0
    await vi.waitUntil(() => failures() === nonsense.length, { timeout: 20_000 })
  }
  const [running, killed] = [server, server.workers()]
  for (const pid of killed) process.kill(pid, 'SIGKILL')
  // A photo that comes before the server has seen it may lose two workers, and is refused then.
  const replaced = async () => {
    const { workers } = await (await fetch(`${running.url}/health/status`)).json()
    return workers.ready === killed.length && !running.workers().some((pid) => killed.includes(pid))
  }
  await vi.waitUntil(replaced, { timeout: 20_000 })
  expect(await modelOf(server)).toBe('two')
})

test('a server that finds no models says so in one line and stops', async () => {
  const failed = startServer({ env: { ...env, MODELS_DIR: 's3://nowhere/models/' } })
  await expect(failed).rejects.toThrow(
    /stopped with 1:\ncannot start: could not get the models from s3:\/\/nowhere\/models\/: .*\n$/,
  )
  await expect(startServer({ env: { ...env, MODELS_DIR: 's3://Nowhere' } })).rejects.toThrow(
    /MODELS_DIR="s3:\/\/Nowhere" is invalid; expected: a folder, or a location like s3:\/\/bucket\/models\//,
  )
})

test('a worker that has not heard of a job’s model yet asks for it', async () => {
  makeDefault('balanced')
  await push()
  const machines = await startMachines({
    s3: { ...s3, url: network.url },
    env: { ...env, MODELS_REFRESH_SECONDS: '3600' },
  })
  try {
    edit<{ types: Record<string, unknown> }>(join(folder, 'catalog.json'), ({ types }) => {
      types.fast = { ...(types.fast as object), id: 'another' }
    })
    cpSync(join(folder, 'one'), join(folder, 'another'), { recursive: true })
    await push()
    const newer = await startServer({ env: { ...machines.env } })
    const { id, model } = await createJob(newer.url, formOf(distinctPhotos(4)), '?model=fast')
    expect(model.id).toBe('another')
    const { counts } = await jobDone(newer.url, id)
    await newer.stop()
    expect(counts).toMatchObject({ ok: 4, failed: 0 })
  } finally {
    await machines.stop()
  }
})

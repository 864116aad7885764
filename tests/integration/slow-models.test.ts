import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import type { EngineOptions } from '@/lib/server/engine/engine-options'
import type { Problem } from '@/lib/shared/problems/problem'
import { fullTest } from '../support/full'
import { SLOW_PREPROCESSOR, slowOnnx, writeModelFolder } from '../support/onnx'
import { visionHere } from '../support/vision-here'

/** Models whose runs take a large part of the time limit: no photo is blamed for waiting. */
const PRODUCTS = 200
const QUICK = 1
const PHOTOS = 10

type TestEngine = Awaited<ReturnType<typeof createEngine>>

let folder: string
let photo: Buffer
let large: Buffer
const open: TestEngine[] = []

async function engine(limits: Partial<EngineOptions>, products = PRODUCTS): Promise<TestEngine & { lines: string[] }> {
  const lines: string[] = []
  const log = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const created = await createEngine({
    catalog: async () => [{ ...(await readModelFolder(join(folder, `slow-${products}`))), default: true }],
    workerScript: 'dist/engine-worker.js',
    workers: 1,
    workerTimeoutMs: 600_000,
    workerMaxBytes: 4e9,
    deadlineMs: 600_000,
    maxPixels: 200e6,
    queue: { photos: 100, bytes: 1e10 },
    log: { info: log, warn: log, error: log },
    ...limits,
  })
  open.push(created)
  await created.settled()
  return { ...created, lines }
}

async function runMs(): Promise<number> {
  const measured = await engine({})
  return measured.report(`slow-${PRODUCTS}`)?.runMs ?? 0
}

const ask = { topK: 1, priority: 'batch' } as const
const outcome = (answer: Promise<{ predictions: { label: string }[] }>) =>
  answer.then(
    ({ predictions }) => predictions[0]?.label,
    ({ code }: Problem) => code,
  )

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slow-models-'))
  for (const products of [PRODUCTS, QUICK])
    writeModelFolder(folder, `slow-${products}`, slowOnnx(products), SLOW_PREPROCESSOR)
  const picture = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: { r: 200, g: 10, b: 10 } } })
  photo = await picture(64, 64).png().toBuffer()
  large = await picture(12_000, 12_000).png().toBuffer()
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

fullTest('does not kill a worker whose photos wait for other runs', async () => {
  // A machine that is busy for a moment takes three times as long for a run.
  const limit = Math.round(5 * (await runMs()))
  const slow = await engine({ workerTimeoutMs: limit })
  const outcomes = await Promise.all(Array.from({ length: PHOTOS }, () => outcome(slow.classify(photo, { topK: 1 }))))
  expect(outcomes).toEqual(Array(PHOTOS).fill('red'))
  expect(slow.stats().workers.restarts).toBe(0)
  expect(slow.lines.filter((line) => line.includes('a worker crashed'))).toEqual([])
  // A limit that is far too low is reported at startup.
  const { lines } = await engine({ workerTimeoutMs: Math.round(limit / 25) })
  expect(lines.join()).toMatch(/Running this model takes .* Set WORKER_TIMEOUT_MS to \d+ or more\./)
})

test('a batch without a deadline waits as long as necessary, and interactive requests keep their deadline', async () => {
  const deadlineMs = Math.round(2.5 * (await runMs()))
  const slow = await engine({ deadlineMs })
  const unhurried = { ...ask, deadlineMs: Number.POSITIVE_INFINITY }
  const batch = Array.from({ length: PHOTOS }, () => outcome(slow.classify(photo, unhurried)))
  const person = outcome(slow.classify(photo, { topK: 1 }))
  expect(await Promise.all(batch)).toEqual(Array(PHOTOS).fill('red'))
  expect(['red', 'deadline_exceeded']).toContain(await person)
  expect(slow.stats()).toMatchObject({ workers: { restarts: 0 }, queue: { bytes: 0 } })
})

test('detects a decode that does not end while others run, and rejects only its photo', async () => {
  const busy = await engine({ workerTimeoutMs: 150 }, QUICK)
  const stuck = outcome(busy.classify(large, ask))
  let over = false
  void stuck.then(() => {
    over = true
  })
  while (!over) expect(await outcome(busy.classify(photo, ask))).toBe('red')
  expect(await stuck).toBe('deadline_exceeded')
  expect(busy.lines.join()).toContain('took longer than 150 ms')
  expect(await outcome(busy.classify(photo, ask))).toBe('red')
})

test('warns about a model that is too slow for the settings when it is added', async () => {
  const models = mkdtempSync(join(tmpdir(), 'slow-catalog-'))
  writeFileSync(join(models, 'catalog.json'), JSON.stringify({ default: 'fast', types: {} }))
  const add = (env: Record<string, string>) =>
    visionHere(
      ['models', '--models-dir', models, 'add', join(folder, `slow-${PRODUCTS}`), '--as', 'slow', '--force'],
      env,
    )
  const roomy = await add({ WORKER_TIMEOUT_MS: '600000', REQUEST_TIMEOUT_MS: '600000' })
  expect(roomy).toMatchObject({ code: 0, err: '' })
  expect(roomy.out).toMatch(/\n {2}speed {5}[\d.]+ m?s per run on one core of this machine/)
  const tight = await add({ WORKER_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '600000' })
  expect(tight.err).toMatch(
    /^Warning: Running this model takes [\d.]+ s on this machine, but workers time out after 0.1 s\./,
  )
  const hasty = await add({ WORKER_TIMEOUT_MS: '600000', REQUEST_TIMEOUT_MS: '100' })
  expect(hasty.err).toMatch(/Set REQUEST_TIMEOUT_MS to \d+ or more\.\n$/)
  rmSync(models, { recursive: true })
})

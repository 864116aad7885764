import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'

const EVAL = '../shared/eval'
const there = existsSync(join(EVAL, 'labels.csv'))
if (!there) console.log(`skipped: accuracy over labelled photos, because ${EVAL} does not exist`)

describe.skipIf(!there)('top-1 through the whole engine, over 1,000 labelled photos', () => {
  let engine: Awaited<ReturnType<typeof createEngine>>
  beforeAll(async () => {
    const log = { info() {}, warn() {}, error() {} }
    engine = await createEngine({
      catalog: () => readCatalog('models'),
      workerScript: 'dist/engine-worker.js',
      workers: 2,
      workerTimeoutMs: 20_000,
      workerMaxBytes: 1e9,
      deadlineMs: 60_000,
      maxPixels: 50e6,
      queue: { photos: 2000, bytes: 1e10 },
      log,
    })
    await engine.settled()
  })
  afterAll(() => engine.close())

  test.each([
    ['fast', 0.87],
    ['balanced', 0.875],
    ['accurate', 0.875],
  ])('%s ≥ %f', async (model, least) => {
    const rows = readFileSync(join(EVAL, 'labels.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
    const right = await Promise.all(
      rows.map(async ([file = '', index]) => {
        const { predictions } = await engine.classify(readFileSync(join(EVAL, file)), { model, topK: 1 })
        return predictions[0]?.index === Number(index)
      }),
    )
    const top1 = right.filter(Boolean).length / rows.length
    console.log(`${model}: top-1 ${(100 * top1).toFixed(1)} % of ${rows.length}`)
    expect(top1).toBeGreaterThanOrEqual(least)
  })
})

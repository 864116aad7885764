import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResultRow } from '@/lib/shared/results/columns'
import { FULL } from '../support/full'
import { answer, classify, refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos } from '../support/many-photos'
import { tinyOnnx, writeModelFolder } from '../support/onnx'
import { startServer, type TestServer } from '../support/server'
import { visionHere } from '../support/vision-here'

/** Options from every entry point: number of labels, model, and that none is ignored. */
const COUNTS = [2, 3, 4, 9]
const bytes = distinctPhotos(1)[0]!.bytes
let folder: string
let server: TestServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'options-'))
  const shape = [1, 3, 8, 8]
  const preprocessor = { do_resize: true, size: { height: 8, width: 8 }, do_rescale: true, do_normalize: false }
  for (const classes of COUNTS) {
    const model = tinyOnnx({ type: 'float32', layout: 'nchw', shape, output: 'logits', classes })
    writeModelFolder(join(folder, 'models'), `of-${classes}`, model, preprocessor, classes)
    if (classes !== 2) continue
    const balanced = { id: 'of-2', sha256: createHash('sha256').update(model).digest('hex'), bytes: model.length }
    const catalog = { default: 'balanced', types: { balanced } }
    writeFileSync(join(folder, 'models', 'catalog.json'), JSON.stringify(catalog))
  }
  server = await startServer({ env: { MODELS_DIR: join(folder, 'models'), LOG_LEVEL: 'warn' } })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** A form with fields and files in this order. */
function form(...parts: [name: string, value: string | Uint8Array][]): FormData {
  const made = new FormData()
  for (const [name, value] of parts) {
    if (typeof value === 'string') made.append(name, value)
    else made.append(name, new Blob([value as Uint8Array<ArrayBuffer>]), 'photo.webp')
  }
  return made
}
const stream = (body: FormData, query = '') => classify(server.url, body, { query: `?stream=1${query}` })
const job = (body: BodyInit, query = '', headers = {}) =>
  fetch(`${server.url}/api/jobs${query}`, { method: 'POST', body, headers })

describe.each(COUNTS)('a model with %i labels', (classes) => {
  const model = `of-${classes}`

  test.each([
    ['by default', '', Math.min(5, classes)],
    ['top_k=10', '&top_k=10', classes],
    ['top_k=1', '&top_k=1', 1],
  ])('%s: returns at most all labels, from one request, a stream and a job', async (_, query, expected) => {
    const { predictions } = await answer(classify(server.url, bytes, { query: `?model=${model}${query}` }))
    expect(predictions.length).toBe(expected)
    expect(predictions.every(({ score }) => score >= 0 && score <= 1)).toBe(true)
    const line = (await (await stream(form(['files', bytes]), `&model=${model}${query}`)).json()) as ResultRow
    const { id } = await createJob(server.url, form(['files', bytes]), `?model=${model}${query}`)
    await jobDone(server.url, id)
    for (const row of [line, ...(await resultsOf(server.url, id))]) {
      expect([row.status, row.model, row.top_labels.length]).toEqual(['ok', model, expected])
    }
  })

  // The command counts labels as the server does: fewer and more than five are enough.
  const ofCommand = test.runIf(FULL || classes === 2 || classes === 9)
  ofCommand('the command returns the labels, and no top-5 accuracy with five labels or fewer', async () => {
    const labelled = join(folder, `labelled-${classes}`)
    mkdirSync(labelled)
    writeFileSync(join(labelled, 'a.webp'), bytes)
    writeFileSync(join(labelled, 'labels.csv'), 'file,label\na.webp,red\n')
    const models = ['--model', join(folder, 'models', model)]
    const ran = await visionHere(['classify', join(labelled, 'a.webp'), ...models, '--format', 'ndjson'])
    expect(ran.code, ran.err).toBe(0)
    expect((JSON.parse(ran.out) as ResultRow).top_labels.length).toBe(Math.min(5, classes))
    const measured = await visionHere(['eval', labelled, ...models, '--out', join(folder, `eval-${classes}`)])
    expect(measured.code, measured.err).toBe(0)
    expect([measured.out.includes('top-5'), measured.out.includes('NaN')]).toEqual([classes > 5, false])
  })
})

test('form fields work like query parameters for one photo, a stream and a job', async () => {
  const fields: [string, string][] = [
    ['model', 'of-9'],
    ['top_k', '7'],
  ]
  const one = await answer(classify(server.url, form(['file', bytes], ...fields)))
  expect([one.model.id, one.predictions.length]).toEqual(['of-9', 7])
  const line = (await (await stream(form(...fields, ['files', bytes]))).json()) as ResultRow
  expect([line.model, line.top_labels.length]).toEqual(['of-9', 7])
  const made = await createJob(server.url, form(...fields, ['threshold', '0.01'], ['files', bytes]))
  expect(made).toMatchObject({ model: { id: 'of-9' }, top_k: 7, threshold: 0.01 })
  await jobDone(server.url, made.id)
  expect((await resultsOf(server.url, made.id))[0]).toMatchObject({ model: 'of-9', status: 'ok' })
})

test('creates a job from JSON options, without photos', async () => {
  const options = { model: 'of-3', top_k: 2, open: true }
  const headers = { 'content-type': 'application/json' }
  const made = await createJob(server.url, JSON.stringify(options), '', headers)
  expect(made).toMatchObject({ model: { id: 'of-3' }, top_k: 2, open: true })
  await refusal(job(JSON.stringify({ ...options, topK: 2 }), '', headers), 400, 'invalid_parameter')
  await refusal(job('{', '', headers), 400, 'invalid_json')
})

const file: [string, Uint8Array] = ['files', bytes]
test.each<[string, [string, string | Uint8Array][], string]>([
  ['unknown', [['topk', '3'], file], ''],
  ['invalid', [['top_k', '0'], file], ''],
  ['set twice', [['model', 'of-2'], ['model', 'of-3'], file], ''],
  ['different in the query', [['model', 'of-2'], file], 'model=of-3'],
  ['unknown in the query', [file], 'topk=3'],
])('every entry point refuses an option that is %s', async (_, parts, query) => {
  await refusal(job(form(...parts), `?${query}`), 400, 'invalid_parameter')
  await refusal(stream(form(...parts), `&${query}`), 400, 'invalid_parameter')
  await refusal(classify(server.url, form(...parts), { query: `?${query}` }), 400, 'invalid_parameter')
})

test('refuses an option after a file: the job with an error, the stream with its last line', async () => {
  await refusal(job(form(file, ['model', 'of-9'])), 400, 'invalid_parameter')
  const text = await (await stream(form(file, ['model', 'of-9']))).text()
  expect(text.trim().split('\n').at(-1)).toContain('"code":"invalid_parameter"')
})

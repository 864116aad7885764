import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CatalogEntry, readCatalog } from '@/lib/server/catalog/catalog'
import { readModel } from '@/lib/server/engine/model'
import { inputFormat } from '@/lib/server/engine/worker/input-format'
import { decode } from '@/lib/server/image/decode'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import { type Files, formWith, send } from '../support/colors'
import { DRAWINGS, mixedDrawing } from '../support/drawings'
import { REAL_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'
import { visionHere } from '../support/vision-here'

let home: string
let server: TestServer
const photos = new Map<string, Uint8Array>()
const labelsOf = new Map<string, string[]>()
const COUNT = 32

async function mixedPhoto(at: number): Promise<{ labels: string[]; bytes: Uint8Array<ArrayBuffer> }> {
  const { labels, bytes } = await mixedDrawing(at)
  return { labels, bytes: Uint8Array.from(bytes) }
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'multi-label-'))
  server = await startServer({ env: { ...REAL_MODEL, PAGES: 'false', DATA_DIR: join(home, 'data') } })
  // Four photos of each of the eight combinations, of which one is no label at all.
  for (let at = 0; at < COUNT; at++) {
    const { labels, bytes } = await mixedPhoto(at)
    photos.set(`${at}.png`, bytes)
    labelsOf.set(`${at}.png`, labels)
  }
})
afterAll(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

const csvOf = (names: Iterable<string>) =>
  `file,labels\n${[...names].map((name) => `${name},${labelsOf.get(name)?.join(';')}\n`).join('')}`
const withLabels = (some: Files): Files => [
  ...some,
  ['labels.csv', Buffer.from(csvOf([...some].map(([name]) => name)))],
]
const request = (method: string, path: string, body?: FormData | Uint8Array | object) =>
  send(server, method, path, body)
const train = (fields: Record<string, string>, files = withLabels(photos), query = '') =>
  request('POST', `/api/models${query}`, formWith({ multi_label: 'true', ...fields }, files))
const selectedOf = (body: { predictions: { label: string; selected: boolean }[] }) =>
  body.predictions.flatMap(({ label, selected }) => (selected ? [label] : [])).sort()

test('learns several labels a photo from a labels file, and gives each photo its labels', async () => {
  const { status, body } = await train({ title: 'Mixed' })
  expect([status, body.model.problem_type, body.skipped, body.warnings]).toEqual([
    201,
    'multi_label_classification',
    [],
    [],
  ])
  expect(body.evaluation).toMatchObject({ labels: DRAWINGS, examples: COUNT, report: null })
  const { report, thresholds } = body.evaluation.multi_label
  expect(report.photos).toBe(COUNT)
  expect([report.map, report.micro_f1, report.macro_f1].every((figure: number) => figure > 0.8)).toBe(true)
  expect(body.model.thresholds).toEqual(thresholds)
  for (const at of [87, 80, 85, 82]) {
    const { labels, bytes } = await mixedPhoto(at)
    const result = (await request('POST', '/api/classify?model=mixed', bytes)).body
    expect([at, selectedOf(result)]).toEqual([at, labels])
    expect(result.model.calibrated).toBe(true)
  }
  const card = (await request('GET', '/api/models/mixed/files/README.md')).text
  expect(card).toMatch(
    /^- A photo may have several labels, or none\n- On 32 photos, by cross-validation: mean average/m,
  )
  await request('PATCH', '/api/models/mixed', { title: 'Mixed paint' })
  const again = await request('GET', '/api/models/mixed/files/README.md')
  expect(again.text).toBe(card.replace('# Mixed', '# Mixed paint'))
})

test('photos are added later, also as embeddings with their labels; the same examples make the same model', async () => {
  const some = [...photos].slice(0, COUNT / 2)
  await train({ id: 'half' }, withLabels(some))
  const added = await request(
    'POST',
    '/api/models/half/examples',
    formWith({}, withLabels([...photos].slice(COUNT / 2))),
  )
  expect(added.body.evaluation).toMatchObject({ examples: COUNT })
  await train({ id: 'whole' })
  const file = (id: string, name: string) => fetch(`${server.url}/api/models/${id}/files/${name}`).then((r) => r.text())
  for (const name of ['head.safetensors', 'examples.safetensors', 'evaluation.json'])
    expect(await file('half', name), name).toBe(await file('whole', name))

  const bytes = await (await fetch(`${server.url}/api/models/whole/files/examples.safetensors`)).arrayBuffer()
  await train({ id: 'copied' }, [['examples.safetensors', new Uint8Array(bytes)]])
  expect(await file('copied', 'head.safetensors')).toBe(await file('whole', 'head.safetensors'))

  const embedded = await Promise.all(
    [...photos].map(async ([name, photo]) => {
      const { embedding, kinds } = (await request('POST', '/api/embed?kinds=true', photo)).body
      return { labels: labelsOf.get(name), embedding, kinds, sha256: createHash('sha256').update(photo).digest('hex') }
    }),
  )
  const sent = await request('POST', '/api/models', { id: 'sent', multi_label: true, examples: embedded })
  expect(sent.status).toBe(201)
  expect(await file('sent', 'head.safetensors')).toBe(await file('whole', 'head.safetensors'))
  const refused = await request('POST', '/api/models', { id: 'no', examples: embedded })
  expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining('labels needs multi_label=true')])
  const words = await request('POST', '/api/models', { id: 'no', multi_label: true, words: ['a', 'b'] })
  expect([words.status, words.body.code]).toEqual([400, 'invalid_parameter'])
})

test('without multi_label, a labels file still gives each photo one label, and the lines with more are named', async () => {
  const { body } = await request('POST', '/api/models', formWith({ id: 'one' }, withLabels(photos)))
  expect(body.model.problem_type).toBe('single_label_classification')
  // As before, a cell is one label, whatever it contains.
  expect(body.evaluation.labels).toContain('dots;rings')
  expect(body.warnings).toEqual([expect.stringMatching(/^4 lines without a label/)])
})

test('the exported ONNX file gives the same scores, and its program marks the labels that apply', async () => {
  await train({ id: 'exported' })
  const folder = join(home, 'onnx')
  mkdirSync(folder)
  for (const name of ['model.onnx', 'classify.py', 'labels.txt']) {
    const reply = await fetch(`${server.url}/api/models/exported/files/${name}`)
    writeFileSync(join(folder, name), Buffer.from(await reply.arrayBuffer()))
  }
  const { bytes } = await mixedPhoto(85)
  const entry = (await readCatalog(REAL_MODEL.MODELS_DIR)).find((one) => one.default)
  const { preprocessor } = await readModel(entry as CatalogEntry)
  const session = await InferenceSession.create(join(folder, 'model.onnx'))
  const input = inputFormat(session.inputMetadata, preprocessor as Preprocessor)
  const { pixels } = await decode(bytes, preprocessor as Preprocessor, 1e6)
  const { probabilities } = await session.run({ [input.name]: new Tensor('uint8', pixels, input.dims) })
  const { predictions } = (await request('POST', '/api/classify?model=exported', bytes)).body
  expect(predictions).toHaveLength(3)
  for (const { index, score } of predictions) expect(probabilities?.data[index]).toBeCloseTo(score, 4)
  expect(readFileSync(join(folder, 'classify.py'), 'utf8')).toContain('thresholds = [')
  execFileSync('python3', ['-m', 'py_compile', join(folder, 'classify.py')])
})

test('the command trains and tests the same, and --add needs no --multi-label again', async () => {
  const folder = join(home, 'photos')
  mkdirSync(folder)
  for (const [name, bytes] of photos) writeFileSync(join(folder, name), bytes)
  writeFileSync(join(folder, 'labels.csv'), csvOf(photos.keys()))
  const options = ['--models-dir', REAL_MODEL.MODELS_DIR, '--data-dir', join(home, 'command')]
  const vision = (...args: string[]) => visionHere([...args, ...options])
  const trained = await vision('train', folder, '--multi-label', '--name', 'Mixed', '--test', folder)
  expect(trained.out).toMatch(
    /^mAP +\d+\.\d% \(95% interval: \d+\.\d% to \d+\.\d%\), by cross-validation on 32 photos$/m,
  )
  expect(trained.out).toMatch(
    /^test +mAP \d+\.\d% \(95% interval: .*\), micro F1 \d+\.\d%, macro F1 \d+\.\d% on 32 photos that it never saw$/m,
  )
  expect(trained.out).toMatch(/^ *label +photos +AP +precision +recall +F1 +threshold$/m)
  const added = JSON.parse((await vision('train', folder, '--add', 'mixed', '--json')).out)
  expect(added).toMatchObject({ examples: COUNT, multi_label: { report: { photos: COUNT } } })
  const out = join(home, 'report')
  const evaluate = (...args: string[]) => vision('eval', folder, '--model', 'mixed', '--out', out, ...args)
  const report = JSON.parse((await evaluate('--choose-thresholds', '--json')).out)
  expect(report).toMatchObject({ images: COUNT, errors: 0, labels: expect.stringContaining('label = labels') })
  expect([report.map, report.micro_f1, report.chosen.macro_f1].every((figure: number) => figure > 0.8)).toBe(true)
  expect(JSON.parse(readFileSync(join(out, 'thresholds.json'), 'utf8'))).toEqual(report.chosen.thresholds)
  // A batch with the same labels says the same, and a check has all labels that apply.
  const classified = await vision(
    'classify',
    join(folder, '*.png'),
    '--model',
    'mixed',
    '--labels',
    join(folder, 'labels.csv'),
  )
  const shares = [report.micro_f1, report.macro_f1].map((share: number) => `${(100 * share).toFixed(1)}%`)
  expect(classified.err).toContain(`${shares[0]} over all labels (micro), ${shares[1]} as the mean of labels (macro)`)
  expect(classified.err).toContain(`mAP        ${(100 * report.map).toFixed(1)}%`)
  const checked = join(home, 'checked.csv')
  for (const place of [options, ['--server', server.url]]) {
    expect((await visionHere(['check', folder, '--model', 'mixed', '--out', checked, ...place])).code).toBe(0)
    const text = readFileSync(checked, 'utf8')
    expect(text).toMatch(/,quality,labels,label_scores\r\n/)
    expect(text).toMatch(/,(dots|rings|stripes)(\|\w+)+,0\.\d+(\|0\.\d+)+\r\n/)
  }
  expect(readFileSync(join(out, 'photos.csv'), 'utf8')).toMatch(/^7\.png,dots \| rings \| stripes,/m)
  // A line that was added is evaluated anew, the rest is known. A label that the model doesn't have is named.
  writeFileSync(join(folder, 'labels.csv'), `${csvOf(photos.keys())}0.png,dots;moon\n`)
  const again = await evaluate()
  expect(again.out).toMatch(/^photos +32, \d+\/s/m)
  expect(again.out).toMatch(/^ {2}moon \(1 photo\): /m)
  const single = await vision('eval', folder, '--choose-thresholds', '--out', out)
  expect([single.code, single.err]).toEqual([2, expect.stringContaining('several labels may apply')])
  writeFileSync(join(folder, 'labels.csv'), csvOf(photos.keys()))
  const info = await visionHere(['models', ...options, 'info', 'mixed'])
  expect(info.out).toMatch(/^accuracy +mAP \d+\.\d%, F1 \d+\.\d% \(micro\) and \d+\.\d% \(macro\), by cross-/m)
  expect((await visionHere(['models', ...options, 'verify', 'mixed'])).code).toBe(0)
  const one = await vision('train', folder, '--name', 'One')
  expect(one.code).toBe(0)
  const refused = await vision('train', folder, '--add', 'one', '--multi-label')
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('use --refresh')])
})

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { CustomModelStore } from '@/lib/server/custom-models/store'
import { readModel } from '@/lib/server/engine/model'
import { inputFormat } from '@/lib/server/engine/worker/input-format'
import { decode } from '@/lib/server/image/decode'
import { FolderObjects } from '@/lib/server/storage/folder-objects'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import { toTensor } from '@/lib/shared/image/tensor'
import { writeExamples } from '@/lib/shared/training/example-file'
import { type Color, colorPhotos, type Files, formWith, NAMES, colorPhoto as photo, send } from '../support/colors'
import { extendedTest } from '../support/full'
import { edit, TINY_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'

let photos: Map<string, Uint8Array>
let data: string
let server: TestServer
beforeAll(async () => {
  photos = await colorPhotos()
  data = mkdtempSync(join(tmpdir(), 'custom-'))
  server = await startServer({ env: { DATA_DIR: data } })
})
afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

const form = (fields: Record<string, string>, files: Files = photos) => formWith(fields, files)
const request = (method: string, path: string, body?: FormData | Uint8Array | object, at = server) =>
  send(at, method, path, body)
const train = (fields: Record<string, string>, files?: Files, query = '') =>
  request('POST', `/api/models${query}`, form(fields, files))
const classify = async (model: string, color: Color, seed = 99) =>
  request('POST', `/api/classify?model=${model}`, await photo(color, seed))

describe('a model trained from folders of photos', () => {
  beforeAll(async () => {
    const { status, body } = await train({ title: 'My colors', purpose: 'Sorts paint' })
    expect([status, body.model?.id, body.skipped]).toEqual([201, 'my-colors', []])
    expect(body.evaluation).toMatchObject({ labels: ['blue', 'green', 'red'], examples: 24 })
  })

  test('classifies, with calibrated scores, and says when a photo is like nothing it learned', async () => {
    for (const color of NAMES) {
      const { body } = await classify('my-colors', color)
      expect([body.predictions[0].label, body.model.calibrated]).toEqual([color, true])
      expect(body.predictions.reduce((sum: number, { score }: { score: number }) => sum + score, 0)).toBeCloseTo(1, 5)
    }
    const black = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#000' } })
      .png()
      .toBuffer()
    const { body } = await request('POST', '/api/classify?model=my-colors', Uint8Array.from(black))
    expect(body.uncertain).toBe(true)
  })

  test('is a model like any other: in the list, its labels, an explanation, a stream, and a job', async () => {
    const { models } = (await request('GET', '/api/models')).body
    const own = models.find(({ id }: { id: string }) => id === 'my-colors')
    expect(own).toMatchObject({ title: 'My colors', classes: 3, status: 'ready', base_model: { id: 'tiny' } })
    const { labels } = (await request('GET', '/api/models/my-colors/labels')).body
    expect(labels.map(({ label }: { label: string }) => label)).toEqual(['blue', 'green', 'red'])
    const explained = await request('POST', '/api/explain?model=my-colors&label=red', await photo('red', 99))
    expect(explained.body.label).toMatchObject({ label: 'red', index: 2 })
    const streamed = await request('POST', '/api/classify?stream=1', form({ model: 'my-colors' }))
    const rows = streamed.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ file, label }) => file.startsWith(`${label}/`))).toEqual(Array(24).fill(true))
    const job = (await request('POST', '/api/jobs', form({ model: 'my-colors' }))).body
    await request('POST', `/api/jobs/${job.id}/close`)
    await vi.waitFor(async () => expect((await request('GET', `/api/jobs/${job.id}`)).body.state).toBe('done'), 20_000)
    const csv = (await request('GET', `/api/jobs/${job.id}/results?format=csv`)).text
    expect(
      csv
        .trim()
        .split('\n')
        .slice(1)
        .every((line) => line.startsWith(`${line.split(',')[2]}/`)),
    ).toBe(true)
  })

  test('learns more photos and labels later, without the earlier photos; an earlier revision can be restored', async () => {
    const before = (await request('GET', '/api/models/my-colors')).body
    const yellow = await Promise.all(
      [0, 1, 2, 3].map(async (seed) => {
        const background = { r: 200 + seed * 5, g: 190 - seed * 4, b: 40 + seed }
        const image = sharp({ create: { width: 16, height: 16, channels: 3, background } })
        return [`yellow/${seed}.png`, await image.png().toBuffer()] as [string, Uint8Array]
      }),
    )
    const added = await request('POST', '/api/models/my-colors/examples', form({}, yellow))
    expect(added.body.evaluation).toMatchObject({ examples: 28, labels: ['blue', 'green', 'red', 'yellow'] })
    const restored = await request('PATCH', '/api/models/my-colors', { revision: before.model.revision })
    expect(restored.body.model).toMatchObject({ classes: 3, revision: before.model.revision })
    const { history } = (await request('GET', '/api/models/my-colors')).body
    expect(history.map(({ revision }: { revision: string }) => revision)).toEqual([
      before.model.revision,
      added.body.model.revision,
      before.model.revision,
    ])
  })

  test('can be described anew, downloaded, and deleted', async () => {
    const described = await request('PATCH', '/api/models/my-colors', { title: 'Paint', license: 'Mine: all' })
    expect(described.body.model).toMatchObject({ title: 'Paint', license: 'Mine: all', classes: 3 })
    const config = JSON.parse((await request('GET', '/api/models/my-colors/files/config.json')).text)
    expect(config.vision).toMatchObject({
      title: 'Paint',
      head: 'linear',
      custom: { purpose: 'Sorts paint', examples: 24 },
    })
    const card = (await request('GET', '/api/models/my-colors/files/README.md')).text
    expect(card).toMatch(/^---\nlicense: "Mine: all"\n---\n\n# Paint\n\nSorts paint\n\n- Labels: blue, green, red\n/)
    expect(card).toMatch(/^- Learned from 24 photos, made on \d{4}-/m)
    expect((await request('GET', '/api/models/my-colors/files/..%2F..%2Fx')).status).toBe(404)
    expect((await request('DELETE', '/api/models/my-colors')).status).toBe(204)
    expect((await classify('my-colors', 'red')).body.code).toBe('unknown_model')
    expect((await request('DELETE', '/api/models/my-colors')).body.code).toBe('not_found')
  })
})

test('the same examples in any order and from any source make the same model', async () => {
  const shuffled = [...photos].reverse()
  await train({ id: 'one', title: 'Same' })
  await train({ id: 'two', title: 'Same' }, shuffled)
  const csv = `file,label\n${[...photos.keys()].map((name) => `${name.replace('/', '-')},${name.split('/')[0]}`).join('\n')}\n`
  const flat = [...photos].map(([name, bytes]): [string, Uint8Array] => [name.replace('/', '-'), bytes])
  await train({ id: 'three', title: 'Same' }, [...flat, ['labels.csv', Buffer.from(csv)]])
  const examples = new Uint8Array(
    await (await fetch(`${server.url}/api/models/one/files/examples.safetensors`)).arrayBuffer(),
  )
  await train({ id: 'four', title: 'Same' }, [['examples.safetensors', examples]])
  const heads = await Promise.all(
    ['one', 'two', 'three', 'four'].map((id) => request('GET', `/api/models/${id}/files/head.safetensors`)),
  )
  expect(new Set(heads.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(heads[0]?.status).toBe(200)
})

test('progress can be followed', async () => {
  const { text } = await train({ id: 'followed' }, photos, '?stream=1')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.some(({ progress }) => progress?.stage === 'embed')).toBe(true)
  expect(lines.at(-1).result.model.id).toBe('followed')
})

extendedTest('a model that the command trains appears without a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'photos-'))
  for (const [name, bytes] of photos) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  const run = (...args: string[]) =>
    execFileSync(
      process.execPath,
      ['dist/vision.js', 'train', folder, '--data-dir', data, '--models-dir', TINY_MODEL.MODELS_DIR, ...args],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
  const printed = JSON.parse(run('--name', 'By command', '--json', '--test', folder))
  expect(printed).toMatchObject({ id: 'by-command', examples: 24, test: { photos: 24, top1: 1 } })
  expect((await classify('by-command', 'green')).body.predictions[0].label).toBe('green')
  expect(run('--add', 'by-command')).toContain('by-command, on tiny')
  // The command classifies with it, too, without a server.
  const args = [
    'classify',
    '--model',
    'by-command',
    '--models-dir',
    TINY_MODEL.MODELS_DIR,
    '--format',
    'ndjson',
    folder,
  ]
  const rows = execFileSync(process.execPath, ['dist/vision.js', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const found = rows
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row))
  expect(found.map(({ file, label }) => file.split('/').at(-2) === label)).toEqual(Array(24).fill(true))
  rmSync(folder, { recursive: true })
})

describe('bad input is refused with one clear line, and nothing is left behind', () => {
  const only = (...names: string[]) => [...photos].filter(([name]) => names.some((start) => name.startsWith(start)))
  const renamed = (from: string, to: string) =>
    [...photos].map(([name, bytes]): [string, Uint8Array] => [name.replace(from, to), bytes])
  const example = { label: 'a', embedding: [1, 2, 3] }
  const REFUSED: [
    what: string,
    send: () => Promise<{ status: number; body: { code: string; detail: string } }>,
    code: string,
    detail: RegExp,
  ][] = [
    ['one label', () => train({}, only('red')), 'invalid_parameter', /at least two labels/],
    [
      'photos without a folder',
      () => train({}, renamed('/', '-')),
      'invalid_parameter',
      /^\w+-\d\.png: This photo is not in a folder\. 23 more photos can’t be used either\.$/,
    ],
    ['names that differ by case', () => train({}, renamed('red/', 'Green/')), 'invalid_parameter', /same name/],
    ['a name with markup', () => train({}, renamed('red/', '<b>/')), 'invalid_parameter', /contains < or >/],
    ['a title with markup', () => train({ title: '<script>' }), 'invalid_parameter', /title is invalid/],
    ['an id that is a path', () => train({ id: '../x' }), 'invalid_parameter', /id is invalid/],
    ['the name of a shipped model', () => train({ id: 'tiny' }), 'conflict', /already a model/],
    ['an unknown base', () => train({ base: 'nothing' }), 'unknown_model', /no model with this name/],
    [
      'two labels files',
      () => train({}, [...photos, ['a.csv', Buffer.from('a,b\n')], ['b.csv', Buffer.from('a,b\n')]]),
      'invalid_parameter',
      /several labels files/,
    ],
    [
      'a safetensors file that is none',
      () => train({}, [['x.safetensors', Buffer.from('nonsense, and more')]]),
      'invalid_parameter',
      /can’t be read/,
    ],
    [
      'embeddings of another model',
      () =>
        train({}, [
          ['x.safetensors', writeExamples([{ label: 'a', sha256: '0'.repeat(64), embedding: new Float32Array(7) }])],
        ]),
      'invalid_parameter',
      /another length/,
    ],
    [
      'embeddings of another length',
      () =>
        request('POST', '/api/models', {
          examples: [
            { label: 'a', embedding: [1] },
            { label: 'b', embedding: [1] },
          ],
        }),
      'invalid_parameter',
      /1 values instead of the/,
    ],
    ['no examples', () => request('POST', '/api/models', { examples: [] }), 'invalid_parameter', /examples is invalid/],
    [
      'an unknown option',
      () => request('POST', '/api/models', { examples: [example], titel: 'x' }),
      'invalid_parameter',
      /Did you mean title/,
    ],
    [
      'examples for a model that is not there',
      () => request('POST', '/api/models/nothing/examples', form({})),
      'unknown_model',
      /no model/,
    ],
    [
      'changing a shipped model',
      () => request('PATCH', '/api/models/tiny', { title: 'x' }),
      'not_found',
      /no custom model/,
    ],
    ['deleting a shipped model', () => request('DELETE', '/api/models/tiny'), 'not_found', /no custom model/],
  ]
  test.each(REFUSED)('%s', async (_, send, code, detail) => {
    const before = readdirSync(join(data, 'models', 'history'))
    const { body } = await send()
    expect([body.code, body.detail]).toEqual([code, expect.stringMatching(detail)])
    expect(readdirSync(join(data, 'models', 'history'))).toEqual(before)
  })

  test('a photo that can’t be read is left out, and named', async () => {
    const { status, body } = await train({ id: 'with-skipped' }, [...photos, ['red/x.png', Buffer.from('not a photo')]])
    expect([status, body.skipped]).toEqual([
      201,
      [expect.objectContaining({ file: 'red/x.png', code: 'not_an_image' })],
    ])
  })
})

extendedTest('after its base was replaced, a model says what to do', async () => {
  const models = mkdtempSync(join(tmpdir(), 'models-'))
  const own = mkdtempSync(join(tmpdir(), 'data-'))
  cpSync(TINY_MODEL.MODELS_DIR, models, { recursive: true })
  const other = await startServer({ env: { MODELS_DIR: models, DATA_DIR: own } })
  try {
    await request('POST', '/api/models', form({ id: 'based' }), other)
    edit<{ vision?: object }>(join(models, 'tiny', 'config.json'), (config) => {
      config.vision = { ...config.vision, temperature: 2 }
    })
    writeFileSync(join(models, 'touched'), '')
    await vi.waitFor(async () => {
      const { body } = await request('POST', '/api/classify?model=based', await photo('red', 1), other)
      expect([body.code, body.detail]).toEqual(['not_ready', expect.stringContaining('vision train --refresh based')])
    }, 20_000)
    const { models: list } = (await request('GET', '/api/models', undefined, other)).body
    expect(list.find(({ id }: { id: string }) => id === 'based')).toMatchObject({ status: 'failed' })
  } finally {
    await other.stop()
    for (const folder of [models, own]) rmSync(folder, { recursive: true, force: true })
  }
})

describe('who may train', () => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ id: 'mine', examples: [] })
  const post = async (at: TestServer, extra: Record<string, string> = {}) =>
    (await fetch(`${at.url}/api/models`, { method: 'POST', body, headers: { ...headers, ...extra } })).status

  test('without a token, only someone at this machine, and no page of another site', async () => {
    expect(await post(server)).toBe(400)
    expect(await post(server, { 'x-forwarded-for': '203.0.113.5' })).toBe(403)
    expect(await post(server, { origin: 'https://evil.example' })).toBe(403)
  })

  test('with a token, only who has it; off, nobody; visitors each have their own models', async () => {
    const locked = await startServer({ env: { ADMIN_TOKEN: 'secret' } })
    expect([await post(locked), await post(locked, { authorization: 'Bearer secret' })]).toEqual([401, 400])
    const file = async (name: string) => (await request('GET', `/api/models/x/files/${name}`, undefined, locked)).status
    expect([await file('examples.safetensors'), await file('config.json')]).toEqual([401, 404])
    await locked.stop()
    const off = await startServer({ env: { TRAINING: 'off' } })
    expect(await post(off)).toBe(405)
    await off.stop()
    const open = await startServer({ env: { TRAINING: 'visitors' } })
    const { model } = (await request('POST', '/api/models', form({ title: 'Guessable' }), open)).body
    expect(model.id).toMatch(/^m-[0-9a-f]{32}$/)
    const { models } = (await request('GET', '/api/models', undefined, open)).body
    expect(models.map(({ id }: { id: string }) => id)).not.toContain(model.id)
    expect(
      (await request('POST', `/api/classify?model=${model.id}`, await photo('blue', 5), open)).body.predictions[0]
        .label,
    ).toBe('blue')
    expect(
      (await request('POST', '/api/classify?model=nothing', await photo('blue', 5), open)).body.detail,
    ).not.toContain(model.id)
    await open.stop()
  })
})

extendedTest('exported as one ONNX file, it gives the same scores in any ONNX Runtime', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'))
  const { body } = await train({ id: 'exported' })
  const args = [
    'models',
    '--data-dir',
    data,
    '--models-dir',
    TINY_MODEL.MODELS_DIR,
    'export',
    'exported',
    '--onnx',
    folder,
  ]
  execFileSync(process.execPath, ['dist/vision.js', ...args], { stdio: 'ignore' })
  expect(readFileSync(join(folder, 'labels.txt'), 'utf8').trim().split('\n')).toEqual(body.evaluation.labels)
  const overHttp = await fetch(`${server.url}/api/models/exported/files/model.onnx`)
  expect(Buffer.from(await overHttp.arrayBuffer()).equals(readFileSync(join(folder, 'model.onnx')))).toBe(true)
  const session = await InferenceSession.create(join(folder, 'model.onnx'))
  expect(session.outputNames).toEqual(['probabilities'])
  const base = await readModel(await readModelFolder(join(TINY_MODEL.MODELS_DIR, 'tiny')))
  const input = inputFormat(session.inputMetadata, base.preprocessor as Preprocessor)
  for (const color of NAMES) {
    const image = await photo(color, 77)
    const { pixels } = await decode(image, base.preprocessor as Preprocessor, 1e6)
    const tensor = toTensor(pixels, input, base.preprocessor as Preprocessor)
    const result = await session.run({ [input.name]: new Tensor(input.type, input.fill(tensor), input.dims) })
    const ours = (await request('POST', '/api/classify?model=exported', Uint8Array.from(image))).body.predictions
    for (const { index, score } of ours) expect(Number(result.probabilities?.data[index])).toBeCloseTo(score, 5)
  }
  const { headers, text } = await request('GET', '/api/models/exported/files/classify.py')
  expect([headers.get('content-type'), text]).toEqual([
    'text/x-python; charset=utf-8',
    expect.stringContaining('onnxruntime.InferenceSession("model.onnx")'),
  ])
  rmSync(folder, { recursive: true })
})

extendedTest('models of visitors are deleted once they are old enough; others stay', async () => {
  const own = mkdtempSync(join(tmpdir(), 'data-'))
  const store = new CustomModelStore(new FolderObjects(join(own, 'models')))
  const config = (created: string, unlisted: boolean) =>
    JSON.stringify({
      id2label: { 0: 'a', 1: 'b' },
      vision: {
        base_model: { id: 'tiny', revision: 'sha256:0' },
        head: 'linear',
        custom: { created, examples: 2, unlisted },
      },
    })
  const filesOf = (text: string) =>
    new Map<string, string | Uint8Array>([
      ['config.json', text],
      ['head.safetensors', 'not read'],
    ])
  const old = new Date(Date.now() - 2 * 3_600_000).toISOString()
  const recent = new Date().toISOString()
  await store.save('old-visitor', filesOf(config(old, true)), null)
  await store.save('new-visitor', filesOf(config(recent, true)), null)
  await store.save('old-own', filesOf(config(old, false)), null)
  // Damaged, so that only their IDs and steps tell what they were.
  const [oldDamaged, newDamaged] = [`m-${'a'.repeat(32)}`, `m-${'b'.repeat(32)}`]
  for (const id of [oldDamaged, newDamaged]) await store.save(id, filesOf('nonsense'), null)
  edit<{ time: string }>(join(own, 'models', 'history', oldDamaged, '00000001.json'), (step) => {
    step.time = old
  })
  const other = await startServer({ env: { DATA_DIR: own, TRAINING: 'visitors', TRAINING_RETENTION_HOURS: '1' } })
  try {
    const fresh = () => new CustomModelStore(new FolderObjects(join(own, 'models'))).current()
    await vi.waitFor(
      async () => expect([...(await fresh()).keys()]).toEqual([newDamaged, 'new-visitor', 'old-own']),
      20_000,
    )
  } finally {
    await other.stop()
    rmSync(own, { recursive: true, force: true })
  }
})

extendedTest('photos of an upload don’t outlive a server that was killed', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'tmp-'))
  const env = { TMPDIR: temporary, DATA_DIR: join(temporary, 'data') }
  const first = await startServer({ env })
  const headers = { 'content-type': 'application/zip' }
  const upload = httpRequest(`${first.url}/api/models?title=Lost`, { method: 'POST', headers })
  upload.on('error', () => {})
  upload.write(Buffer.alloc(100_000, 'PK'))
  const left = () => readdirSync(temporary, { recursive: true }).map(String)
  await vi.waitFor(() => expect(left()).toContainEqual(expect.stringMatching(/\.zip$/)), 20_000)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  expect(left()).toContainEqual(expect.stringMatching(/\.zip$/))
  const second = await startServer({ env })
  try {
    expect(left().filter((name) => name !== 'data' && !name.startsWith('data/'))).toEqual([])
  } finally {
    await second.stop()
    rmSync(temporary, { recursive: true, force: true })
  }
})

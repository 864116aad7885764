import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { readModel } from '@/lib/server/engine/model'
import { inputFormat } from '@/lib/server/engine/worker/input-format'
import { decode } from '@/lib/server/image/decode'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import { toTensor } from '@/lib/shared/image/tensor'
import { readExamples } from '@/lib/shared/training/example-file'
import { formWith, send } from '../support/colors'
import { createJob, jobDone } from '../support/jobs'
import { formOf } from '../support/many-photos'
import { REAL_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'

/** Photos of the gallery. */
const PHOTOS = {
  animal: ['cat.png', 'crocodile.webp', 'giant-panda.webp', 'goldfish.webp', 'koala.webp', 'ring-tailed-lemur.webp'],
  building: ['arc-de-triomphe.webp', 'qutub-minar.webp', 'winter-palace.webp'],
  tool: ['frying-pan.webp', 'screwdriver.webp', 'tape-measure.webp', 'weighing-scale.webp'],
}
const NEW_ANIMAL = 'polar-bear.webp'

let data: string
let server: TestServer
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'kinds-'))
  server = await startServer({ env: { ...REAL_MODEL, DATA_DIR: data, RESULT_CACHE_BYTES: '1000000' } })
})
afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

const photo = (name: string) => Uint8Array.from(readFileSync(join('public/gallery', name)))
const post = (path: string, body: FormData | Uint8Array | object) => send(server, 'POST', path, body)
const files = Object.entries(PHOTOS).flatMap(([label, names]) => names.map((name) => [label, name] as const))
const headOf = async (id: string) => (await send(server, 'GET', `/api/models/${id}/files/head.safetensors`)).text

test('an embedding comes with the scores of kinds of things, if requested', async () => {
  const { models } = (await send(server, 'GET', '/api/models')).body
  const { dimensions, kinds: count } = models[0].embedding
  expect(count).toBeGreaterThan(100)
  const [animal, building] = await Promise.all(
    [NEW_ANIMAL, 'winter-palace.webp'].map((name) => post('/api/embed?kinds=true', photo(name))),
  )
  const scores: number[] = animal?.body.kinds
  expect([scores.length, scores.every((score) => score >= 0 && score < 1.001)]).toEqual([count, true])
  // The most likely kinds are those that contain the others.
  expect(Math.max(...scores)).toBeGreaterThan(0.9)
  expect(scores.indexOf(Math.max(...scores))).not.toBe(building?.body.kinds.indexOf(Math.max(...building.body.kinds)))
  const cached = await post('/api/embed?kinds=true&encoding_format=base64', photo(NEW_ANIMAL))
  expect(cached.headers.get('cache-status')).toContain('hit')
  expect([...new Float32Array(Uint8Array.from(Buffer.from(cached.body.kinds, 'base64')).buffer)]).toEqual(scores)
  const form = formOf([{ file: 'a.webp', bytes: Buffer.from(photo(NEW_ANIMAL)) }])
  const line = JSON.parse((await post('/api/embed?stream=1&kinds=true', form)).text.split('\n')[0] ?? '')
  expect([line.status, line.kinds]).toEqual(['ok', scores])
  const plain = (await post('/api/embed', photo(NEW_ANIMAL))).body
  expect([plain.kinds, plain.embedding.length]).toEqual([undefined, dimensions])
})

test('a custom model learns from kinds as well, whether they come with photos or with embeddings', async () => {
  const trained = await post(
    '/api/models',
    formWith(
      { id: 'photos' },
      files.map(([label, name]) => [`${label}/${name}`, photo(name)]),
    ),
  )
  expect(trained.status, trained.text).toBe(201)
  const { predictions } = (await post('/api/classify?model=photos', photo(NEW_ANIMAL))).body
  expect(predictions[0]).toMatchObject({ label: 'animal', score: expect.toSatisfy((score: number) => score > 0.9) })

  const file = await fetch(`${server.url}/api/models/photos/files/examples.safetensors`)
  const known = readExamples(new Uint8Array(await file.arrayBuffer()))
  const base64 = (values: Float32Array) => Buffer.from(values.slice().buffer).toString('base64')
  const examples = known.map(({ label, sha256, embedding, kinds }) => ({
    ...{ label, sha256, embedding: base64(embedding), kinds: base64(kinds as Float32Array) },
  }))
  expect((await post('/api/models', { id: 'both', examples })).status).toBe(201)
  expect(await headOf('both')).toBe(await headOf('photos'))

  const embeddings = examples.map(({ kinds: _kinds, ...example }) => example)
  expect((await post('/api/models', { id: 'embeddings', examples: embeddings })).status).toBe(201)
  expect((await headOf('embeddings')).length).toBeLessThan((await headOf('photos')).length)
  const { predictions: without } = (await post('/api/classify?model=embeddings', photo(NEW_ANIMAL))).body
  expect(without[0].label).toBe('animal')
  // Photos come with kinds. Beside examples without, they are left out.
  const more = await post(
    '/api/models/embeddings/examples',
    formWith({}, [['animal/polar-bear.webp', photo(NEW_ANIMAL)]]),
  )
  expect([more.status, more.body.evaluation.examples]).toEqual([201, 14])

  const short = await post('/api/models', { id: 'short', examples: [{ ...examples[0], kinds: [1, 0] }] })
  expect([short.status, short.body.code, short.body.detail]).toEqual([
    400,
    'invalid_parameter',
    expect.stringMatching(/A list of kinds has 2 values instead of the \d+ of the base model/),
  ])
})

test('exported as ONNX, it gives the same scores', async () => {
  const file = await fetch(`${server.url}/api/models/photos/files/model.onnx`)
  const session = await InferenceSession.create(new Uint8Array(await file.arrayBuffer()))
  const [model] = (await send(server, 'GET', '/api/models')).body.models
  const base = await readModel(await readModelFolder(join(REAL_MODEL.MODELS_DIR, model.id)))
  const preprocessor = base.preprocessor as Preprocessor
  const input = inputFormat(session.inputMetadata, preprocessor)
  for (const name of [NEW_ANIMAL, 'espresso.png', 'screwdriver.webp', 'rocket.jpg']) {
    const { pixels } = await decode(photo(name), preprocessor, 1e7)
    const tensor = new Tensor(input.type, input.fill(toTensor(pixels, input, preprocessor)), input.dims)
    const { probabilities } = await session.run({ [input.name]: tensor })
    const { predictions } = (await post('/api/classify?model=photos', photo(name))).body
    for (const { index, score } of predictions) expect(Number(probabilities?.data[index])).toBeCloseTo(score, 5)
  }
})

test('learns from the photos of a job that has their embeddings, for sets that are too large for one request', async () => {
  const names = files.map(([label, name]) => ({ file: `${label}/${name}`, bytes: Buffer.from(photo(name)) }))
  const broken = { file: 'tool/broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }
  const job = await createJob(server.url, formOf([...names, broken]), '?embeddings=true')
  await jobDone(server.url, job.id)
  const { body } = await post(`/api/models?job=${job.id}&id=from-job`, new Uint8Array())
  expect([body.model?.base_model.id, body.evaluation?.examples]).toEqual([job.model.id, files.length])
  expect(body.skipped).toEqual([{ file: broken.file, code: 'truncated_image', detail: expect.any(String) }])
  expect(await headOf('from-job')).toBe(await headOf('photos'))

  const more = await post(`/api/models/from-job/examples`, { job: job.id, replace: true })
  expect([more.status, more.body.evaluation?.examples]).toEqual([201, files.length])
  expect(await headOf('from-job')).toBe(await headOf('photos'))

  const plain = await createJob(server.url, formOf(names.slice(0, 1)))
  const refused = [
    await post(`/api/models?job=${plain.id}`, new Uint8Array()),
    await post(`/api/models?job=nothing`, new Uint8Array()),
    await post(`/api/models?job=${job.id}&base=accurate`, new Uint8Array()),
    await post('/api/models', { title: 'neither examples nor a job' }),
  ]
  expect(refused.map(({ status, body: { code, detail } }) => [status, code, detail])).toEqual([
    [400, 'invalid_parameter', expect.stringContaining('embeddings=true')],
    [404, 'unknown_job', expect.any(String)],
    [expect.any(Number), 'unknown_model', expect.any(String)],
    [400, 'invalid_parameter', expect.stringContaining('must be a list of examples')],
  ])
})

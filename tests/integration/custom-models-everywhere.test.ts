import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client as GradioClient } from '@gradio/client'
import { InferenceClient } from '@huggingface/inference'
import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Classification, classificationSchema } from '@/lib/shared/contract/contract'
import { type Color, colorPhoto, colorPhotos, type Files, formWith, send } from '../support/colors'
import { grpcClient, inferPhotos, startGrpcServer } from '../support/grpc'
import { jobDone, resultsOf } from '../support/jobs'
import { edit, TINY_MODEL } from '../support/models'
import type { TestServer } from '../support/server'
import { visionHere } from '../support/vision-here'

const TOKEN = 'operator-of-the-tests'
const admin = { authorization: `Bearer ${TOKEN}` }

let photos: Map<string, Uint8Array>
let data: string
let models: string
let server: TestServer & { grpc: string }

const start = () =>
  startGrpcServer({
    env: { MODELS_DIR: models, DATA_DIR: data, ADMIN_TOKEN: TOKEN, FEEDBACK: 'labels', RESULT_CACHE_BYTES: '1000000' },
  })

beforeAll(async () => {
  photos = await colorPhotos()
  data = mkdtempSync(join(tmpdir(), 'custom-'))
  models = mkdtempSync(join(tmpdir(), 'models-'))
  // A second base, with another revision.
  cpSync(TINY_MODEL.MODELS_DIR, models, { recursive: true })
  cpSync(join(models, 'tiny'), join(models, 'other'), { recursive: true })
  edit<{ vision?: object }>(join(models, 'other', 'config.json'), (config) => {
    config.vision = { ...config.vision, temperature: 2 }
  })
  server = await start()
})
afterAll(async () => {
  await server.stop()
  for (const folder of [data, models]) rmSync(folder, { recursive: true, force: true })
})

async function train(fields: Record<string, string>, files: Files = photos) {
  const { status, body } = await send(server, 'POST', '/api/models', formWith(fields, files), admin)
  expect([status, body.detail]).toEqual([201, undefined])
  return body.model
}

/** Trains it again, without blue. */
async function retrain(id: string) {
  const files = [...photos].filter(([name]) => !name.startsWith('blue'))
  const path = `/api/models/${id}/examples?replace=true`
  const { status, body } = await send(server, 'POST', path, formWith({}, files), admin)
  expect([status, body.model.classes]).toEqual([201, 2])
  return body.model
}

async function classify(model: string, color: Color, seed = 99) {
  const path = `/api/classify?model=${model}`
  const { status, body, headers } = await send(server, 'POST', path, await colorPhoto(color, seed))
  return { status, body, cache: headers.get('cache-status') }
}

test('two models answer for the same photo at once, each with its own labels and explanation', async () => {
  const own = await train({ id: 'compared' })
  const [shipped, custom] = await Promise.all([classify('tiny', 'green'), classify('compared', 'green')])
  expect([shipped.body.model.id, custom.body.model.id]).toEqual(['tiny', 'compared'])
  expect(custom.body.model).toMatchObject({ revision: own.revision, calibrated: true })
  expect([custom.body.predictions.length, custom.body.predictions[0].label]).toEqual([3, 'green'])
  const explained = await Promise.all(
    ['tiny', 'compared'].map(async (id) =>
      send(server, 'POST', `/api/explain?model=${id}`, await colorPhoto('green', 99)),
    ),
  )
  expect(explained.map(({ status, body }) => [status, body.model.id])).toEqual([
    [200, 'tiny'],
    [200, 'compared'],
  ])
  const { label, score } = custom.body.predictions[0]
  expect(explained[1]?.body.label).toMatchObject({ label, score: expect.closeTo(score, 5) })
})

test('it answers in every dialect as over the API, also when it was trained again', async () => {
  await train({ id: 'spoken' })
  const photo = await colorPhoto('green', 99)
  const b64 = Buffer.from(photo).toString('base64')
  const hf = new InferenceClient()
  const gradio = await GradioClient.connect(server.url)
  const mcp = new McpClient({ name: 'test', version: '1' })
  await mcp.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)))
  const grpc = grpcClient(server.grpc)
  const json = async (path: string, body: object | Uint8Array) => (await send(server, 'POST', path, body)).body
  const oip = { inputs: [{ name: 'encoded_image', shape: [1], datatype: 'BYTES', data: [b64] }] }
  const floats = (bytes: Buffer) => [...new Float32Array(Uint8Array.from(bytes).buffer)]

  for (const retrained of [false, true]) {
    if (retrained) await retrain('spoken')
    const { predictions } = (await classify('spoken', 'green')).body as Classification
    const pairs = predictions.map(({ label, score }) => [label, score])
    const inOrder = predictions.toSorted((a, b) => a.index - b.index).map(({ score }) => expect.closeTo(score, 6))
    const { embedding } = await json('/api/embed?model=spoken', photo)
    expect(predictions).toHaveLength(retrained ? 2 : 3)

    const endpointUrl = `${server.url}/hf/models/spoken`
    const labels = await hf.imageClassification({ endpointUrl, data: new Blob([photo]) })
    expect(labels.map(({ label, score }) => [label, score])).toEqual(pairs)
    const { data } = await gradio.predict('/predict', { image: new Blob([photo]), model: 'spoken' })
    const confidences = pairs.map(([label, confidence]) => ({ label, confidence }))
    expect(data).toEqual([{ label: 'green', confidences }])
    const tool = await mcp.callTool({ name: 'classify_image', arguments: { image: b64, model: 'spoken' } })
    const named = predictions.map(({ label, score }) => ({ label, score }))
    expect(tool.structuredContent).toMatchObject({ model: 'spoken', predictions: named })
    expect((await json('/v1/embeddings', { model: 'spoken', input: b64 })).data[0].embedding).toEqual(embedding)
    const { results } = await json('/v1/models/spoken:classify', { examples: [{ image: { b64 } }] })
    expect(results).toEqual([pairs])
    const predicted = await json('/v1/models/spoken:predict', { instances: [{ b64 }] })
    expect(predicted.predictions).toMatchObject([{ label: 'green', probabilities: inOrder }])
    expect(await json('/predictions/spoken', photo)).toEqual(Object.fromEntries(pairs))
    const { outputs } = await json('/v2/models/spoken/infer', oip)
    const values = Object.fromEntries(outputs.map(({ name, data }: { name: string; data: unknown }) => [name, data]))
    expect(values).toMatchObject({ label: ['green'], probabilities: inOrder })
    const wanted = { outputs: [{ name: 'probabilities' }, { name: 'embedding' }] }
    const { reply } = await grpc.call('ModelInfer', { ...inferPhotos('spoken', photo), ...wanted })
    expect(reply.raw_output_contents.map(floats)).toEqual([inOrder, embedding])
  }
  const [[heatmap]] = await json('/explanations/spoken', photo)
  expect(heatmap.flat().some((value: number) => value !== 0)).toBe(true)
  expect((await send(server, 'GET', '/torchserve/models/spoken')).body).toMatchObject([{ modelName: 'spoken' }])
  expect((await grpc.call('ModelReady', { name: 'spoken' })).reply).toEqual({ ready: true })
  grpc.close()
  await mcp.close()
})

test('results and jobs have the embedding only if it was asked for', async () => {
  await train({ id: 'lean' })
  classificationSchema.strict().parse((await classify('lean', 'green')).body)
  for (const embeddings of ['true', 'false']) {
    const form = formWith({ model: 'lean', embeddings }, [...photos].slice(0, 3))
    const { id } = (await send(server, 'POST', '/api/jobs', form)).body
    await jobDone(server.url, id)
    const file = await (await fetch(`${server.url}/api/jobs/${id}/results?format=parquet`)).arrayBuffer()
    const rows = await parquetReadObjects({ file })
    expect(rows.map(({ embedding }) => embedding?.length)).toEqual(Array(3).fill(embeddings === 'true' ? 3 : undefined))
  }
})

test('a vote counts for the labels of the revision that gave the result, not for those of today', async () => {
  const old = await train({ id: 'voted' })
  const renewed = await retrain('voted')
  const vote = (id: string, revision: string, more: object) =>
    send(server, 'POST', '/api/feedback', { id, model: 'voted', revision, score: 0.9, ...more })
  const late = await vote('late-vote-of-the-tests', old.revision, { index: 0, verdict: 'wrong', correct: 2 })
  expect([late.status, late.body.label, late.body.correct_label]).toEqual([201, 'blue', 'red'])
  const current = await vote('new-vote-of-the-tests', renewed.revision, { index: 0, verdict: 'right' })
  expect([current.status, current.body.label]).toEqual([201, 'green'])
  const outside = await vote('odd-vote-of-the-tests', renewed.revision, { index: 2, verdict: 'right' })
  expect([outside.body.code, outside.body.detail]).toEqual(['invalid_parameter', expect.stringContaining('2 labels')])
  const unknown = await vote('bad-vote-of-the-tests', `sha256:${'0'.repeat(64)}`, { index: 0, verdict: 'right' })
  expect([unknown.body.code, unknown.body.detail]).toEqual([
    'unknown_model',
    expect.stringContaining('no longer has the revision'),
  ])
  const votes = (await send(server, 'GET', '/api/feedback?format=ndjson', undefined, admin)).text
  expect(votes).toContain(`"label":"blue"`)
})

test('a result of an earlier revision is never served from the cache', async () => {
  const old = await train({ id: 'cached' })
  expect((await classify('cached', 'blue')).cache).toContain('miss')
  const again = await classify('cached', 'blue')
  expect([again.cache, again.body.predictions[0].label]).toEqual(['vision; hit', 'blue'])
  const renamed = [...photos].map(([name, bytes]) => [name.replace('blue/', 'navy/'), bytes] as const)
  const path = '/api/models/cached/examples?replace=true'
  const renewed = (await send(server, 'POST', path, formWith({}, renamed), admin)).body.model
  const answer = await classify('cached', 'blue')
  expect(answer.cache).toContain('miss')
  expect(answer.body).toMatchObject({ model: { revision: renewed.revision }, predictions: [{ label: 'navy' }, {}, {}] })
  await send(server, 'PATCH', '/api/models/cached', { revision: old.revision }, admin)
  expect((await classify('cached', 'blue')).body).toMatchObject({
    model: { revision: old.revision },
    predictions: [{ label: 'blue' }, {}, {}],
  })
  const labels = await send(server, 'GET', '/api/models/cached/labels')
  expect([labels.headers.get('cache-control'), labels.body.labels.length]).toEqual(['no-store', 3])
})

test('a job keeps its revision, embeddings included, when its model is trained again while it runs', async () => {
  const old = await train({ id: 'changing' })
  const first = formWith({ model: 'changing', embeddings: 'true', open: '1' }, [...photos].slice(0, 4))
  const job = (await send(server, 'POST', '/api/jobs', first)).body
  await retrain('changing')
  await send(server, 'POST', `/api/jobs/${job.id}/photos`, formWith({}, [...photos].slice(4)))
  await send(server, 'POST', `/api/jobs/${job.id}/close`)
  expect((await jobDone(server.url, job.id)).counts).toMatchObject({ total: 24, ok: 24 })
  const rows = await resultsOf(server.url, job.id)
  expect(new Set(rows.map(({ revision }) => revision))).toEqual(new Set([old.revision]))
  expect(rows.filter(({ label }) => label === 'blue')).toHaveLength(8)
})

test('when its model is deleted, what is left of a job fails with the reason, and the job ends', async () => {
  await train({ id: 'doomed' })
  const job = (await send(server, 'POST', '/api/jobs', formWith({ model: 'doomed', open: '1' }, []))).body
  expect((await send(server, 'DELETE', '/api/models/doomed', undefined, admin)).status).toBe(204)
  await send(server, 'POST', `/api/jobs/${job.id}/photos`, formWith({}, [...photos].slice(0, 2)))
  await send(server, 'POST', `/api/jobs/${job.id}/close`)
  expect((await jobDone(server.url, job.id)).counts).toMatchObject({ total: 2, failed: 2 })
  expect((await resultsOf(server.url, job.id)).map(({ error_code }) => error_code)).toEqual(
    Array(2).fill('unknown_model'),
  )
})

test('groups of labels can be viewed and described, and say that they do not learn', async () => {
  const { labels } = (await send(server, 'GET', '/api/models/tiny/labels')).body
  const csv = join(data, 'groups.csv')
  writeFileSync(csv, `label,group\n"${labels[0].label}",first\n"${labels[1].label}",first\n`)
  const folders = ['--models-dir', models, '--data-dir', data]
  expect(await visionHere(['train', '--groups', csv, '--id', 'kinds', ...folders])).toMatchObject({ code: 0 })
  await vi.waitFor(async () => expect((await send(server, 'GET', '/api/models/kinds')).status).toBe(200))
  expect((await send(server, 'GET', '/api/models/kinds')).body).toMatchObject({
    model: { id: 'kinds', classes: 2, head: 'groups' },
    evaluation: null,
    history: [{}],
  })
  const refused = await send(server, 'POST', '/api/models/kinds/examples', formWith({}, photos), admin)
  expect([refused.body.code, refused.body.detail]).toEqual([
    'invalid_parameter',
    expect.stringContaining('doesn’t learn from examples'),
  ])
  const add = await visionHere(['train', models, '--add', 'kinds', ...folders])
  expect([add.code, add.err]).toEqual([4, expect.stringContaining('doesn’t learn from photos')])
})

test('a model whose base is missing or was replaced is not ready and says what to do; the server stays ready', async () => {
  await train({ id: 'stranded', base: 'other' })
  await train({ id: 'outdated', base: 'tiny' })
  await server.stop()
  rmSync(join(models, 'other'), { recursive: true })
  edit<{ vision?: object }>(join(models, 'tiny', 'config.json'), (config) => {
    config.vision = { ...config.vision, temperature: 3 }
  })
  server = await start()
  await vi.waitFor(async () => expect((await send(server, 'GET', '/health/ready')).status).toBe(200), 20_000)
  const WHAT_TO_DO = {
    stranded: /its base model other isn’t installed. Install it, or train this model on another one/,
    outdated: /another revision of tiny. Run "vision train --refresh outdated"/,
  }
  const health = (await send(server, 'GET', '/health/status')).body
  expect(health.status).toBe('ok')
  for (const [id, hint] of Object.entries(WHAT_TO_DO)) {
    expect(health.models).toContainEqual({ id, status: 'failed' })
    const { body } = await send(server, 'GET', `/api/models/${id}`)
    expect([body.model.status, body.model.error]).toEqual(['failed', expect.stringMatching(hint)])
    for (const path of ['classify', 'explain', 'embed']) {
      const refused = await send(server, 'POST', `/api/${path}?model=${id}`, await colorPhoto('red', 1))
      expect([path, refused.status, refused.body.code, refused.body.detail]).toEqual([
        path,
        503,
        'not_ready',
        expect.stringMatching(hint),
      ])
    }
  }
  expect((await classify('tiny', 'red')).status).toBe(200)
})

import { rmSync } from 'node:fs'
import { Client as GradioClient } from '@gradio/client'
import { InferenceClient } from '@huggingface/inference'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { send } from '../support/colors'
import { type GrpcClient, grpcClient, inferPhotos, startGrpcServer } from '../support/grpc'
import { createJob, jobDone } from '../support/jobs'
import type { TestServer } from '../support/server'
import { plain, writeSeveral } from '../support/several-labels'
import { difference, goldenPhoto, readGolden, textImageModels } from '../support/text-image'
import { readRows } from '../support/workbook'

/** Models that aren't a list of classes with a softmax, in the protocols and the results of all others. */
const OWN_WORDS = ['words', 'words-each']
const { labels } = readGolden('clip')
let folder: string
let server: TestServer & { grpc: string }
let grpc: GrpcClient
let photo: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  folder = textImageModels()
  writeSeveral(folder, 'tags', { config: { vision: { thresholds: [0.6, 0.6, 0.6, 0.9] } } })
  writeSeveral(folder, 'background', {
    labels: ['red', 'green'],
    weights: [
      [0, 0.04, 0],
      [0, 0, 0.04],
      [0.04, 0, 0],
    ],
    config: { problem_type: 'single_label_classification', vision: { background: 0 } },
  })
  photo = await plain(200, 180, 40)
  server = await startGrpcServer({ env: { MODELS_DIR: folder } })
  grpc = grpcClient(server.grpc)
  for (const [id, base] of [
    ['words', 'clip'],
    ['words-each', 'siglip'],
  ]) {
    const made = await send(server, 'POST', '/api/models', { id, title: 'My words', base, words: labels })
    expect(made.status).toBe(201)
  }
})
afterAll(async () => {
  grpc.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})

const call = (path: string, body: object | Uint8Array) => send(server, 'POST', path, body)
const infer = (model: string, data: object) =>
  call(`/v2/models/${model}/infer`, { inputs: [{ shape: [1], datatype: 'BYTES', ...data }] })
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const floats = (bytes: Buffer) => [...new Float32Array(Uint8Array.from(bytes).buffer)]
const classified = async (model: string): Promise<Classification> =>
  (await call(`/api/classify?model=${model}&top_k=9`, photo)).body

test.each(['tags', 'background', ...OWN_WORDS])('%s: all protocols give the scores of the API', async (model) => {
  const { predictions } = await classified(model)
  const close = (score: number) => expect.closeTo(score, 5)
  const pairs = predictions.map(({ label, score }) => [label, close(score)])
  const byIndex = new Map(predictions.map(({ index, score }) => [index, close(score)]))
  const inOrder = (scores: number[]) => scores.map((score, index) => byIndex.get(index) ?? score)
  const b64 = base64(photo)

  const { reply } = await grpc.call('ModelInfer', {
    ...inferPhotos(model, photo),
    outputs: [{ name: 'probabilities' }, { name: 'label' }],
  })
  const [probabilities, best] = reply.raw_output_contents
  expect(floats(probabilities)).toEqual(inOrder(floats(probabilities)))
  expect(best.subarray(4).toString()).toBe(predictions[0]?.label)
  const { outputs } = (await infer(model, { name: 'encoded_image', data: [b64] })).body
  expect(outputs.map(({ name }: { name: string }) => name)).toEqual([
    OWN_WORDS.includes(model) ? 'logits' : 'y',
    'probabilities',
    'label',
  ])
  expect(outputs[1].data).toEqual(inOrder(outputs[1].data))
  const { results } = (await call(`/v1/models/${model}:classify`, { examples: [{ image: { b64 } }] })).body
  expect(results).toEqual([pairs])
  expect((await call(`/predictions/${model}`, photo)).body).toEqual(Object.fromEntries(pairs))
  const endpointUrl = `${server.url}/hf/models/${model}`
  const found = await new InferenceClient().imageClassification({ endpointUrl, data: new Blob([photo]) })
  expect(found.map(({ label, score }) => [label, score])).toEqual(pairs)
  const gradio = await GradioClient.connect(server.url)
  const { data } = await gradio.predict('/predict', { image: new Blob([photo]), model })
  const confidences = pairs.map(([label, confidence]) => ({ label, confidence }))
  expect(data).toEqual([{ label: predictions[0]?.label, confidences }])
})

describe('a text-image model without labels', () => {
  test.each(['clip', 'siglip'])('%s embeds photos in every protocol that has tensors', async (model) => {
    const { embedding } = (await call(`/api/embed?model=${model}`, photo)).body
    const described = { name: 'embedding', datatype: 'FP32', shape: [-1, embedding.length] }
    const { reply } = await grpc.call('ModelMetadata', { name: model })
    expect(reply.outputs).toMatchObject([described])
    expect((await send(server, 'GET', `/v2/models/${model}`)).body.outputs).toEqual([described])
    const answer = await grpc.call('ModelInfer', inferPhotos(model, photo))
    const [bytes] = answer.reply.raw_output_contents
    expect(difference(floats(bytes), embedding)).toBeLessThan(1e-6)
    const { inputs } = reply
    const [{ name, shape }] = inputs
    const gray = Array(shape.slice(1).reduce((size: number, length: number) => size * length)).fill(0.1)
    const { body } = await call(`/v2/models/${model}/infer`, {
      inputs: [{ name, shape: [1, ...shape.slice(1)], datatype: 'FP32', data: gray }],
      outputs: [{ name: 'embedding' }],
    })
    expect(body.outputs).toMatchObject([{ name: 'embedding', shape: [1, embedding.length] }])
    const refused = await call(`/v2/models/${model}/infer`, {
      inputs: [{ name: 'encoded_image', shape: [1], datatype: 'BYTES', data: [base64(photo)] }],
      outputs: [{ name: 'probabilities' }],
    })
    expect([refused.status, refused.body.error]).toEqual([400, expect.stringContaining('has the outputs embedding,')])
  })

  test('is refused elsewhere, with what to do', async () => {
    const { signature_def } = (await send(server, 'GET', '/v1/models/clip/metadata')).body.metadata
    const { probabilities } = signature_def.signature_def.serving_default.outputs
    expect(probabilities.tensor_shape.dim.map(({ size }: { size: string }) => size)).toEqual(['-1', '-1'])
    for (const [path, body] of [
      ['/v1/models/clip:predict', { instances: [{ b64: base64(photo) }] }],
      ['/predictions/clip', photo],
      ['/hf/models/clip', photo],
      ['/api/classify?model=clip', photo],
    ] as const) {
      const { status, text } = await call(path, body)
      expect([path, status, text]).toEqual([path, 400, expect.stringContaining('or save them as a model')])
    }
  })
})

test.each<[model: string, words: string]>([
  ['tags', ''],
  ['background', ''],
  ['words', ''],
  ['clip', 'cat,a | b,"dog, brown",=1+1'],
])('%s: a workbook has the same cells as the CSV', async (model, words) => {
  const form = new FormData()
  form.set('model', model)
  if (words) form.set('candidate_labels', words)
  for (const [name, file] of [
    ['a.png', photo],
    ['b.png', new Uint8Array(goldenPhoto('wide'))],
    ['c.png', 'no photo'],
  ] as const)
    form.append('file', new Blob([file]), name)
  const { id } = await createJob(server.url, form)
  await jobDone(server.url, id)
  const results = async (format: string) => fetch(`${server.url}/api/jobs/${id}/results?format=${format}`)
  const csv = Papa.parse<Record<string, string>>((await (await results('csv')).text()).trim(), { header: true })
  const rows = await readRows(new Uint8Array(await (await results('xlsx')).arrayBuffer()))
  const text = (cell: unknown) => (cell === null ? '' : String(cell))
  const cells = rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, text(cell)])))
  // In a CSV, an apostrophe keeps a spreadsheet from running a cell as a formula.
  const unquoted = csv.data.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell.replace(/^'(?==)/, '')])),
  )
  expect(cells).toEqual(unquoted)
  expect(Object.keys(rows[0] ?? {}).includes('labels')).toBe(model === 'tags')
})

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { parquetReadObjects } from 'hyparquet'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Classification, Label, ModelInfo } from '@/lib/shared/contract/contract'
import type { Explanation } from '@/lib/shared/contract/explain'
import { RESULT_COLUMNS, type ResultRow } from '@/lib/shared/results/columns'
import { TINY_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'
import { plain, SEVERAL_LABELS, SEVERAL_WEIGHTS, writeSeveral } from '../support/several-labels'
import { visionHere } from '../support/vision-here'

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))
const THRESHOLDS = [0.6, 0.6, 0.6, 0.9]
const MANY = 8

let server: TestServer
let models: string
let yellow: Uint8Array<ArrayBuffer>
let black: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  models = mkdtempSync(join(tmpdir(), 'several-'))
  cpSync(TINY_MODEL.MODELS_DIR, models, { recursive: true })
  writeSeveral(models, 'tags', { config: { vision: { thresholds: THRESHOLDS, uncertainty: { near_threshold: 0.1 } } } })
  writeSeveral(models, 'sigmoids', { ops: ['Sigmoid'], config: { vision: { temperature: 2 } } })
  // Eight labels, all of which apply to what is red.
  const labels = Array.from({ length: MANY }, (_, at) => `tag ${at}`)
  const row = labels.map((_, at) => 0.01 + at / 1000)
  writeSeveral(models, 'many', { labels, weights: [row, row.map(() => 0), row.map(() => 0)] })
  // Its first output is for what is none of the labels, and has no label.
  const single = { problem_type: 'single_label_classification', vision: { background: 0 } }
  const weights = [
    [0, 0.04, 0],
    [0, 0, 0.04],
    [0.04, 0, 0],
  ]
  writeSeveral(models, 'background', { labels: ['red', 'green'], weights, config: single })
  writeSeveral(models, 'named', { labels: ['__background__', 'red', 'green'], weights, config: single })
  server = await startServer({ env: { MODELS_DIR: models, FEEDBACK: 'labels' } })
  yellow = await plain(200, 200, 0)
  black = await plain(0, 0, 0)
})
afterAll(async () => {
  await server.stop()
  rmSync(models, { recursive: true })
})

const post = (path: string, body: BodyInit) => fetch(server.url + path, { method: 'POST', body })
const json = async <T>(path: string, body?: BodyInit) =>
  (await (body === undefined ? fetch(server.url + path) : post(path, body)).then((reply) => reply.json())) as T
const classify = (query: string, photo: BodyInit) => json<Classification>(`/api/classify?${query}`, photo)
const shown = ({ predictions }: Classification) =>
  predictions.map(({ label, score, selected }) => [label, Math.round(1e5 * score) / 1e5, selected])

describe('a model of which several labels may apply', () => {
  test('returns a score of its own for each label, and says which apply by the threshold of each', async () => {
    const result = await classify('model=tags', yellow)
    const logits = SEVERAL_LABELS.map((_, at) => 200 * SEVERAL_WEIGHTS[0][at]! + 200 * SEVERAL_WEIGHTS[1][at]!)
    const expected = SEVERAL_LABELS.map((label, at) => [label, Math.round(1e5 * sigmoid(logits[at]!)) / 1e5] as const)
    expect(shown(result)).toEqual(
      [expected[0]!, expected[1]!, expected[3]!, expected[2]!].map(([label, score], at) => [label, score, at < 2]),
    )
    expect(result.model).toMatchObject({ id: 'tags', problem_type: 'multi_label_classification' })
    expect(result).toMatchObject({ uncertain: false, uncertain_reason: null })
  })

  test('may find that no label applies, and is uncertain where a score is close to its threshold', async () => {
    const none = await classify('model=tags', black)
    expect(none.predictions.map(({ score, selected }) => [score, selected])).toEqual(Array(4).fill([0.5, false]))
    expect(none.uncertain).toBe(false)
    const close = await classify('model=tags', await plain(10, 0, 0))
    expect(close.predictions[0]).toMatchObject({ label: 'red', selected: false })
    expect(close).toMatchObject({ uncertain: true, uncertain_reason: 'near_threshold' })
  })

  test('reads scores after the graph’s sigmoid, with a temperature', async () => {
    const { predictions } = await classify('model=sigmoids', yellow)
    expect(predictions.map(({ score }) => score)).toEqual(
      [2, 2, 0, -4].map((logit) => expect.closeTo(sigmoid(logit), 5)),
    )
    expect(predictions.map(({ selected }) => selected)).toEqual([true, true, true, false])
  })

  test('returns all labels that apply unless their number is requested, cached or not', async () => {
    const red = await plain(200, 0, 0)
    for (const _ of ['first', 'cached']) {
      expect((await classify('model=many', red)).predictions).toHaveLength(MANY)
      expect((await classify('model=many&top_k=5', red)).predictions).toHaveLength(5)
    }
    expect((await classify('model=many&threshold=0.95', red)).predictions.map(({ label }) => label)).toEqual([
      'tag 7',
      'tag 6',
      'tag 5',
    ])
    expect((await classify('model=many', black)).predictions).toHaveLength(MANY)
  })

  test('is described with its thresholds', async () => {
    const { models: list } = await json<{ models: ModelInfo[] }>('/api/models')
    const found = (id: string) => list.find((model) => model.id === id)
    expect(found('tags')).toMatchObject({ problem_type: 'multi_label_classification', thresholds: THRESHOLDS })
    expect(found('many')?.thresholds).toBe(0.5)
    expect(found('background')).toMatchObject({ problem_type: 'single_label_classification', thresholds: null })
    const { labels } = await json<{ labels: Label[] }>('/api/models/tags/labels')
    expect(labels.map(({ threshold }) => threshold)).toEqual(THRESHOLDS)
  })

  test('explains each label by its own score', async () => {
    const form = new FormData()
    form.set('image', new Blob([yellow]))
    form.set('label', 'green')
    form.set('method', 'occlusion')
    const { label, model, grid } = await json<Explanation>('/api/explain?model=tags', form)
    expect(label).toMatchObject({ label: 'green', score: expect.closeTo(sigmoid(4), 5) })
    expect(model.problem_type).toBe('multi_label_classification')
    expect(grid.values.every(Number.isFinite)).toBe(true)
  })

  test('answers in the protocols of other servers', async () => {
    const scores = (reply: { score: number }[]) => reply.map(({ score }) => score)
    const own = [4, 4, 0, -8].map((logit) => expect.closeTo(sigmoid(logit), 5))
    const hf = '/hf/models/tags'
    expect(scores(await json(hf, yellow))).toEqual(own)
    expect(scores(await json(`${hf}?function_to_apply=sigmoid`, yellow))).toEqual(own)
    const softmax = scores(await json(`${hf}?function_to_apply=softmax`, yellow))
    expect(softmax.reduce((sum, score) => sum + score)).toBeCloseTo(1, 5)
    const b64 = Buffer.from(yellow).toString('base64')
    const predict = { instances: [{ b64 }] }
    const { predictions } = await json<{ predictions: { probabilities: number[] }[] }>(
      '/v1/models/tags:predict',
      JSON.stringify(predict),
    )
    expect(predictions[0]?.probabilities).toEqual([4, 4, -8, 0].map((logit) => expect.closeTo(sigmoid(logit), 5)))
    const red = await plain(200, 0, 0)
    expect(Object.keys(await json('/predictions/many', red))).toHaveLength(MANY)
  })
})

test('tells agents which labels apply', async () => {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)))
  const call = async (photo: Uint8Array, args: object, name = 'classify_image') => {
    const image = Buffer.from(photo).toString('base64')
    const { content, structuredContent } = await client.callTool({ name, arguments: { image, ...args } })
    return { text: (content as { text: string }[])[0]?.text, structured: structuredContent }
  }
  const found = await call(yellow, { model: 'tags' })
  expect(found.structured).toMatchObject({
    problem_type: 'multi_label_classification',
    predictions: [
      { label: 'red', selected: true },
      { label: 'green', selected: true },
      { label: 'warm', selected: false },
      { label: 'blue', selected: false },
    ],
  })
  expect(found.text).toMatch(/^tags: these labels apply: red \(98\.2%\), green .*\. Below their thresholds: warm/)
  expect((await call(black, { model: 'tags' })).text).toMatch(/^tags: none of the labels applies\./)
  const red = await plain(200, 0, 0)
  const count = ({ structured }: Awaited<ReturnType<typeof call>>) => (structured as Classification).predictions.length
  expect(count(await call(red, { model: 'many' }))).toBe(MANY)
  expect(count(await call(red, { model: 'many', top_k: 2 }))).toBe(2)
  const compared = await call(yellow, { models: ['tags', 'sigmoids'] }, 'compare_models')
  expect(compared.structured).toMatchObject({ agree: false })
  await client.close()
})

test('a vote is about all labels that apply, and names those that do', async () => {
  const { model } = await classify('model=tags', yellow)
  const vote = {
    id: 'an-id-of-sixteen-letters',
    model: model.id,
    revision: model.revision,
    index: 0,
    score: 0.98,
    verdict: 'wrong',
    labels: [0, 1],
    correct_labels: [1, 3],
  }
  const send = (body: object) =>
    fetch(`${server.url}/api/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect(await (await send(vote)).json()).toMatchObject({
    label: 'red',
    correct_label: null,
    labels: ['red', 'green'],
    correct_labels: ['green', 'warm'],
  })
  expect((await send({ ...vote, correct_labels: [9] })).status).toBe(400)
  expect((await send({ ...vote, verdict: 'right' })).status).toBe(400)
})

describe('results of many photos', () => {
  test('have all labels that apply in columns at the end, from jobs in every format', async () => {
    const form = new FormData()
    for (const [name, photo] of Object.entries({ 'yellow.png': yellow, 'black.png': black, 'broken.png': 'no photo' }))
      form.append('file', new Blob([photo]), name)
    const { id } = await json<{ id: string }>('/api/jobs?model=tags', form)
    const results = (format: string) => fetch(`${server.url}/api/jobs/${id}/results?format=${format}`)
    await vi.waitFor(async () => expect(await json(`/api/jobs/${id}`)).toMatchObject({ state: 'done' }), 20_000)
    const rows = (await (await results('json')).json()) as ResultRow[]
    expect(rows.map(({ label, labels }) => [label, labels])).toEqual([
      ['red', ['red', 'green']],
      [null, []],
      [null, []],
    ])
    expect(rows[0]).toMatchObject({ score: rows[0]?.label_scores?.[0], top_labels: ['red', 'green', 'warm', 'blue'] })
    const { data, meta } = Papa.parse<Record<string, string>>(await (await results('csv')).text(), {
      header: true,
      delimiter: ',',
    })
    expect(meta.fields).toEqual([...RESULT_COLUMNS, 'labels', 'label_scores'])
    expect(data.slice(0, 3).map(({ labels }) => labels)).toEqual(['red|green', '', ''])
    const parquet = await parquetReadObjects({ file: await (await results('parquet')).arrayBuffer() })
    expect(parquet.map(({ labels }) => labels)).toEqual(['red|green', '', null])
    const single = (await (await fetch(`${server.url}/api/classify?stream=1`, { method: 'POST', body: form })).text())
      .trim()
      .split('\n')
    expect(single).toHaveLength(3)
    expect(single.some((line) => 'labels' in JSON.parse(line))).toBe(false)
  })

  test.each(['here', 'on a server'])('vision classify, %s', async (where) => {
    const folder = mkdtempSync(join(tmpdir(), 'several-photos-'))
    writeFileSync(join(folder, 'yellow.png'), yellow)
    const place = where === 'here' ? ['--models-dir', models] : ['--server', server.url]
    const { out } = await visionHere(['classify', folder, '--model', 'tags', '--format', 'ndjson', ...place])
    expect(JSON.parse(out)).toMatchObject({ label: 'red', labels: ['red', 'green'] })
    const first = await visionHere(['classify', folder, '--model', 'tags', '--top-k', '1', ...place])
    expect(first.out).toMatch(/^file,.*,labels,label_scores\r\n.*,red,0\.98\d+\r\n$/)
    rmSync(folder, { recursive: true })
  })
})

test('vision classify compares all labels of a photo with those that apply', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'several-truth-'))
  const write = (name: string, content: Uint8Array | string) => writeFileSync(join(folder, name), content)
  write('yellow.png', yellow)
  write('black.png', black)
  write('red.png', await plain(200, 0, 0))
  write('labels.csv', 'file,labels\nyellow.png,green; red\nblack.png,\nred.png,red|moon|blue\n')
  for (const place of [
    ['--models-dir', models],
    ['--server', server.url],
  ]) {
    const args = [
      'classify',
      join(folder, '*.png'),
      '--model',
      'tags',
      '--labels',
      join(folder, 'labels.csv'),
      ...place,
    ]
    const { out, err } = await visionHere(args)
    const { data, meta } = Papa.parse<Record<string, string>>(out.trim(), { header: true })
    expect(meta.fields).toEqual([...RESULT_COLUMNS, 'truth', 'correct', 'labels', 'label_scores'])
    const cells = data.map(({ file, truth, correct }) => [file?.split('/').at(-1), truth, correct])
    expect(cells.sort()).toEqual([
      ['black.png', '', 'true'],
      ['red.png', 'red|blue|moon', 'false'],
      ['yellow.png', 'red|green', 'true'],
    ])
    expect(err).toContain('all right  66.7% of 3 labeled photos have exactly their labels')
    expect(err).toMatch(/^F1 +85\.7% over all labels \(micro\), 66\.7% as the mean of labels/m)
    expect(err).toMatch(/^mAP +83\.3%/m)
    expect(err).toMatch(/^unknown label +moon: /m)
  }
  rmSync(folder, { recursive: true })
})

describe('a model with an output for none of its labels', () => {
  test.each(['background', 'named'])('%s: never returns it, but its probability counts', async (model) => {
    const green = await classify(`model=${model}`, await plain(0, 50, 0))
    const sum = Math.exp(2) + 2
    expect(green.predictions).toEqual([
      { label: 'green', index: 2, score: expect.closeTo(Math.exp(2) / sum, 5) },
      { label: 'red', index: 1, score: expect.closeTo(1 / sum, 5) },
    ])
    expect(green.uncertain).toBe(false)
    const other = await classify(`model=${model}`, await plain(0, 0, 50))
    expect(other.predictions.map(({ label }) => label)).toEqual(['red', 'green'])
    expect(other).toMatchObject({ uncertain: true, uncertain_reason: 'unlike_known' })
    const { labels } = await json<{ labels: Label[] }>(`/api/models/${model}/labels`)
    expect(labels.map(({ index, label }) => [index, label])).toEqual([
      [1, 'red'],
      [2, 'green'],
    ])
    expect((await json<{ models: ModelInfo[] }>('/api/models')).models).toContainEqual(
      expect.objectContaining({ id: model, classes: 2 }),
    )
    const form = new FormData()
    form.set('image', new Blob([await plain(0, 0, 50)]))
    form.set('method', 'occlusion')
    expect((await json<Explanation>(`/api/explain?model=${model}`, form)).label.label).toBe('red')
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddingReply, embeddingSchema } from '@/lib/shared/contract/embed'
import { columnsFor, EMBEDDED_COLUMNS, RESULT_COLUMNS } from '@/lib/shared/results/columns'
import { BACKENDS, type Backend, ONE_BACKEND } from '../support/backends'
import { refusal } from '../support/http'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { headsOnnx, writeCatalog, writeModelFolder } from '../support/onnx'
import type { TestServer } from '../support/server'

/** The embedding of the model `tiny` is the mean of each channel, from 0 to 1. */
const MEANS = [0.8, 0.4, 0.2]
const [R = 0, G = 0, B = 0] = MEANS.map((mean) => 255 * mean)
const broken = { file: 'broken.jpg', bytes: Buffer.from('ffd8ffe000104a464946', 'hex') }

const models = mkdtempSync(join(tmpdir(), 'models-'))
let photo: Buffer
beforeAll(async () => {
  writeCatalog(models, { fast: 'tiny' }, 'fast')
  const weights = [1, 2, 3].map((row) => [row, 0, 1, 2])
  const noEmbedding = headsOnnx([{ name: 'y', weights, ops: ['Exp'] }])
  writeModelFolder(models, 'none', noEmbedding, { size: { height: 8, width: 8 }, do_normalize: false })
  photo = await sharp({ create: { width: 40, height: 20, channels: 3, background: { r: R, g: G, b: B } } })
    .png()
    .toBuffer()
})
afterAll(() => rmSync(models, { recursive: true }))

function floats(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64')
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))
}
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5))

describe.each(ONE_BACKEND)('with jobs in %s', (name, open) => {
  let backend: Backend
  let server: TestServer
  beforeAll(async () => {
    backend = await open({ LOG_LEVEL: 'warn', MODELS_DIR: models, RESULT_CACHE_BYTES: '1000000', METRICS: 'on' })
    server = backend.server
  })
  afterAll(() => backend?.stop())

  const embed = (body: BodyInit | Buffer, query = '', headers: HeadersInit = {}) =>
    fetch(`${server.url}/api/embed${query}`, { method: 'POST', body: body as BodyInit, headers })
  async function embedded(reply: Promise<Response>): Promise<EmbeddingReply> {
    const response = await reply
    const json = await response.json()
    expect(response.status, JSON.stringify(json)).toBe(200)
    return embeddingSchema.strict().parse(json)
  }

  test('a job keeps the embeddings of its photos, in Parquet, and no other format grows', async () => {
    const photos = [...distinctPhotos(7), broken]
    const { id, embeddings } = await createJob(server.url, formOf(photos), '?embeddings=true&top_k=2')
    expect(embeddings).toBe(true)
    await jobDone(server.url, id)
    const rows = await resultsOf(server.url, id)
    expect(Object.keys(rows[0] ?? {})).toEqual(columnsFor('json', RESULT_COLUMNS))
    const file = await (await fetch(`${server.url}/api/jobs/${id}/results?format=parquet`)).arrayBuffer()
    const table = await parquetReadObjects({ file })
    expect(Object.keys(table[0] ?? {})).toEqual([...RESULT_COLUMNS, 'embedding'])
    expect(table.map(({ file, label, error_code }) => [file, label, error_code])).toEqual(
      rows.map(({ file, label, error_code }) => [file, label, error_code]),
    )
    for (const [i, each] of photos.slice(0, 7).entries()) {
      const { embedding } = await embedded(embed(each.bytes))
      expect([...(table[i]?.embedding ?? [])]).toEqual(embedding)
    }
    expect([table[7]?.status, table[7]?.embedding ?? null]).toEqual(['failed', null])
    const events = await (await fetch(`${server.url}/api/jobs/${id}/events`)).text()
    expect(events.match(/event: result/g)).toHaveLength(8)
    expect(events).not.toContain('"embedding"')
  })

  test('refuses a job with embeddings of a model that has none', async () => {
    const query = '?embeddings=true&model=none'
    const reply = fetch(`${server.url}/api/jobs${query}`, { method: 'POST', body: formOf(distinctPhotos(1)) })
    await refusal(reply, 400, 'invalid_parameter')
  })

  if (name !== BACKENDS[0]?.[0]) return

  test('returns the embedding of a photo that is sent in any way', async () => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(photo)]), 'photo.png')
    const json = JSON.stringify({ image: photo.toString('base64'), normalize: false })
    const type = { 'content-type': 'application/json' }
    const replies = await Promise.all([embedded(embed(photo)), embedded(embed(form)), embedded(embed(json, '', type))])
    for (const reply of replies) {
      expect(reply).toMatchObject({ embedding: near(MEANS), dimensions: 3, normalized: false })
      expect(reply).toMatchObject({ model: { id: 'tiny', type: 'fast' }, image: { width: 40, height: 20 } })
    }
  })

  test('writes the same values as numbers or base64, and with length 1 if requested', async () => {
    const [plain, encoded, unit] = await Promise.all([
      embedded(embed(photo)),
      embedded(embed(photo, '?encoding_format=base64')),
      embedded(embed(photo, '?normalize=true')),
    ])
    expect(floats(String(encoded.embedding))).toEqual(plain.embedding)
    const length = Math.hypot(...MEANS)
    expect(unit).toMatchObject({ normalized: true, embedding: near(MEANS.map((mean) => mean / length)) })
  })

  test('caches embeddings apart from classifications, by option and crop', async () => {
    const other = distinctPhotos(9)[8]?.bytes as Buffer
    const state = async (query = '') => (await embed(other, query)).headers.get('cache-status')
    expect(await state()).toContain('miss')
    expect(await state('?encoding_format=base64')).toContain('hit')
    expect(await state('?normalize=1')).toContain('miss')
    expect(await state('?crop=0,0,4,4')).toContain('miss')
    const classified = await fetch(`${server.url}/api/classify`, { method: 'POST', body: new Uint8Array(other) })
    expect(classified.headers.get('cache-status')).toContain('miss')
    const [first, second] = [await embedded(embed(other)), await embedded(embed(other))]
    expect({ ...first, request_id: '', timings: null }).toEqual({ ...second, request_id: '', timings: null })
    expect(first.request_id).not.toBe(second.request_id)
  })

  test('streams one line per photo of a form', async () => {
    const photos = [...distinctPhotos(5), broken]
    const reply = await embed(formOf(photos), '?stream=1&normalize=1&encoding_format=base64')
    expect(reply.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await reply.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .sort((a, b) => a.index - b.index)
    expect(lines.map(({ file }) => file)).toEqual(photos.map(({ file }) => file))
    expect(lines.slice(0, 5).every(({ embedding }) => Math.abs(Math.hypot(...floats(embedding)) - 1) < 1e-5)).toBe(true)
    expect(lines[5]).toMatchObject({ status: 'failed', embedding: null, error_code: 'truncated_image' })
    for (const column of EMBEDDED_COLUMNS) expect(lines[0]).toHaveProperty(column)
  })

  test('refuses what it cannot embed, with stable codes', async () => {
    await refusal(embed(photo, '?model=nothing'), 404, 'unknown_model')
    await refusal(embed(photo, '?top_k=3'), 400, 'invalid_parameter')
    await refusal(embed(photo, '?encoding_format=hex'), 400, 'invalid_parameter')
    await refusal(embed(Buffer.from('not a photo')), 415, 'not_an_image')
    await refusal(embed(formOf([broken]), '?stream=1&model=none'), 400, 'invalid_parameter')
    const reply = embed(photo, '?model=none')
    expect((await (await reply).json()).detail).toContain('linear layer (Exp)')
    const { models: known } = await (await fetch(`${server.url}/api/models`)).json()
    expect(known.map(({ id, embedding }: { id: string; embedding: object }) => [id, embedding])).toEqual([
      ['tiny', { dimensions: 3, kinds: 0 }],
      ['none', null],
    ])
  })

  test('counts its requests in the metrics', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).toMatch(/vision_http_requests_total\{route="\/api\/embed",method="POST",status="200",code=""\} \d+/)
  })
})

import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InferenceClient } from '@huggingface/inference'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Vision } from '@/clients/typescript'
import type { SimilarPhotosReply } from '@/lib/shared/contract/check'
import type { Classification, ModelInfo } from '@/lib/shared/contract/contract'
import type { TextEmbeddingsReply } from '@/lib/shared/contract/embed'
import type { Explanation } from '@/lib/shared/contract/explain'
import { joinLabels } from '@/lib/shared/zero-shot/candidate-labels'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { createJob, jobDone, resultsOf } from '../support/jobs'
import { startServer, type TestServer } from '../support/server'
import { difference, goldenPhoto, readGolden, textImageModels, values } from '../support/text-image'
import { visionHere } from '../support/vision-here'

/** Labels in words through the API and the clients of others, on small models of both families. */
const folder = textImageModels()
const photo = goldenPhoto('wide')
const golden = { clip: readGolden('clip'), siglip: readGolden('siglip') }
const { labels } = golden.clip
const [expected] = golden.clip.photos
let server: TestServer

beforeAll(async () => {
  server = await startServer({ env: { MODELS_DIR: folder } })
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const read = async <T>(reply: Response) => (await reply.json()) as T
const json = (path: string, body: object) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const query = (parameters: Record<string, string>) => new URLSearchParams({ model: 'clip', top_k: '9', ...parameters })
const post = (search: URLSearchParams) =>
  fetch(`${server.url}/api/classify?${search}`, { method: 'POST', body: new Uint8Array(photo) })

const as = async (search: URLSearchParams) => read<Classification>(await post(search))

/** The scores in the order of the labels. */
function scoresOf(predictions: readonly { label: string; score: number }[]): number[] {
  return labels.map((label) => predictions.find((one) => one.label === label)?.score ?? Number.NaN)
}

test('the same scores for labels with commas, in quotes, repeated, in JSON, and in a form', async () => {
  const repeated = query({})
  for (const label of labels) repeated.append('candidate_labels', label)
  const form = new FormData()
  for (const label of labels) form.append('candidate_labels', label)
  form.append('file', new Blob([new Uint8Array(photo)]))
  const replies = await Promise.all([
    post(query({ candidate_labels: joinLabels(labels) })),
    post(repeated),
    json('/api/classify', { image: photo.toString('base64'), model: 'clip', top_k: 9, candidate_labels: labels }),
    fetch(`${server.url}/api/classify?model=clip&top_k=9`, { method: 'POST', body: form }),
  ])
  for (const reply of replies) {
    const { predictions, model, uncertain } = await read<Classification>(reply)
    expect(difference(scoresOf(predictions), expected?.scores ?? [])).toBeLessThan(1e-4)
    expect(predictions[0]).toMatchObject({ label: labels[predictions[0]?.index ?? -1] })
    expect([model.id, model.calibrated, uncertain]).toEqual(['clip', false, false])
  }
})

test('SigLIP scores each label by itself, and the template counts', async () => {
  const search = query({ model: 'siglip', candidate_labels: joinLabels(labels) })
  const { predictions } = await read<Classification>(await post(search))
  expect(difference(scoresOf(predictions), golden.siglip.photos[0]?.scores ?? [])).toBeLessThan(1e-4)
  search.set('hypothesis_template', 'a drawing of {}')
  const other = await read<Classification>(await post(search))
  expect(difference(scoresOf(other.predictions), scoresOf(predictions))).toBeGreaterThan(1e-3)
  const best = await read<Classification>(await post(query({ model: 'siglip', candidate_labels: 'a', threshold: '1' })))
  expect(best.predictions).toEqual([])
})

test.each([
  ['no labels', {}, /has no labels of its own.*candidate_labels/],
  ['a model without texts', { model: 'tiny', candidate_labels: 'cat' }, /need a text-image model/],
  ['empty labels', { candidate_labels: ' , ' }, /has no label/],
  ['labels that look the same', { candidate_labels: 'cat,Cat' }, /same name/],
  ['a long label', { candidate_labels: 'a'.repeat(101) }, /longer than 100/],
  [
    'too many labels',
    {
      candidate_labels: Array(1001)
        .fill('x')
        .map((x, i) => x + i)
        .join(),
    },
    /the limit is 1000/,
  ],
  ['a template without a place', { candidate_labels: 'cat', hypothesis_template: 'no place' }, /has no \{\}/],
  ['a template without labels', { hypothesis_template: '{}' }, /for candidate_labels/],
  ['more tokens than the model takes', { candidate_labels: '日本'.repeat(40) }, /too long.*77 tokens/],
] as [string, Record<string, string>, RegExp][])('refuses %s', async (_, parameters, detail) => {
  const reply = await post(query(parameters))
  expect([reply.status, await reply.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'invalid_parameter', detail: expect.stringMatching(detail) }),
  ])
})

test('embeds texts into the space of the photos, and says which were cut', async () => {
  const texts = golden.clip.texts.map(({ text }) => text)
  const reply = await read<TextEmbeddingsReply>(await json('/api/embed', { model: 'clip', text: texts }))
  expect(reply).toMatchObject({ dimensions: 32, similarity: { scale: 100, activation: 'softmax' } })
  expect(reply.truncated).toEqual(texts.map((text) => text.startsWith('word word')))
  for (const [at, { embedding }] of golden.clip.texts.entries())
    expect(difference(reply.embeddings[at] as number[], values(embedding))).toBeLessThan(1e-5)
  const one = await read<TextEmbeddingsReply>(
    await json('/api/embed', { model: 'clip', text: 'a cat', normalize: true, encoding_format: 'base64' }),
  )
  const vector = values({ f32: String(one.embeddings[0]), shape: [] })
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
  const openai = await read<{ data: { embedding: number[] }[] }>(
    await json('/v1/embeddings', {
      model: 'clip',
      input: ['a cat', `data:image/png;base64,${photo.toString('base64')}`],
    }),
  )
  const [text, image] = openai.data.map(({ embedding }) => embedding)
  expect(
    difference(
      (text ?? []).map((value) => value / Math.hypot(...(text ?? []))),
      vector,
    ),
  ).toBeLessThan(1e-5)
  expect(difference(image ?? [], values(expected?.embedding ?? { f32: '', shape: [] }))).toBeLessThan(1e-5)
  const refusals: [object, RegExp][] = [
    [{ model: 'tiny', text: 'cat' }, /text-image model/],
    [{ model: 'clip', text: [] }, /text is invalid: it is empty/],
    [{ model: 'clip', text: 'x'.repeat(2001) }, /at most 2000 characters/],
    [{ model: 'clip', text: 'cat', image: 'aaaa' }, /a text and a photo/],
  ]
  for (const [body, detail] of refusals) {
    const refused = await json('/api/embed', body)
    expect([refused.status, (await refused.json()).detail]).toEqual([400, expect.stringMatching(detail)])
  }
})

test('Hugging Face’s clients get what the pipeline returns', async () => {
  const endpointUrl = `${server.url}/hf/models/clip`
  const found = await new InferenceClient().zeroShotImageClassification({
    endpointUrl,
    inputs: { image: new Blob([new Uint8Array(photo)]) },
    parameters: { candidate_labels: labels },
  })
  expect(difference(scoresOf(found), expected?.scores ?? [])).toBeLessThan(1e-4)
  expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a))
  const path = join(folder, 'photo.png')
  writeFileSync(path, photo)
  const program = `
import json, sys
from huggingface_hub import InferenceClient
client = InferenceClient(model=sys.argv[1])
found = client.zero_shot_image_classification(sys.argv[2], candidate_labels=json.loads(sys.argv[3]))
print(json.dumps([{"label": each.label, "score": each.score} for each in found]))
`
  const args = ['-c', program, endpointUrl, path, JSON.stringify(labels)]
  const { stdout } = await promisify(execFile)(clientPython(), args)
  expect(JSON.parse(stdout)).toEqual(found)
})

test('streams and jobs take labels in words, and refuse a model that needs some without any', async () => {
  const vision = new Vision({ url: server.url })
  const parameters = { model: 'siglip', candidate_labels: labels }
  const { predictions } = await vision.classify(new Blob([new Uint8Array(photo)]), { ...parameters, top_k: 9 })
  for await (const row of vision.classifyMany([new Blob([new Uint8Array(photo)])], parameters))
    expect(row).toMatchObject({ status: 'ok', label: predictions[0]?.label, score: predictions[0]?.score })
  const form = new FormData()
  form.append('candidate_labels', joinLabels(labels))
  form.append('files', new Blob([new Uint8Array(photo)]), 'wide.png')
  const job = await createJob(server.url, form, '?model=siglip')
  expect(job.words).toEqual({ labels, template: 'This is a photo of {}.' })
  await jobDone(server.url, job.id)
  const [row] = await resultsOf(server.url, job.id)
  expect(row).toMatchObject({ file: 'wide.png', label: predictions[0]?.label, score: predictions[0]?.score })
  const kept = new FormData()
  for (const name of ['a cat/1.png', 'a dog/2.png']) kept.append('files', new Blob([new Uint8Array(photo), name]), name)
  const embedded = await createJob(server.url, kept, '?model=siglip&embeddings=1&candidate_labels=x')
  await jobDone(server.url, embedded.id)
  const ofJob = new URLSearchParams({ id: 'from-job', base: 'siglip', words: 'a bird', job: embedded.id })
  const trained = await fetch(`${server.url}/api/models?${ofJob}`, { method: 'POST' })
  expect([trained.status, await trained.json()]).toMatchObject([
    201,
    { evaluation: { labels: ['a bird', 'a cat', 'a dog'], examples: 2 } },
  ])
  const refused = await fetch(`${server.url}/api/jobs?model=clip&open=1`, { method: 'POST' })
  expect([refused.status, (await refused.json()).detail]).toEqual([400, expect.stringMatching(/no labels of its own/)])
})

const SEARCHED = ['koala.webp', 'bucket.webp', 'goldfish.webp', 'baseball.webp', 'volleyball.webp', 'giant-panda.webp']
const galleryPhoto = (name: string) => readFileSync(join('public/gallery', name))

/** A job that keeps the embeddings of some photos. */
async function embeddedJob(model: string, parameters = ''): Promise<string> {
  const form = new FormData()
  for (const name of SEARCHED) form.append('files', new Blob([new Uint8Array(galleryPhoto(name))]), name)
  const { id } = await createJob(server.url, form, `?model=${model}&embeddings=1${parameters}`)
  await jobDone(server.url, id)
  return id
}

test('a text finds the photos of a job that it fits best, also with a model that was made from words', async () => {
  const embed = async (body: object) =>
    read<object>(await json('/api/embed', { model: 'siglip', normalize: true, ...body }))
  const [text = []] = ((await embed({ text: 'red car at night' })) as TextEmbeddingsReply).embeddings as number[][]
  const cosines = new Map<string, number>()
  for (const name of SEARCHED) {
    const { embedding } = (await embed({ image: galleryPhoto(name).toString('base64') })) as { embedding: number[] }
    cosines.set(
      name,
      embedding.reduce((sum, value, i) => sum + value * (text[i] ?? 0), 0),
    )
  }
  const best = [...cosines.values()].sort((a, b) => b - a)
  expect((best[0] ?? 0) - (best.at(-1) ?? 0)).toBeGreaterThan(0.02)
  await json('/api/models', { id: 'search', base: 'siglip', words: labels })
  const ids = [await embeddedJob('siglip', '&candidate_labels=x'), await embeddedJob('search')]
  const search = (id: string, body: object) => json(`/api/jobs/${id}/similar`, body)
  for (const id of ids) {
    const { photos } = await read<SimilarPhotosReply>(await search(id, { text: ' red car at night ' }))
    const found = photos.map(({ similarity }) => similarity)
    expect(difference(found, best)).toBeLessThan(5e-3)
    const own = photos.map(({ file }) => cosines.get(file) ?? Number.NaN)
    expect(difference(found, own)).toBeLessThan(5e-3)
    const [first] = (await read<SimilarPhotosReply>(await search(id, { text: 'red car at night', k: 1 }))).photos
    expect(first).toEqual(photos[0])
    const like = { text: 'red car at night' }
    expect(await new Vision({ url: server.url }).jobs.similar(id, like, { k: 1 })).toEqual([first])
    const command = ['jobs', 'similar', id, '--text', like.text, '--k', '1', '--server', server.url]
    expect((await visionHere(command)).out).toContain(first?.file)
  }
  expect(await visionHere(['jobs', 'similar', ids[0] ?? '', '--server', server.url])).toMatchObject({ code: 2 })
  const refusals: [string, object, RegExp][] = [
    [ids[0] ?? '', { text: ' ' }, /text is invalid: it is empty/],
    [ids[0] ?? '', { text: ['cat'] }, /text is invalid: expected a text/],
    [ids[0] ?? '', { text: 'word '.repeat(300) }, /more tokens than siglip takes/],
    [ids[0] ?? '', { text: 'cat', image: 'aaaa' }, /a text and a photo/],
  ]
  for (const [id, body, detail] of refusals) {
    const refused = await search(id, body)
    expect([refused.status, (await refused.json()).detail]).toEqual([400, expect.stringMatching(detail)])
  }
  const other = await search(await embeddedJob('tiny'), { text: 'cat' })
  expect([other.status, (await other.json()).detail]).toEqual([409, expect.stringMatching(/text-image model/)])
})

const explain = (query: Record<string, string>) =>
  fetch(`${server.url}/api/explain?${new URLSearchParams(query)}`, { method: 'POST', body: new Uint8Array(photo) })

test('explains labels in words by every way to send them, and refuses what it can’t explain', async () => {
  const words = { candidate_labels: ['a cat', 'bolts, M8'], hypothesis_template: 'a drawing of {}' }
  const vision = new Vision({ url: server.url })
  const { predictions } = await vision.classify(photo, { model: 'siglip', ...words })
  const best = await vision.explain(photo, { model: 'siglip', method: 'occlusion', ...words })
  expect(best.label).toEqual({ ...predictions[0], score: expect.closeTo(predictions[0]?.score ?? Number.NaN, 5) })
  expect(best.model).toMatchObject({ id: 'siglip' })
  expect(Math.max(...best.grid.values)).toBeGreaterThan(0)
  const image = photo.toString('base64')
  const other = await json('/api/explain', {
    model: 'siglip',
    method: 'occlusion',
    image,
    label: 'bolts, M8',
    ...words,
  })
  expect((await read<Explanation>(other)).label).toMatchObject({ label: 'bolts, M8', index: 1 })
  const refusals: [Record<string, string>, RegExp][] = [
    [{ model: 'siglip' }, /no labels of its own. Send yours as candidate_labels/],
    [
      { model: 'siglip', candidate_labels: 'cat', label: 'dog' },
      /no label “dog”. Set label to one of candidate_labels/,
    ],
    [{ model: 'siglip', candidate_labels: 'cat', label: '#1' }, /no label “#1”. Set label to one of candidate_labels/],
    [{ model: 'siglip', candidate_labels: 'cat', hypothesis_template: 'none' }, /has no \{\}/],
    [{ model: 'clip', candidate_labels: '日本'.repeat(40) }, /too long.*77 tokens/],
    [{ model: 'tiny', candidate_labels: 'cat' }, /need a text-image model/],
  ]
  for (const [query, detail] of refusals) {
    const refused = await explain(query)
    expect([refused.status, (await refused.json()).detail]).toEqual([400, expect.stringMatching(detail)])
  }
})

interface Saved {
  model: ModelInfo
  evaluation: { labels: string[]; examples: number; report: { photos: number } | null }
}

test('words become a custom model that scores, explains, and learns from photos', async () => {
  const body = { title: 'My words', base: 'siglip', words: labels }
  const reply = await json('/api/models', body)
  const made = await read<Saved>(reply)
  expect([reply.status, made]).toMatchObject([
    201,
    {
      model: { id: 'my-words', head: 'cosine', classes: labels.length, text: null, calibrated: false },
      evaluation: { report: null },
    },
  ])
  const own = await as(query({ model: 'my-words' }))
  expect(difference(scoresOf(own.predictions), golden.siglip.photos[0]?.scores ?? [])).toBeLessThan(1e-4)
  const explained = await read<Explanation>(await explain({ model: 'my-words', label: '#1' }))
  expect(explained.label.score).toBeCloseTo(golden.siglip.photos[0]?.scores[1] ?? Number.NaN, 4)
  // Labels that aren't saved are explained in the same way.
  const sent = { model: 'siglip', candidate_labels: joinLabels(labels) }
  const unsaved = await read<Explanation>(await explain({ ...sent, label: labels[1] as string }))
  expect(unsaved.label).toEqual({ ...explained.label, score: expect.closeTo(explained.label.score, 5) })
  expect(difference(unsaved.grid.values, explained.grid.values)).toBeLessThan(1e-5)
  const { embedding } = await read<{ embedding: number[] }>(
    await json('/api/embed', { model: 'siglip', image: photo.toString('base64') }),
  )
  const examples = Array.from({ length: 8 }, (_, at) => ({
    label: at % 2 === 0 ? 'A CAT' : 'a new label',
    embedding: embedding.map((value, i) => value + Math.sin(at * 7 + i + (at % 2) * 3)),
  }))
  const added = await read<Saved>(await json('/api/models/my-words/examples', { examples }))
  expect(added.evaluation).toMatchObject({ labels: [...labels, 'a new label'], examples: 8, report: { photos: 8 } })
  const mixed = await as(query({ model: 'my-words' }))
  expect(mixed.predictions).toHaveLength(labels.length + 1)
  const described = await fetch(`${server.url}/api/models/my-words`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Mine' }),
  })
  expect(described.status).toBe(200)
  const card = await (await fetch(`${server.url}/api/models/my-words/files/README.md`)).text()
  expect(card).toContain('- Words, in the template “This is a photo of {}.”, and 8 photos')
  const refusals: [object, RegExp][] = [
    [{ base: 'tiny', words: ['cat'] }, /text-image model/],
    [{ base: 'clip', words: [] }, /words has no label/],
    [{ base: 'clip', words: ['cat'], hypothesis_template: 'none' }, /has no \{\}/],
  ]
  for (const [wrong, detail] of refusals) {
    const refused = await json('/api/models', wrong)
    expect([refused.status, (await refused.json()).detail]).toEqual([400, expect.stringMatching(detail)])
  }
})

test('photos alone teach a model on the vision side, as on any base', async () => {
  const [wide, tall] = await Promise.all(
    ['wide', 'tall'].map(async (name) => {
      const body = { model: 'clip', image: goldenPhoto(name).toString('base64') }
      return (await read<{ embedding: number[] }>(await json('/api/embed', body))).embedding
    }),
  )
  const near = (center: number[] = [], at: number) => center.map((value, i) => value + 0.05 * Math.sin(at * 5 + i))
  const examples = Array.from({ length: 10 }, (_, at) => ({
    label: at % 2 === 0 ? 'wide' : 'tall',
    embedding: near(at % 2 === 0 ? wide : tall, at),
  }))
  const { model } = await read<Saved>(await json('/api/models', { id: 'shapes', base: 'clip', examples }))
  expect(model).toMatchObject({ head: 'linear', base_model: { id: 'clip' } })
  expect((await as(query({ model: 'shapes' }))).predictions[0]).toMatchObject({ label: 'wide' })
})

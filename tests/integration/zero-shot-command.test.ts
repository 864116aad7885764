import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeSafetensors } from '@/lib/shared/safetensors/write'
import { joinLabels } from '@/lib/shared/zero-shot/candidate-labels'
import { startHub, type TestHub } from '../support/hub'
import { distinctPhotos } from '../support/many-photos'
import { writeCatalog } from '../support/onnx'
import {
  copyTextImageModel,
  difference,
  type Family,
  readGolden,
  SIMILARITY,
  TEXT_IMAGE_GOLDEN,
  values,
} from '../support/text-image'
import { visionHere } from '../support/vision-here'

/** Text-image models from the command line: from the Hub's layout to results. */
let folder: string
let hub: TestHub | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'models-'))
  writeCatalog(folder, { fast: 'tiny' }, 'fast', 4)
})
afterEach(async () => {
  await hub?.close()
  hub = undefined
  rmSync(folder, { recursive: true })
})

const models = (...args: string[]) =>
  visionHere(['models', '--models-dir', folder, ...args], { HF_ENDPOINT: hub?.url ?? '' })

/** A repository in the layout of transformers.js, with files that this server doesn't need. */
function exported(family: Family): Record<string, Buffer> {
  const root = join(TEXT_IMAGE_GOLDEN, family)
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name))]))
  const unused = Buffer.from('not read')
  return { ...files, 'onnx/model.onnx': unused, 'onnx/text_model_fp16.onnx': unused, 'vocab.json': unused }
}

/** The weights that a model was converted from, which say its scale and its bias. */
function weights(family: Family): Buffer {
  const { scale, bias } = SIMILARITY[family]
  const scalar = (value: number, shape: number[]) => ({ dtype: 'F32', shape, values: Float32Array.of(value) }) as const
  const others = { 'vision_model.x': { dtype: 'F32', shape: [100], values: new Float32Array(100) } } as const
  const tensors =
    family === 'clip'
      ? { ...others, logit_scale: scalar(Math.log(scale), []) }
      : { ...others, logit_scale: scalar(Math.log(scale), [1]), logit_bias: scalar(bias, [1]) }
  return Buffer.from(writeSafetensors(new Map(Object.entries(tensors))))
}

describe('vision models pull', () => {
  test.each<Family>(['clip', 'siglip'])(
    '%s: takes both graphs, and scale and bias from the original',
    async (family) => {
      hub = await startHub({
        [`Xenova/${family}`]: { files: exported(family) },
        [`test/${family}`]: { files: { 'model.safetensors': weights(family) } },
      })
      const { code, err } = await models('pull', `Xenova/${family}`, '--as', family)
      expect({ code, err }).toMatchObject({ code: 0 })
      expect(err).toContain(
        'config.json, preprocessor_config.json, tokenizer.json, tokenizer_config.json, onnx/vision_model.onnx, onnx/text_model.onnx',
      )
      const config = JSON.parse(readFileSync(join(folder, family, 'config.json'), 'utf8'))
      const { scale, bias } = config.vision.similarity
      expect(scale).toBeCloseTo(SIMILARITY[family].scale, 3)
      expect(bias).toBeCloseTo(SIMILARITY[family].bias, 5)
      const source = JSON.parse(readFileSync(join(folder, family, 'source.json'), 'utf8'))
      expect(source).toMatchObject({ repo: `Xenova/${family}`, similarity_from: `test/${family}` })
      // Of the original, only the few bytes that are needed.
      const read = hub.requests.filter((request) => request.startsWith(`GET /cdn/test/${family}/blob/main/`))
      expect(read.length).toBeGreaterThan(0)
      expect((await models('verify', family)).out).toContain(`${family}: OK`)
      expect((await models('add', join(folder, family), '--as', 'again')).out).toContain('any, in words')
    },
  )

  test('a CLIP model without its original has the scale that all of them have', async () => {
    hub = await startHub({ 'Xenova/clip': { files: exported('clip') } })
    expect(await models('pull', 'Xenova/clip', '--as', 'clip')).toMatchObject({ code: 0 })
    expect((await models('info', 'clip', '--json')).code).toBe(0)
  })

  const damaged: [string, Family, (files: Record<string, Buffer>) => void, RegExp][] = [
    ['SigLIP whose scale is nowhere', 'siglip', () => {}, /vision\.similarity is missing/],
    [
      'no tokenizer',
      'clip',
      (files) => void delete files['tokenizer_config.json'],
      /tokenizer_config\.json is missing/,
    ],
    [
      'a damaged tokenizer',
      'clip',
      (files) => Object.assign(files, { 'tokenizer.json': Buffer.from('{"model": {"type": "none"}}') }),
      /can’t embed texts: tokenizer\.json/,
    ],
    [
      'a text graph of another model',
      'clip',
      (files) => Object.assign(files, { 'onnx/text_model.onnx': exported('siglip')['onnx/text_model.onnx'] }),
      /texts have 24 values, but those of photos 32|model failed on these texts/,
    ],
    [
      'one graph for both',
      'clip',
      (files) => {
        files['onnx/model.onnx'] = files['onnx/text_model.onnx'] as Buffer
        delete files['onnx/vision_model.onnx']
      },
      /one graph for photos and texts/,
    ],
  ]
  test.each(damaged)('refuses %s, and leaves nothing', async (_, family, change, reason) => {
    const files = exported(family)
    change(files)
    hub = await startHub({ 'Xenova/x': { files } })
    const { code, err } = await models('pull', 'Xenova/x', '--as', 'x')
    expect([code, err]).toEqual([expect.any(Number), expect.stringMatching(reason)])
    expect(code).not.toBe(0)
    expect(readdirSync(folder)).not.toContain('x')
  })
})

describe('vision train and classify with words', () => {
  const data = mkdtempSync(join(tmpdir(), 'data-'))
  afterAll(() => rmSync(data, { recursive: true }))
  const photo = join('tests/parity/golden/processors', 'wide.png')
  const golden = readGolden('siglip')
  const words = joinLabels(golden.labels)
  const scores = golden.photos[0]?.scores ?? []
  const vision = (command: string, ...args: string[]) =>
    visionHere([command, ...args, '--models-dir', folder, '--data-dir', data])

  beforeEach(() => copyTextImageModel('siglip', join(folder, 'siglip')))

  test('classify takes words on this machine, and refuses a model that has to get some without any', async () => {
    const args = [photo, '--model', 'siglip', '--format', 'ndjson', '--top-k', '9']
    const { code, out } = await vision('classify', ...args, '--words', words)
    expect(code).toBe(0)
    const row = JSON.parse(out)
    const found = golden.labels.map((label) => row.top_scores[row.top_labels.indexOf(label)])
    expect(difference(found, scores)).toBeLessThan(1e-4)
    expect(await vision('classify', ...args)).toMatchObject({ code: 2, err: expect.stringMatching(/Set --words/) })
    const other = await vision('classify', photo, '--model', 'tiny', '--words', 'cat')
    expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/need a text-image model/) })
  })

  test('train --words makes a model with the same scores, and photos correct its words', async () => {
    const made = await vision('train', '--words', words, '--base', 'siglip', '--name', 'My words', '--json')
    expect(made).toMatchObject({ code: 0 })
    expect(JSON.parse(made.out)).toMatchObject({ id: 'my-words', base: 'siglip', labels: golden.labels, report: null })
    const args = [photo, '--model', 'my-words', '--format', 'ndjson', '--top-k', '9']
    const row = JSON.parse((await vision('classify', ...args)).out)
    const found = golden.labels.map((label) => row.top_scores[row.top_labels.indexOf(label)])
    expect(difference(found, scores)).toBeLessThan(1e-4)
    // As in any folder: a subfolder for each label. One of them has no words yet.
    const photos = join(data, 'photos')
    for (const label of ['a cat', 'a new label']) mkdirSync(join(photos, label), { recursive: true })
    for (const [at, { bytes }] of distinctPhotos(12).entries())
      writeFileSync(join(photos, at % 2 === 0 ? 'a cat' : 'a new label', `${at}.webp`), bytes)
    const added = await vision('train', photos, '--add', 'my-words', '--json')
    expect(added).toMatchObject({ code: 0 })
    expect(JSON.parse(added.out)).toMatchObject({
      labels: [...golden.labels, 'a new label'],
      examples: 12,
      report: { photos: 12 },
    })
    const again = JSON.parse((await vision('classify', ...args)).out)
    expect(again.top_labels).toHaveLength(golden.labels.length + 1)
  })

  test('an export as ONNX has the same scores', async () => {
    const target = join(data, 'export')
    const exported = await visionHere([
      'models',
      '--models-dir',
      folder,
      '--data-dir',
      data,
      'export',
      'my-words',
      '--onnx',
      target,
    ])
    expect(exported).toMatchObject({ code: 0 })
    const labels = readFileSync(join(target, 'labels.txt'), 'utf8').trim().split('\n')
    const session = await InferenceSession.create(join(target, 'model.onnx'))
    const pixels = new Tensor('float32', values(golden.photos[0]?.pixels ?? { f32: '', shape: [] }), [1, 3, 32, 32])
    const { probabilities } = await session.run({ pixel_values: pixels })
    await session.release()
    const row = JSON.parse(
      (await vision('classify', photo, '--model', 'my-words', '--format', 'ndjson', '--top-k', '9')).out,
    )
    const own = labels.map((label) => row.top_scores[row.top_labels.indexOf(label)])
    expect(difference(Array.from(probabilities?.data as Float32Array), own)).toBeLessThan(1e-5)
  })
})

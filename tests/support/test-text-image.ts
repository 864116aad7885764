import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { readModel } from '@/lib/server/engine/model'
import { readTokenizer } from '@/lib/server/engine/worker/tokenizer'
import { decode } from '@/lib/server/image/decode'
import { toTensor } from '@/lib/shared/image/tensor'
import { copyTextImageModel, difference, type Family, goldenPhoto, readGolden, values } from './text-image'

const FAMILIES = ['clip', 'siglip'] as const

/**
 * Tests that hold every step of labels in words to Hugging Face's own code.
 *
 * @param golden folder with models and what that code computed (make_text_image.py)
 */
export function testTextImage(golden: () => string): void {
  const root = mkdtempSync(join(tmpdir(), 'text-image-'))
  let engine: Awaited<ReturnType<typeof createEngine>>

  beforeAll(async () => {
    for (const family of FAMILIES) copyTextImageModel(family, join(root, family), golden())
    engine = await createEngine({
      catalog: () => Promise.all(FAMILIES.map((id) => readModelFolder(join(root, id)))),
      workerScript: 'dist/engine-worker.js',
      workers: 1,
      workerTimeoutMs: 30_000,
      workerMaxBytes: 2e9,
      deadlineMs: 30_000,
      maxPixels: 1e6,
      queue: { photos: 100, bytes: 1e8 },
      log: console,
    })
    await engine.settled()
  })

  afterAll(async () => {
    await engine.close()
    rmSync(root, { recursive: true })
  })

  describe.each<Family>(FAMILIES)('%s', (family) => {
    const expected = () => readGolden(family, golden())

    test('has the tokens of transformers', async () => {
      const { text } = await readModel(await readModelFolder(join(root, family)))
      const { maxTokens = 0, padded = false } = text ?? {}
      const tokenizer = await readTokenizer(join(root, family), maxTokens)
      for (const { text, ids } of expected().texts) {
        const found = tokenizer.encode(text).ids
        const filled = padded ? [...found, ...Array(maxTokens - found.length).fill(tokenizer.padding)] : found
        expect(filled, text).toEqual(ids)
      }
    })

    test('prepares photos as transformers does', async () => {
      const { preprocessor } = await readModel(await readModelFolder(join(root, family)))
      for (const { photo, pixels } of expected().photos) {
        if (!preprocessor) throw new Error('no preprocessor')
        const decoded = await decode(goldenPhoto(photo), preprocessor, 1e6)
        const tensor = toTensor(decoded.pixels, { layout: 'nchw', type: 'float32', channels: 3 }, preprocessor)
        expect(difference(tensor as Float32Array, values(pixels))).toBeLessThan(1e-5)
      }
    })

    test('embeds texts and photos as ONNX Runtime in Python does', async () => {
      const texts = expected().texts.map(({ text }) => text)
      const result = await engine.embedText(texts, { model: family })
      for (const [at, { embedding }] of expected().texts.entries())
        expect(difference(result.embeddings[at] ?? [], values(embedding)), texts[at]).toBeLessThan(1e-5)
      expect(result.truncated).toEqual(texts.map((text) => text.startsWith('word word')))
      for (const { photo, embedding } of expected().photos) {
        const found = await engine.embed(goldenPhoto(photo), { model: family })
        expect(difference(found.embedding, values(embedding))).toBeLessThan(1e-5)
      }
    })

    test('scores labels in words as the pipeline does', async () => {
      const { labels, template } = expected()
      for (const { photo, scores } of expected().photos) {
        const options = { model: family, topK: labels.length, words: { labels, template } }
        const { predictions } = await engine.classify(goldenPhoto(photo), options)
        const found = labels.map((label) => predictions.find((one) => one.label === label)?.score ?? Number.NaN)
        expect(difference(found, scores)).toBeLessThan(1e-4)
      }
    })
  })
}

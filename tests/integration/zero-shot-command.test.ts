import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeSafetensors } from '@/lib/shared/safetensors/write'
import { startHub, type TestHub } from '../support/hub'
import { writeCatalog } from '../support/onnx'
import { type Family, SIMILARITY, TEXT_IMAGE_GOLDEN } from '../support/text-image'
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

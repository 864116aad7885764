import { rmSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCatalog } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { copyModels } from '../support/models'
import { type ElementType, type Shape, type TinyModel, tinyOnnx, WEIGHTS, writeModelFolder } from '../support/onnx'

/** Variations between models that users bring: type, layout, shape and kind of output. */
const SHAPES: Record<TinyModel['layout'], Record<string, Shape>> = {
  nchw: {
    fixed: [1, 3, 8, 8],
    batch: ['batch', 3, 8, 8],
    open: ['batch', 'channels', 'height', 'width'],
    four: [4, 3, 8, 8],
  },
  nhwc: { fixed: [1, 8, 8, 3], batch: ['batch', 8, 8, 3], four: [4, 8, 8, 3] },
}
const GOOD = (['float32', 'float16', 'uint8'] as ElementType[]).flatMap((type) =>
  Object.entries(SHAPES).flatMap(([layout, shapes]) =>
    Object.entries(shapes).flatMap(([name, shape]) =>
      (['logits', 'probabilities'] as const).map((output) => ({
        id: `${type}-${layout}-${name}-${output}`,
        model: { type, layout: layout as TinyModel['layout'], shape, output },
      })),
    ),
  ),
)

const tiny = (change: Partial<TinyModel>): Buffer =>
  tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits', ...change })

const EIGHT = { size: { height: 8, width: 8 }, do_normalize: false }
const BAD: [id: string, model: Buffer, preprocessor: object, reason: RegExp][] = [
  ['two-inputs', tiny({ inputs: 2 }), EIGHT, /^the model has 2 inputs, not 1$/],
  [
    'one-channel',
    tiny({ shape: [1, 1, 8, 8] }),
    EIGHT,
    /^the graph is inconsistent: tensor shapes inside it do not match/,
  ],
  ['a-vector', tiny({ shape: [1, 192] }), EIGHT, /./],
  [
    'other-size',
    tiny({}),
    { ...EIGHT, size: { height: 9, width: 8 } },
    /produces 8 × 9 pixels, but the model expects 8 × 8: set "do_center_crop"/,
  ],
  [
    'no-size',
    tiny({ shape: ['n', 3, 'h', 'w'] }),
    { do_resize: false, do_normalize: false },
    /produces images of different sizes: add/,
  ],
  ['no-model', Buffer.from('this is not a model'), EIGHT, /./],
  ['empty', Buffer.alloc(0), EIGHT, /./],
]

let folder: string
let engine: Awaited<ReturnType<typeof createEngine>>

beforeAll(async () => {
  folder = copyModels()
  for (const { id, model } of GOOD) {
    // uint8 takes the pixels; the others take values from 0 to 1 (uint8 weights would then saturate the softmax).
    writeModelFolder(folder, id, tinyOnnx(model), model.type === 'uint8' ? { ...EIGHT, do_rescale: false } : EIGHT)
  }
  for (const [id, model, preprocessor] of BAD) writeModelFolder(folder, id, model, preprocessor)
  const log = { info() {}, warn() {}, error() {} }
  engine = await createEngine({
    catalog: () => readCatalog(folder),
    workerScript: 'dist/engine-worker.js',
    workers: 1,
    workerTimeoutMs: 20_000,
    workerMaxBytes: 1e9,
    deadlineMs: 30_000,
    maxPixels: 50e6,
    queue: { photos: 1000, bytes: 1e9 },
    log,
  })
  await engine.settled()
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
})

/** Eight by eight pixels of one colour, so that the channel means are the colour itself. */
const COLOUR = { r: 51, g: 102, b: 0 }
const photo = () =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: COLOUR } })
    .png()
    .toBuffer()

function expectedScores(scale: number): number[] {
  const means = [COLOUR.r, COLOUR.g, COLOUR.b].map((value) => value * scale)
  const logits = [0, 1, 2, 3].map((label) =>
    means.reduce((sum, mean, channel) => sum + mean * (WEIGHTS[4 * channel + label] as number), 0),
  )
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)))
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0))
}

test.each(GOOD)('$id', async ({ id, model }) => {
  const { predictions } = await engine.classify(await photo(), { model: id, topK: 4 })
  const expected = expectedScores(model.type === 'uint8' ? 1 : 1 / 255)
  expect(predictions[0]?.label).toBe('green')
  for (const { index, score } of predictions) {
    expect(score).toBeCloseTo(expected[index] as number, model.type === 'float16' ? 2 : 5)
  }
})

test.each(BAD)('reports what is wrong with %s', (id, _model, _preprocessor, reason) => {
  const model = engine.models().find((one) => one.id === id)
  expect(model?.status).toBe('failed')
  expect(model?.error).toMatch(reason)
  expect(model?.error).not.toContain('\n')
})

test('serves the bundled models alongside them', async () => {
  expect(engine.ready()).toBe(true)
  const serving = engine.models().filter(({ status }) => status === 'ready')
  expect(serving).toHaveLength(3 + GOOD.length)
})

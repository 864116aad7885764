import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { type Head, headsOnnx } from '../support/onnx'

/**
 * Models as users bring them. Each multiplies the channel means by a matrix, so that its scores can be computed by
 * hand.
 */
const LABELS = ['red', 'green', 'blue', 'grey']
const id2label = Object.fromEntries(LABELS.map((label, index) => [index, label]))
/** Unchanged pixels, squashed to 8 × 8. */
const EIGHT = { size: { height: 8, width: 8 }, do_rescale: false, do_normalize: false }
const FOUR: Head['weights'] = [
  [0.04, 0, 0, 0.01],
  [0, 0.04, 0, 0.01],
  [0, 0, 0.04, 0.01],
]
const MULTI = 'multi_label_classification'
const COLUMN: Head['weights'] = [[0.01], [0], [0]]
const logits: Head = { name: 'logits', weights: FOUR }
const named = (name: string, head: Partial<Head> = {}): Head => ({ name, weights: FOUR, ...head })

type Files = Record<string, Buffer | string | object>
const root = mkdtempSync(join(tmpdir(), 'own-models-'))
const ids: string[] = []

function write(id: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, id, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify(content))
  }
}

/** Creates a model folder; `files` override the defaults. */
function folder(id: string, heads: readonly Head[], files: Files = {}): void {
  write(id, {
    'onnx/model.onnx': headsOnnx(heads),
    'config.json': { id2label },
    'preprocessor_config.json': EIGHT,
    ...files,
  })
  ids.push(id)
}

const two = { 'config.json': { id2label: { 0: 'no', 1: 'yes' } } }
const whole = headsOnnx([logits])
const page = '<!DOCTYPE html><html><head><title>model.onnx · main</title></head></html>'
const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 17800000\n`

/** Invalid models, and the expected error. */
const REFUSED: [id: string, heads: Head[], files: Files, reason: RegExp][] = [
  [
    'shortest edge',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, size: { shortest_edge: 8 } } },
    /produces 12 × 8 pixels for a landscape photo, but the model expects 8 × 8: set "do_center_crop": true with "crop_size": 8/,
  ],
  [
    'no resize',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, do_resize: false } },
    /produces 120 × 80 pixels for a landscape photo/,
  ],
  [
    'unknown class',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, image_processor_type: 'FancyImageProcessor' } },
    /^preprocessor_config\.json: the processor FancyImageProcessor is not supported/,
  ],
  [
    'unknown numbers',
    [logits],
    { 'preprocessor_config.json': { size: { height: 8, width: 8 } } },
    /image_mean and image_std are missing/,
  ],
  [
    'one mean',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, do_normalize: true, image_mean: [0.5], image_std: [0.5] } },
    /image_mean and image_std have 1 values, but the model expects 3 channels/,
  ],
  [
    'no deviation',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, do_normalize: true, image_mean: 0.5, image_std: 0 } },
    /^preprocessor_config\.json: image_std is 0: a standard deviation must be above 0/,
  ],
  [
    'padded',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, do_pad: true, pad_size: { height: 16, width: 16 } } },
    /do_pad with pad_size needs a size with "longest_edge"/,
  ],
  [
    'odd size',
    [logits],
    { 'preprocessor_config.json': { ...EIGHT, size: { longest_side: 8 } } },
    /^preprocessor_config\.json: size is neither a number of pixels nor/,
  ],
  ['not a number', [named('y', { ops: ['Neg', 'Log'] })], {}, /scores are NaN or infinite/],
  [
    'regression',
    [logits],
    { 'config.json': { id2label, problem_type: 'regression' } },
    /^config\.json: problem_type is regression: the model returns amounts instead of scores of labels/,
  ],
  [
    'too few thresholds',
    [logits],
    { 'config.json': { id2label, problem_type: MULTI, vision: { thresholds: [0.5, 0.5] } } },
    /^config\.json: vision\.thresholds has 2 values, but there are 4 labels/,
  ],
  [
    'softmax of several labels',
    [named('y', { ops: ['Softmax'] })],
    { 'config.json': { id2label, problem_type: MULTI } },
    /its scores sum to 1 \(softmax\), so that one label is right/,
  ],
  ['one amount', [named('y', { weights: COLUMN })], { 'config.json': { id2label: { 0: 'size' } } }, /regression/],
  [
    'sigmoids',
    [named('y', { ops: ['Sigmoid'] })],
    {},
    /so that any number of labels may apply: add it with --multi-label/,
  ],
  [
    'one yes or no',
    [named('y', { weights: COLUMN, ops: ['Sigmoid'] })],
    { 'config.json': { id2label: { 0: 'yes' } } },
    /a yes-or-no score needs two labels/,
  ],
  [
    'two that fit',
    [named('a'), named('b')],
    {},
    /several outputs of the model could be the scores for the 4 labels: a, b\. Choose one with --output/,
  ],
  [
    'none that fits',
    [named('features', { weights: COLUMN })],
    {},
    /no output of the model has one value for each of the 4 labels\. Its outputs: features \[1, 1\]/,
  ],
  ['pointer', [logits], { 'onnx/model.onnx': pointer }, /^onnx\/model\.onnx is a Git LFS pointer/],
  ['web page', [logits], { 'onnx/model.onnx': page }, /^onnx\/model\.onnx is a web page/],
  ['half', [logits], { 'onnx/model.onnx': whole.subarray(0, whole.length / 2) }, /^onnx\/model\.onnx is truncated/],
  ['empty', [logits], { 'onnx/model.onnx': '' }, /^onnx\/model\.onnx is empty/],
  ['page for labels', [logits], { 'config.json': page }, /^config\.json is a web page/],
  [
    'no data',
    [logits],
    { 'onnx/model.onnx': headsOnnx([logits], { external: 'weights.bin' }) },
    /stores its weights in weights\.bin, which is missing/,
  ],
  [
    'short data',
    [logits],
    { 'onnx/model.onnx': headsOnnx([logits], { external: 'weights.bin' }), 'onnx/weights.bin': Buffer.alloc(8) },
    /weights\.bin is truncated: it has 8 bytes, but needs at least 48/,
  ],
  [
    'data elsewhere',
    [logits],
    { 'onnx/model.onnx': headsOnnx([logits], { external: '../../weights.bin' }) },
    /outside its own folder/,
  ],
]

/** Models that ONNX Runtime rejects, with its messages translated. */
const NOT_RUN: typeof REFUSED = [
  ['ir', [], { 'onnx/model.onnx': headsOnnx([logits], { ir: 99 }) }, /version 99 of the ONNX format, which is too new/],
  ['opset', [], { 'onnx/model.onnx': headsOnnx([logits], { opset: 99 }) }, /opset 99, which is too new: export it/],
  ['custom', [named('y', { ops: ['FancyAttention'] })], {}, /an operator that ONNX Runtime does not support/],
  [
    'bfloat16',
    [named('y', { ops: ['Cast:16', 'Erf', 'Cast:1'] })],
    {},
    /Erf\(13\) is not available on CPUs for the model's data type/,
  ],
  ['complex', [named('y', { ops: ['Cast:8', 'Relu', 'Cast:1'] })], {}, /ONNX Runtime/],
]
REFUSED.push(...NOT_RUN)

let engine: Awaited<ReturnType<typeof createEngine>>

async function start(names: readonly string[]) {
  const started = await createEngine({
    catalog: () =>
      Promise.all(names.map(async (id, i) => ({ ...(await readModelFolder(join(root, id))), default: i === 0 }))),
    workerScript: 'dist/engine-worker.js',
    workers: 1,
    workerTimeoutMs: 20_000,
    workerMaxBytes: 1e9,
    deadlineMs: 30_000,
    maxPixels: 50e6,
    queue: { photos: 100, bytes: 1e9 },
    log: { info() {}, warn() {}, error() {} },
  })
  await started.settled()
  return started
}

function photo(r: number, g: number, b: number, [width, height] = [40, 20]): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer()
}

beforeAll(async () => {
  folder('plain', [logits])
  for (const [id, heads, files] of REFUSED) folder(id, heads, files)
  folder('segformer', [logits], {
    'preprocessor_config.json': { ...EIGHT, size: 8, image_processor_type: 'SegformerFeatureExtractor' },
  })
  folder('old ViT', [logits], {
    'config.json': { id2label, model_type: 'vit' },
    'preprocessor_config.json': { ...EIGHT, size: 8 },
  })
  folder('nulls', [logits], {
    'preprocessor_config.json': { ...EIGHT, size: { height: 8, width: 8, shortest_edge: null } },
  })
  folder('black is nothing', [named('y', { ops: ['Log'] })])
  folder('sigmoid of two', [named('y', { weights: COLUMN, ops: ['Sigmoid'] })], two)
  folder('logit of two', [named('y', { weights: COLUMN })], two)
  folder('auxiliary first', [named('aux', { ops: ['Neg'] }), logits])
  folder('features first', [named('features', { weights: FOUR.map((row) => [...row, 1]) }), named('scores')])
  folder('chosen', [named('a', { ops: ['Neg'] }), named('b')], { 'config.json': { id2label, vision: { output: 'b' } } })
  folder('list', [named('loss', { ops: ['Softmax'], zipMap: LABELS })])
  folder('marks', [logits], {
    'config.json': `\ufeff${JSON.stringify({ id2label })}`,
    'preprocessor_config.json': `\ufeff${JSON.stringify(EIGHT)}`,
  })
  folder('timm', [logits], {
    'config.json': {
      num_classes: 4,
      label_names: ['n01', 'n02', 'n03', 'n04'],
      label_descriptions: { n01: 'tench, Tinca tinca', n02: 'crane', n03: 'crane, lifting', n04: 'cock' },
      pretrained_cfg: { input_size: [3, 8, 8], crop_pct: 1, crop_mode: 'squash', mean: [0, 0, 0], std: [1, 1, 1] },
    },
  })
  folder('grey', [], { 'onnx/model.onnx': headsOnnx([named('y', { weights: [[1, -1, 0, 0]] })], { channels: 1 }) })
  engine = await start(ids)
})
afterAll(async () => {
  await engine.close()
  rmSync(root, { recursive: true })
})

const status = (id: string) => engine.models().find((model) => model.id === id)
async function scores(id: string, image: Buffer): Promise<Record<string, number>> {
  const { predictions } = await engine.classify(image, {
    model: id,
    topK: status(id)?.classes ?? 1,
  })
  return Object.fromEntries(predictions.map(({ label, score }) => [label, score]))
}

describe('rejects a model when loading it, with the reason and what to change', () => {
  test.each(REFUSED.map(([id, , , reason]) => [id, reason] as const))('%s', (id, reason) => {
    expect(status(id)).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) })
  })
})

test.each(['plain', 'segformer', 'old ViT', 'nulls', 'auxiliary first', 'features first', 'chosen', 'marks'])(
  '%s: returns the scores of the right output for photos of every shape',
  async (id) => {
    expect(status(id)?.error).toBeNull()
    const exponentials = [4, 2, 1, 1.75].map((logit) => Math.exp(logit))
    const sum = exponentials.reduce((total, each) => total + each)
    for (const shape of [
      [40, 20],
      [20, 40],
      [1, 1],
    ]) {
      const found = await scores(id, await photo(100, 50, 25, shape as [number, number]))
      for (const [i, label] of LABELS.entries()) expect(found[label]).toBeCloseTo((exponentials[i] as number) / sum, 5)
    }
  },
)

test('reads a list of labels and scores (ZipMap) from the tensor behind it', async () => {
  const found = await scores('list', await photo(100, 50, 25))
  expect(found).toEqual(
    expect.objectContaining({ red: expect.closeTo((await scores('plain', await photo(100, 50, 25))).red ?? 0, 5) }),
  )
})

test('treats a single score for two labels as that of the second, as probability or logit', async () => {
  const probability = 1 / (1 + Math.exp(-1))
  for (const id of ['sigmoid of two', 'logit of two']) {
    const found = await scores(id, await photo(100, 0, 0))
    expect(found).toEqual({ yes: expect.closeTo(probability, 5), no: expect.closeTo(1 - probability, 5) })
  }
})

test('fails a photo with NaN scores with a code, when classifying and explaining', async () => {
  expect(Object.keys(await scores('black is nothing', await photo(100, 50, 25)))).toHaveLength(4)
  const black = await photo(0, 0, 0)
  const failure = { code: 'model_failed', detail: expect.stringContaining('NaN') }
  await expect(engine.classify(black, { model: 'black is nothing', topK: 1 })).rejects.toMatchObject(failure)
  await expect(engine.logits(black, { model: 'black is nothing' })).rejects.toMatchObject(failure)
  await expect(engine.explain(black, { model: 'black is nothing', method: 'occlusion' })).rejects.toMatchObject(failure)
})

test('uses timm’s descriptions as labels, and keeps ambiguous ones distinct', async () => {
  expect((await engine.labels('timm')).map(({ label, others }) => [label, others])).toEqual([
    ['tench', ['n01', 'Tinca tinca']],
    ['crane', ['n02']],
    ['crane, lifting', ['n03', 'lifting']],
    ['cock', ['n04']],
  ])
})

test('passes greyscale as Pillow computes it to a single-channel model', async () => {
  // Image.new('RGB', (40, 20), (10, 200, 77)).convert('L') is 129 everywhere.
  const [first, second] = await engine.logits(await photo(10, 200, 77), { model: 'grey' })
  expect([first, second]).toEqual([129, -129])
})

describe('revision', () => {
  const data = (factor: number) => Buffer.from(Float32Array.from(FOUR.flat().map((value) => value * factor)).buffer)
  const revisionOf = async (id: string) => (await readModelFolder(join(root, id))).revision

  test('changes with each file that affects predictions', async () => {
    const files = {
      'onnx/model.onnx': headsOnnx([logits], { external: 'fine tuning.data' }),
      'onnx/fine tuning.data': data(1),
      'config.json': { id2label },
      'preprocessor_config.json': EIGHT,
    }
    write('a', files)
    write('b', { ...files, 'onnx/fine tuning.data': data(-1) })
    write('c', { ...files, 'config.json': { id2label: { ...id2label, 0: 'rot' } } })
    write('d', { ...files, 'preprocessor_config.json': { ...EIGHT, resample: 0 } })
    write('e', { ...files, 'README.md': 'does not affect predictions' })
    const [a, ...others] = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(revisionOf))
    expect(new Set([a, ...others]).size).toBe(4)
    expect(others.at(-1)).toBe(a)
  })

  test('a worker that finds changed files serves them under their own revision', async () => {
    const own = await start(['a'])
    try {
      const before = own.models()[0]?.revision
      const image = await photo(100, 50, 25)
      expect((await own.classify(image, { topK: 1 })).predictions[0]?.label).toBe('red')
      write('a', { 'onnx/fine tuning.data': data(-1) })
      for (const pid of own.pids()) process.kill(pid, 'SIGKILL')
      await vi.waitFor(
        async () => {
          const { model, predictions } = await own.classify(image, { topK: 1 })
          expect(model.revision).toBe(await revisionOf('a'))
          expect(predictions[0]?.label).toBe('blue')
        },
        { timeout: 20_000, interval: 100 },
      )
      expect(own.models()[0]?.revision).not.toBe(before)
    } finally {
      await own.close()
    }
  })
})

test('distinguishes labels with the same name by index', async () => {
  const files = { 'config.json': { id2label: { 0: 'crane', 1: '0', 2: 'crane', 3: 'cock' } } }
  write('twins', { 'onnx/model.onnx': whole, 'preprocessor_config.json': EIGHT, ...files })
  const own = await start(['twins'])
  try {
    const image = await photo(100, 50, 25, [8, 8])
    const explain = (label: string) => own.explain(image, { label, method: 'occlusion' })
    await expect(explain('crane')).rejects.toMatchObject({
      code: 'invalid_parameter',
      detail: expect.stringContaining('#0, #2'),
    })
    expect((await explain('#2')).label.index).toBe(2)
    expect((await explain('0')).label.index).toBe(1)
    expect((await explain('#0')).label.index).toBe(0)
  } finally {
    await own.close()
  }
})

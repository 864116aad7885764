import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModelFolder } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { externalOnnx, tinyOnnx, WEIGHTS } from '../support/onnx'

/** Folder layouts of exporters: the location and name of the ONNX file, and the configuration files next to it. */
const GOLDEN = 'tests/parity/golden/processors'
interface Case {
  name: string
  photo: string
  shape: [number, number, number]
  preprocessor?: object
  config?: object
}
const golden = JSON.parse(readFileSync(join(GOLDEN, 'cases.json'), 'utf8')) as Case[]
const LAYOUTS: [family: string, golden: string, file: string, type: 'float32' | 'float16'][] = [
  ['ViT', 'vit-number-wide', 'onnx/model.onnx', 'float32'],
  ['Swin', 'swin-wide', 'onnx/model_quantized.onnx', 'float32'],
  ['ConvNeXT', 'convnext-crop-wide', 'model.onnx', 'float32'],
  ['ResNet', 'resnet-tall', 'onnx/model_fp16.onnx', 'float16'],
  ['MobileNetV2', 'mobilenet-v2-wide', 'onnx/model.onnx', 'float32'],
  ['EfficientNet', 'efficientnet-wide', 'model_quantized.onnx', 'float32'],
  ['MobileViT', 'mobilevit-wide', 'onnx/mobilevit.onnx', 'float32'],
  ['timm', 'timm-center-wide', 'onnx/model.onnx', 'float32'],
  ['timm, squashed', 'timm-squash-tall', 'model.onnx', 'float32'],
]

const root = mkdtempSync(join(tmpdir(), 'layouts-'))
const folders = new Map<string, Case>()
let engine: Awaited<ReturnType<typeof createEngine>>

function write(folder: string, files: Record<string, Buffer | object>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, folder, name)), { recursive: true })
    writeFileSync(join(root, folder, name), Buffer.isBuffer(content) ? content : JSON.stringify(content))
  }
}

beforeAll(async () => {
  const id2label = { 0: 'red', 1: 'green', 2: 'blue', 3: 'grey' }
  for (const [family, name, file, type] of LAYOUTS) {
    const one = golden.find((each) => each.name === name)
    if (!one) throw new Error(`no golden ${name}`)
    const [, height, width] = one.shape
    const model = tinyOnnx({ type, layout: 'nchw', shape: ['batch', 3, height, width], output: 'logits' })
    write(family, {
      [file]: model,
      // A smaller model next to it is ignored.
      ...(file === 'onnx/model.onnx' ? { 'onnx/model_fp16.onnx': Buffer.from('not this one') } : {}),
      ...(one.config
        ? { 'config.json': { ...one.config, num_classes: 4, label_names: Object.values(id2label) } }
        : { 'config.json': { id2label }, 'preprocessor_config.json': one.preprocessor as object }),
    })
    folders.set(family, one)
  }
  const { model, data } = externalOnnx('weights.bin')
  write('external data', {
    'onnx/model.onnx': model,
    'onnx/weights.bin': data,
    'config.json': { num_classes: 4 },
    'preprocessor_config.json': { size: { height: 8, width: 8 }, do_normalize: false },
  })
  engine = await createEngine({
    catalog: async () =>
      Promise.all(
        [...folders.keys(), 'external data'].map(async (name, i) => ({
          ...(await readModelFolder(join(root, name))),
          default: i === 0,
        })),
      ),
    workerScript: 'dist/engine-worker.js',
    workers: 1,
    workerTimeoutMs: 20_000,
    workerMaxBytes: 1e9,
    deadlineMs: 30_000,
    maxPixels: 50e6,
    queue: { photos: 100, bytes: 1e9 },
    log: { info() {}, warn() {}, error() {} },
  })
  await engine.settled()
})
afterAll(async () => {
  await engine.close()
  rmSync(root, { recursive: true })
})

test.each(LAYOUTS)('%s: the model input matches the output of its own processor', async (family, name, _file, type) => {
  const { photo } = folders.get(family) as Case
  const logits = await engine.logits(readFileSync(join(GOLDEN, `${photo}.png`)), { model: family })
  // The model computes channel means times a matrix, so its outputs reveal its input.
  const file = readFileSync(join(GOLDEN, `${name}.f32`))
  const tensor = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength))
  const area = tensor.length / 3
  const means = [0, 1, 2].map(
    (c) => tensor.slice(c * area, (c + 1) * area).reduce((sum, value) => sum + value, 0) / area,
  )
  for (let label = 0; label < 4; label++) {
    const expected = means.reduce((sum, mean, c) => sum + mean * (WEIGHTS[4 * c + label] as number), 0)
    expect(Math.abs((logits[label] as number) - expected)).toBeLessThan(type === 'float16' ? 0.02 : 1e-4)
  }
})

test('loads a model with external data and numbered labels', async () => {
  const photo = readFileSync(join(GOLDEN, 'wide.png'))
  const { predictions, model, uncertain } = await engine.classify(photo, { model: 'external data', topK: 4 })
  expect(predictions.map(({ label }) => label).sort()).toEqual(['class 0', 'class 1', 'class 2', 'class 3'])
  // Its scores were never calibrated.
  expect({ calibrated: model.calibrated, uncertain }).toEqual({ calibrated: false, uncertain: false })
})

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCatalog, readModelFolder } from '@/lib/server/catalog/catalog'
import { createEngine } from '@/lib/server/engine/engine'
import { decode } from '@/lib/server/image/decode'
import { parsePreprocessor } from '@/lib/server/image/hf-preprocessor'
import { bytesOf, type Layer, layersOnnx, type Weight } from '../support/layers-onnx'
import { espresso } from '../support/photos'

/**
 * Embeddings of models in the layouts that exporters write. The features are the channel means of the photo, so that
 * they can be computed by hand.
 */
const MEANS = [100, 50, 25]
/** [3 × 4] */
const MATRIX = [0.04, 0, 0, 0.01, 0, 0.04, 0, 0.01, 0, 0, 0.04, 0.01]
/** [4 × 3] */
const TRANSPOSED = [0.04, 0, 0, 0, 0.04, 0, 0, 0, 0.04, 0.01, 0.01, 0.01]
const matrix: Weight = { name: 'w', dims: [3, 4], values: MATRIX }
const transposed: Weight = { name: 'w', dims: [4, 3], values: TRANSPOSED }
const kernel: Weight = { name: 'w', dims: [4, 3, 1, 1], values: TRANSPOSED }
const bias: Weight = { name: 'b', dims: [4], values: [0.5, -0.5, 0.25, 0] }
const POOL: Layer[] = [
  ['GlobalAveragePool', ['x'], 'pool'],
  ['Flatten', ['pool'], 'means'],
]
const scalar = (name: string, value: number, type?: Weight['type']): Weight => ({
  name,
  dims: [],
  values: [value],
  ...(type ? { type } : {}),
})

/** [3 × columns], the identity followed by zeros. */
function columnsOfUnits(columns: number): Float32Array {
  const values = new Float32Array(3 * columns)
  for (const i of [0, 1, 2]) values[i * columns + i] = 1
  return values
}

/** [rows × 3], the identity above zeros. */
function rowsOfUnits(rows: number): Float32Array {
  const values = new Float32Array(3 * rows)
  for (const i of [0, 1, 2]) values[3 * i + i] = 1
  return values
}

const LAYOUTS: Record<string, [layers: Layer[], weights: Weight[]]> = {
  Gemm: [
    [...POOL, ['Gemm', ['means', 'w', 'b'], 'y', { transB: 1 }]],
    [transposed, bias],
  ],
  'MatMul and Add': [
    [...POOL, ['MatMul', ['means', 'w'], 'product'], ['Add', ['b', 'product'], 'y']],
    [matrix, bias],
  ],
  'convolution after pooling': [
    [POOL[0] as Layer, ['Conv', ['pool', 'w', 'b'], 'convolved'], ['Flatten', ['convolved'], 'y']],
    [kernel, bias],
  ],
  'convolution before pooling': [
    [
      ['Relu', ['x'], 'features'],
      ['Conv', ['features', 'w', 'b'], 'convolved'],
      ['Relu', ['convolved'], 'positive'],
      ['GlobalAveragePool', ['positive'], 'pool'],
      ['Flatten', ['pool'], 'y'],
    ],
    [kernel, bias],
  ],
  'quantized (QDQ)': [
    [
      ...POOL,
      ['QuantizeLinear', ['means', 'one', 'zero'], 'q'],
      ['DequantizeLinear', ['q', 'one', 'zero'], 'dq'],
      ['DequantizeLinear', ['wq', 'hundredth', 'weight zero'], 'w'],
      ['Gemm', ['dq', 'w'], 'product', { transB: 1 }],
      ['QuantizeLinear', ['product', 'half', 'zero'], 'yq'],
      ['DequantizeLinear', ['yq', 'half', 'zero'], 'y'],
    ],
    [
      scalar('one', 1),
      scalar('half', 0.5),
      scalar('hundredth', 0.01),
      scalar('zero', 0, 'uint8'),
      scalar('weight zero', 0, 'int8'),
      { name: 'wq', dims: [4, 3], type: 'int8', values: TRANSPOSED.map((value) => Math.round(100 * value)) },
    ],
  ],
  'dynamically quantized': [
    [
      ...POOL,
      ['DynamicQuantizeLinear', ['means'], ['q', 'scale', 'offset']],
      ['MatMulInteger', ['q', 'wq', 'offset', 'weight zero'], 'integers'],
      ['Cast', ['integers'], 'floats', { to: 1 }],
      ['Mul', ['scale', 'hundredth'], 'both'],
      ['Mul', ['floats', 'both'], 'product'],
      ['Add', ['product', 'b'], 'y'],
    ],
    [
      bias,
      scalar('hundredth', 0.01),
      scalar('weight zero', 0, 'int8'),
      { name: 'wq', dims: [3, 4], type: 'int8', values: MATRIX.map((value) => Math.round(100 * value)) },
    ],
  ],
  'softmax at the end': [
    [
      ...POOL,
      ['Identity', ['means'], 'features'],
      ['Gemm', ['features', 'w', 'b'], 'scores', { transB: 1 }],
      ['Div', ['scores', 'temperature'], 'scaled'],
      ['Softmax', ['scaled'], 'probabilities', { axis: 1 }],
      ['Identity', ['probabilities'], 'y'],
    ],
    [transposed, bias, scalar('temperature', 2)],
  ],
  'a file of 36 MB': [
    [
      ...POOL,
      ['MatMul', ['means', 'wide'], 'hidden'],
      ['MatMul', ['hidden', 'narrow'], 'features'],
      ['MatMul', ['features', 'w'], 'y'],
    ],
    [
      // The first three of 1.5 million columns carry the means.
      { name: 'wide', dims: [3, 1_500_000], values: columnsOfUnits(1_500_000) },
      { name: 'narrow', dims: [1_500_000, 3], values: rowsOfUnits(1_500_000) },
      matrix,
    ],
  ],
  'external data': [
    [...POOL, ['Gemm', ['means', 'w', 'b'], 'y', { transB: 1 }]],
    [{ ...transposed, file: 'model.onnx.data' }, bias],
  ],
}

const WITHOUT: Record<string, [layers: Layer[], weights: Weight[], reason: RegExp]> = {
  'sum of two heads': [
    [...POOL, ['MatMul', ['means', 'w'], 'a'], ['Relu', ['a'], 'r'], ['Add', ['a', 'r'], 'y']],
    [matrix],
    /don’t come from one linear layer \(Add\)/,
  ],
  'no layer': [
    [
      ['GlobalAveragePool', ['x'], 'pool'],
      ['Flatten', ['pool'], 'means'],
      ['Concat', ['means', 'extra'], 'y', { axis: 1 }],
    ],
    [{ name: 'extra', dims: [1, 1], values: [7] }],
    /linear layer \(Concat\)/,
  ],
  tree: [
    [
      ...POOL,
      [
        'TreeEnsembleClassifier',
        ['means'],
        ['label', 'y'],
        {
          nodes_treeids: [0, 0, 0],
          nodes_nodeids: [0, 1, 2],
          nodes_featureids: [0, 0, 0],
          nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF'],
          nodes_values: { floats: [60, 0, 0] },
          nodes_truenodeids: [1, 0, 0],
          nodes_falsenodeids: [2, 0, 0],
          class_treeids: [0, 0],
          class_nodeids: [1, 2],
          class_ids: [0, 1],
          class_weights: { floats: [1, 1] },
          classlabels_int64s: [0, 1, 2, 3],
          post_transform: 'NONE',
        },
      ],
    ],
    [],
    /linear layer \(TreeEnsembleClassifier\)/,
  ],
  'convolution over positions': [
    [
      ['Conv', ['x', 'w'], 'convolved'],
      ['Flatten', ['convolved'], 'y'],
    ],
    [{ name: 'w', dims: [4, 3, 8, 8], values: Array.from({ length: 768 }, (_, i) => (i % 7) / 1e4) }],
    /a convolution over several positions/,
  ],
  'pixels as features': [
    [
      ['Flatten', ['x'], 'flat'],
      ['Transpose', ['x'], 'positions', { perm: [0, 2, 3, 1] }],
      ['MatMul', ['positions', 'w'], 'product'],
      ['ReduceMean', ['product'], 'y', { axes: [1, 2], keepdims: 0 }],
    ],
    [matrix],
    /shape \[1, 8, 8, 3\], which is more than one vector/,
  ],
}

const root = mkdtempSync(join(tmpdir(), 'embedding-'))
const temporary = mkdtempSync(join(root, 'temporary-'))
const fileOf = (id: string) => join(root, id, 'onnx/model.onnx')

function writeFolder(id: string, layers: Layer[], weights: Weight[]): void {
  mkdirSync(join(root, id, 'onnx'), { recursive: true })
  writeFileSync(fileOf(id), layersOnnx(layers, weights))
  for (const weight of weights) if (weight.file) writeFileSync(join(root, id, 'onnx', weight.file), bytesOf(weight))
  writeFileSync(join(root, id, 'config.json'), JSON.stringify({ num_classes: 4 }))
  const preprocessor = { size: { height: 8, width: 8 }, do_rescale: false, do_normalize: false }
  writeFileSync(join(root, id, 'preprocessor_config.json'), JSON.stringify(preprocessor))
}

const OPTIONS = {
  workerScript: 'dist/engine-worker.js',
  workers: 1,
  workerTimeoutMs: 20_000,
  workerMaxBytes: 1e9,
  deadlineMs: 30_000,
  maxPixels: 50e6,
  queue: { photos: 100, bytes: 1e9 },
  log: { info() {}, warn() {}, error() {} },
}
type TestEngine = Awaited<ReturnType<typeof createEngine>>
let engine: TestEngine
let photo: Buffer

beforeAll(async () => {
  const [r = 0, g = 0, b = 0] = MEANS
  photo = await sharp({ create: { width: 40, height: 20, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer()
  for (const [id, [layers, weights]] of Object.entries({ ...LAYOUTS, ...WITHOUT })) writeFolder(id, layers, weights)
  const ids = [...Object.keys(LAYOUTS), ...Object.keys(WITHOUT)]
  const foreign = async () =>
    Promise.all(ids.map(async (id) => ({ ...(await readModelFolder(join(root, id))), default: false })))
  // For the worker, which inherits it.
  const { TMPDIR } = process.env
  process.env.TMPDIR = temporary
  engine = await createEngine({
    ...OPTIONS,
    catalog: async () => [...(await readCatalog('models')), ...(await foreign())],
  })
  await engine.settled()
  if (TMPDIR === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = TMPDIR
})
afterAll(async () => {
  await engine.close()
  rmSync(root, { recursive: true })
})

/** The logits of the same file in a session of its own, whose graph is unchanged. */
async function plainOutput(
  file: string,
  name: string,
  type: 'float32' | 'uint8',
  values: Iterable<number>,
  dims: number[],
) {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const data = type === 'uint8' ? Uint8Array.from(values) : Float32Array.from(values)
  const [input = ''] = session.inputNames
  const result = await session.run({ [input]: new Tensor(type, data, dims) }, [name])
  await session.release()
  return result[name]?.data as Float32Array
}

const infoOf = (id: string) => engine.models().find((model) => model.id === id)

describe.each(Object.keys(LAYOUTS))('%s', (id) => {
  test('has the features that feed the last layer as its embedding', async () => {
    expect(infoOf(id)).toMatchObject({ status: 'ready', embedding: { dimensions: 3 }, embedding_reason: null })
    const { embedding, dimensions, normalized } = await engine.embed(photo, { model: id })
    expect({ embedding: [...embedding], dimensions, normalized }).toEqual({
      embedding: MEANS,
      dimensions: 3,
      normalized: false,
    })
  })

  test('returns the same logits, bit by bit, as without it', async () => {
    const pixels = MEANS.flatMap((mean) => Array<number>(64).fill(mean))
    const expected = await plainOutput(fileOf(id), 'y', 'float32', pixels, [1, 3, 8, 8])
    const logits = await engine.logits(photo, { model: id })
    const scores = id === 'softmax at the end' ? expected.map(Math.log) : expected
    expect([...logits]).toEqual([...scores])
  })
})

test.each(Object.entries(WITHOUT).map(([id, [, , reason]]) => [id, reason] as const))(
  '%s: classifies and says why it has no embedding',
  async (id, reason) => {
    expect(infoOf(id)).toMatchObject({
      status: 'ready',
      embedding: null,
      embedding_reason: expect.stringMatching(reason),
    })
    await expect(engine.logits(photo, { model: id })).resolves.toHaveLength(4)
    const failure = { code: 'invalid_parameter', detail: expect.stringMatching(reason) }
    await expect(engine.embed(photo, { model: id })).rejects.toMatchObject(failure)
  },
)

describe.each(['fast', 'balanced', 'accurate'])('the bundled model %s', (type) => {
  test('has an embedding of 1280 features, and the same logits as without it', async () => {
    const model = engine.models().find((each) => each.type === type)
    expect(model).toMatchObject({ embedding: { dimensions: 1280 } })
    const entry = (await readCatalog('models')).find((each) => each.type === type)
    if (!entry || !model?.input) throw new Error('no model')
    const { width, height } = model.input
    const preprocessor = JSON.parse(readFileSync(join(entry.folder, 'preprocessor_config.json'), 'utf8'))
    const { pixels } = await decode(espresso, parsePreprocessor(preprocessor, undefined), 50e6)
    const expected = await plainOutput(entry.file, 'logits', 'uint8', pixels, [1, height, width, 3])
    expect([...(await engine.logits(espresso, { model: type }))]).toEqual([...expected])
  })

  test('embeds copies of a photo close together, and other photos apart', async () => {
    const embed = async (image: Buffer) => (await engine.embed(image, { model: type, normalize: true })).embedding
    const [original, copy, other] = await Promise.all([
      embed(espresso),
      embed(await sharp(espresso).flop().jpeg().toBuffer()),
      embed(photo),
    ])
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
    expect(cosine(original, original)).toBeCloseTo(1, 5)
    expect(cosine(original, copy)).toBeGreaterThan(0.8)
    expect(cosine(original, other)).toBeLessThan(0.5)
  })
})

test('leaves no copy of a large model behind', () => {
  expect(readdirSync(temporary)).toEqual([])
})

test('an embedding takes a crop, and the limits and aborts of every photo', async () => {
  const [whole, part] = await Promise.all([
    engine.embed(espresso, {}),
    engine.embed(espresso, { crop: { left: 0, top: 0, width: 100, height: 100 }, requestId: 'r1' }),
  ])
  expect(part.area).toEqual({ left: 0, top: 0, width: 100, height: 100 })
  expect(part.request_id).toBe('r1')
  expect(part.image).toEqual({ width: 600, height: 400, format: 'png', bytes: espresso.length })
  expect([...part.embedding]).not.toEqual([...whole.embedding])
  await expect(engine.embed(Buffer.from('not a photo at all'), {})).rejects.toMatchObject({ code: 'not_an_image' })
  await expect(engine.embed(espresso, { model: 'nothing' })).rejects.toMatchObject({ code: 'unknown_model' })
  await expect(engine.embed(espresso, { deadlineMs: 0 })).rejects.toMatchObject({ code: 'deadline_exceeded' })
  await expect(engine.embed(espresso, {}, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
})

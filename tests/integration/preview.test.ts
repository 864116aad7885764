import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Preview, previewSchema } from '@/lib/shared/contract/contract'
import { resample } from '@/lib/shared/image/resample'
import { answer, classify, refusal } from '../support/http'
import { ALL_MODELS } from '../support/models'
import { espresso, oriented } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: ALL_MODELS })
})
afterAll(() => server.stop())

async function preview(image: Uint8Array, query = ''): Promise<Preview> {
  const { preview } = await answer(classify(server.url, image, { query: `?preview=1${query}` }))
  return previewSchema.parse(preview)
}

const png = ({ image }: Preview): Buffer => Buffer.from(image.slice('data:image/png;base64,'.length), 'base64')
const pixels = (image: Buffer) => sharp(image).removeAlpha().raw().toBuffer()

test('is the crop that the response describes, and is sent only on request', async () => {
  const seen = await preview(espresso)
  expect(seen).toMatchObject({
    width: 240,
    height: 240,
    orientation: 1,
    interpolation: 'bicubic',
    resize: { width: 411, height: 274 },
    crop: { left: 86, top: 17, width: 240, height: 240 },
  })
  // Recreated from the whole photo by the description.
  const photo = await sharp(espresso).removeAlpha().raw().toBuffer()
  const again = resample(photo, { width: 600, height: 400 }, { target: seen.resize, crop: seen.crop }, 'bicubic')
  expect(Buffer.compare(await pixels(png(seen)), again)).toBe(0)
  expect((await answer(classify(server.url, espresso))).preview).toBeUndefined()
  expect((await answer(classify(server.url, espresso, { query: '?preview=0' }))).preview).toBeUndefined()
  await refusal(classify(server.url, espresso, { query: '?preview=maybe' }), 400, 'invalid_parameter')
})

test('shows the same image for all eight orientations and reports the orientation', async () => {
  const upright = await pixels(png(await preview(espresso)))
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const seen = await preview(await oriented(orientation))
    expect(seen.orientation).toBe(orientation)
    expect(Buffer.compare(await pixels(png(seen)), upright)).toBe(0)
  }
})

test('classifying the preview gives the same label', async () => {
  const query = '?top_k=3&preview=1&model=fast'
  const first = await answer(classify(server.url, readFileSync('public/gallery/koala.webp'), { query }))
  const seen = png(first.preview as Preview)
  // It is resized again, so only the label must match.
  const second = await answer(classify(server.url, seen, { query }))
  expect(second.predictions[0]?.label).toBe(first.predictions[0]?.label)
})

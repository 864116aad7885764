import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Explanation } from '@/lib/shared/contract/explain'
import { planBox } from '@/lib/shared/image/geometry'
import { resample } from '@/lib/shared/image/resample'
import type { ProblemDetails } from '@/lib/shared/problems/problem'
import { answer, classify, refusal } from '../support/http'
import { ALL_MODELS } from '../support/models'
import { espresso, oriented } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { ...ALL_MODELS, RESULT_CACHE_BYTES: '1000000', REQUEST_TIMEOUT_MS: '120000' } })
})
afterAll(() => server.stop())

const CROP = { left: 210, top: 12.5, width: 180, height: 200 }
const TEXT = '210,12.5,180,200'

const ask = (image: Uint8Array, query: string) => answer(classify(server.url, image, { query: `?${query}` }))
const pixels = (dataUrl = '') =>
  sharp(Buffer.from(dataUrl.split(',')[1] ?? '', 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer()

/** Two photos side by side, each complete. */
async function sideBySide(left: string, right: string): Promise<Buffer> {
  const half = (file: string) => sharp(`public/gallery/${file}`).resize(300, 300, { fit: 'cover' }).toBuffer()
  return sharp({ create: { width: 600, height: 300, channels: 3, background: '#808080' } })
    .composite([
      { input: await half(left), left: 0, top: 0 },
      { input: await half(right), left: 300, top: 0 },
    ])
    .png()
    .toBuffer()
}

test('classifies exactly the requested part, whichever way up the file is stored', async () => {
  const photo = await sharp(espresso).removeAlpha().raw().toBuffer()
  const input = { width: 240, height: 240 }
  const expected = resample(photo, { width: 600, height: 400 }, planBox(CROP, input), 'bicubic')
  const whole = await ask(espresso, 'preview=1')
  expect(whole.area.width).toBeCloseTo(350, 0)
  for (const file of [espresso, await oriented(6), await oriented(3)]) {
    const { area, preview, image } = await ask(file, `preview=1&crop=${TEXT}`)
    expect({ area, width: image.width, height: image.height }).toEqual({ area: CROP, width: 600, height: 400 })
    expect(preview).toMatchObject({ ...input, resize: input, crop: { ...input, left: 0, top: 0 } })
    expect(Buffer.compare(await pixels(preview?.image), expected)).toBe(0)
  }
  // The area of a result can be sent back.
  const { left, top, width, height } = whole.area
  const again = await ask(espresso, `crop=${[left, top, width, height].map((side) => side.toFixed(6)).join(',')}`)
  expect(again.predictions[0]?.label).toBe(whole.predictions[0]?.label)
})

test('decides the label, is part of the cache key, and is the area of an explanation', async () => {
  const both = await sideBySide('koala.webp', 'goldfish.webp')
  const [left, right] = ['0,0,300,300', '300,0,300,300']
  for (const [crop, label] of [
    [left, 'koala'],
    [right, 'goldfish'],
    [left, 'koala'],
  ]) {
    const { predictions, area } = await ask(both, `crop=${crop}`)
    expect([predictions[0]?.label, `${Object.values(area)}`]).toEqual([label, crop])
  }
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(both)]), 'both.png')
  form.set('crop', right)
  expect((await answer(classify(server.url, form))).predictions[0]?.label).toBe('goldfish')
  const json = JSON.stringify({ image: both.toString('base64'), crop: right })
  const headers = { 'content-type': 'application/json' }
  expect((await answer(classify(server.url, json, { headers }))).predictions[0]?.label).toBe('goldfish')
  const reply = await fetch(`${server.url}/api/explain?model=fast&crop=${right}`, {
    method: 'POST',
    body: both as BodyInit,
  })
  const explanation = (await reply.json()) as Explanation
  expect([explanation.label.label, `${Object.values(explanation.area)}`]).toEqual(['goldfish', right])
})

test('of a large JPEG is read from the pixels that it needs', async () => {
  const small = await sharp(espresso).removeAlpha().toBuffer()
  const large = await sharp(small).resize(4800, 3200).jpeg({ quality: 95 }).toBuffer()
  // The whole photo is decoded at an eighth of its size, a small part of it in full.
  const [detail, most] = [
    await ask(large, 'preview=1&crop=2000,800,240,240'),
    await ask(large, 'preview=1&crop=0,0,3200,3200'),
  ]
  const exact = await sharp(large).extract({ left: 2000, top: 800, width: 240, height: 240 }).raw().toBuffer()
  expect(Buffer.compare(await pixels(detail.preview?.image), exact)).toBe(0)
  const reduced = await sharp(large).extract({ left: 0, top: 0, width: 3200, height: 3200 }).toBuffer()
  const reference = await sharp(reduced).resize(240, 240).raw().toBuffer()
  const seen = await pixels(most.preview?.image)
  expect(seen.reduce((sum, value, i) => sum + Math.abs(value - (reference[i] ?? 0)), 0) / seen.length).toBeLessThan(3)
})

test.each([
  ['210,12,180', 'expected left,top,width,height in pixels'],
  ['-1,0,10,10', 'expected left,top,width,height'],
  ['a,b,c,d', 'expected left,top,width,height'],
  ['0,0,0,10', 'width and height must be at least 1 pixel'],
  ['500,0,200,200', 'it reaches beyond the photo, which has 600 × 400 pixels'],
  ['0,0,600,400.5', 'it reaches beyond the photo'],
])('refuses %s', async (crop, words) => {
  for (const path of ['classify', 'explain']) {
    const reply = await fetch(`${server.url}/api/${path}?crop=${crop}`, { method: 'POST', body: espresso as BodyInit })
    const { detail } = (await reply.clone().json()) as ProblemDetails
    expect(detail).toContain(words)
    await refusal(reply, 400, 'invalid_parameter')
  }
})

test('belongs to one photo, not to many', async () => {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(espresso)]), 'a.png')
  await refusal(classify(server.url, form, { query: `?stream=1&crop=${TEXT}` }), 400, 'invalid_parameter')
})

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { decode } from '@/lib/server/image/decode'
import { decodeJpeg, openLibvips } from '@/lib/server/image/jpeg/decode-jpeg'
import type { Libvips } from '@/lib/server/image/jpeg/libvips'
import type { Preprocessor } from '@/lib/shared/image/preprocessor'
import type { Plan } from '@/lib/shared/image/reduction'
import type { Problem } from '@/lib/shared/problems/problem'

const photo = sharp(join('tests/parity/golden', 'photo.png')).removeAlpha()
const large = photo.clone().resize({ width: 617, height: 493, fit: 'fill' })
/** A target of this size: the photo is reduced as long as four times as much is left. */
const toSize =
  (width: number, height: number): Plan =>
  () => ({ box: null, target: { width, height }, crop: { width, height, left: 0, top: 0 }, canvas: null })
const whole = toSize(5000, 5000)

async function decoded(bytes: Uint8Array, planFor = whole) {
  const vips = (await openLibvips()) as Libvips
  const picture = await decodeJpeg(vips, bytes, { maxPixels: 1e7, planFor, failOn: 'warning' })
  const pixels = Buffer.from(picture.pixels)
  picture.free()
  return { ...picture, pixels }
}

const bySharp = (bytes: Uint8Array) =>
  sharp(bytes).autoOrient().toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true })

const orientations = Array.from({ length: 8 }, (_, i) => i + 1)
const kinds: [string, (picture: Sharp) => Sharp][] = [
  ['baseline', (picture) => picture.jpeg()],
  ['progressive', (picture) => picture.jpeg({ progressive: true })],
  ['4:4:4', (picture) => picture.jpeg({ chromaSubsampling: '4:4:4' })],
  ['gray', (picture) => picture.greyscale().jpeg()],
  ['Display P3', (picture) => picture.withIccProfile('p3').jpeg()],
  ['CMYK with a profile', (picture) => picture.toColourspace('cmyk').withIccProfile('cmyk').jpeg()],
  ['CMYK', (picture) => picture.toColourspace('cmyk').jpeg()],
]

test('libvips is called without sharp on this machine', async () => {
  expect(await openLibvips()).not.toBeInstanceOf(Error)
})

describe.each(kinds)('%s', (kind, encode) => {
  test.each(kind === 'baseline' ? orientations : [1, 5])(
    'has the pixels that sharp decodes, in orientation %i',
    async (orientation) => {
      const bytes = await encode(large.clone()).withMetadata({ orientation }).toBuffer()
      const { data, info } = await bySharp(bytes)
      const got = await decoded(bytes)
      expect([got.width, got.height, got.bands]).toEqual([info.width, info.height, info.channels])
      expect(got.pixels.equals(data)).toBe(true)
    },
  )

  test.each([2, 4, 8])('is reduced to 1 / %i, upright, and nearly as by an area average', async (shrink) => {
    for (const orientation of [1, 6]) {
      const bytes = await encode(large.clone()).withMetadata({ orientation }).toBuffer()
      const full = await bySharp(bytes)
      const { width, height } = full.info
      const target = [Math.floor(width / shrink / 4), Math.floor(height / shrink / 4)] as const
      const got = await decoded(bytes, toSize(...target))
      expect(got.source).toEqual({ width, height })
      expect([got.width, got.height]).toEqual([Math.floor(width / shrink), Math.floor(height / shrink)])
      expect(distance(got, { ...full.info, pixels: full.data }, shrink)).toBeLessThan(4)
    }
  })
})

test('a JPEG with two color components is refused', async () => {
  const bytes = await photo.clone().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  const scan = bytes.indexOf(Buffer.from([0xff, 0xda]))
  const size = bytes.subarray(frame + 5, frame + 9)
  const two = Buffer.concat([
    bytes.subarray(0, frame),
    Buffer.from([0xff, 0xc0, 0, 14, 8, ...size, 2, 1, 0x11, 0, 2, 0x11, 1]),
    bytes.subarray(frame + 2 + bytes.readUInt16BE(frame + 2), scan),
    Buffer.from([0xff, 0xda, 0, 10, 2, 1, 0, 2, 0x11, 0, 63, 0]),
    bytes.subarray(scan + 2 + bytes.readUInt16BE(scan + 2)),
  ])
  await expect(decoded(two)).rejects.toMatchObject({ code: 'unsupported_format' })
})

test('what else is decoded at the same time changes no result', async () => {
  const model: Preprocessor = {
    resize: null,
    crop: null,
    cropRounding: 'even',
    interpolation: 'bicubic',
    normalisation: null,
    channels: 'rgb',
  }
  const whole = await photo.clone().jpeg().toBuffer()
  const end = whole.length - 2
  const withExtraBytes = Buffer.concat([whole.subarray(0, end), Buffer.alloc(9), whole.subarray(end)])
  const files = [whole, withExtraBytes, whole.subarray(0, whole.length / 2), whole.subarray(0, end - 200)]
  const outcomeOf = (file: Buffer) =>
    decode(file, model, 1e6).then(
      ({ pixels }) => createHash('sha256').update(pixels).digest('hex'),
      (error: Problem) => error.code,
    )
  const alone: string[] = []
  for (const file of files) alone.push(await outcomeOf(file))
  expect(alone).toEqual([alone[0], alone[0], 'truncated_image', 'truncated_image'])
  const mixed = Array.from({ length: 400 }, (_, i) => (i * 7 + Math.floor(i / 4)) % files.length)
  expect(await Promise.all(mixed.map((i) => outcomeOf(files[i] as Buffer)))).toEqual(mixed.map((i) => alone[i]))
})

describe('where libvips can’t be called', () => {
  afterEach(() => {
    vi.doUnmock('koffi')
    vi.resetModules()
  })

  test('sharp decodes: the same pixels at full size, nearly the same of a large photo, and the same refusal', async () => {
    const preprocessor: Preprocessor = {
      resize: { shortestEdge: 64 },
      crop: null,
      cropRounding: 'even',
      interpolation: 'bicubic',
      normalisation: null,
      channels: 'rgb',
    }
    vi.resetModules()
    vi.doMock('koffi', () => ({
      load() {
        throw new Error('no such library')
      },
    }))
    const { decode: decodeBySharp } = await import('@/lib/server/image/decode')
    const { openLibvips: without } = await import('@/lib/server/image/jpeg/decode-jpeg')
    expect(await without()).toEqual(new Error('no such library'))
    for (const [side, most] of [
      [400, 0],
      [1600, 6],
    ] as const) {
      const bytes = await photo
        .clone()
        .resize(side, side, { fit: 'fill' })
        .jpeg()
        .withMetadata({ orientation: 6 })
        .toBuffer()
      const [direct, slower] = [await decode(bytes, preprocessor, 1e7), await decodeBySharp(bytes, preprocessor, 1e7)]
      expect(slower.source).toEqual(direct.source)
      const differences = direct.pixels.map((value, i) => Math.abs(value - (slower.pixels[i] as number)))
      expect(Math.max(...differences)).toBeLessThanOrEqual(most)
      for (const each of [decode, decodeBySharp]) {
        await expect(each(bytes.subarray(0, bytes.length / 2), preprocessor, 1e7)).rejects.toMatchObject({
          code: 'truncated_image',
        })
        await expect(each(bytes, preprocessor, 1e5)).rejects.toMatchObject({ code: 'too_many_pixels' })
      }
    }
  })
})

/** The mean difference of the reduced photo from the averages of the whole one, in levels of 255, without the edges. */
function distance(
  small: { width: number; height: number; bands: number; pixels: Uint8Array },
  full: { width: number; pixels: Uint8Array },
  shrink: number,
): number {
  const { bands } = small
  let sum = 0
  let count = 0
  for (let y = 1; y < small.height - 1; y++)
    for (let x = 1; x < small.width - 1; x++) {
      let mean = 0
      for (let row = 0; row < shrink; row++)
        for (let column = 0; column < shrink; column++)
          mean += full.pixels[((y * shrink + row) * full.width + x * shrink + column) * bands] as number
      sum += Math.abs(mean / shrink ** 2 - (small.pixels[(y * small.width + x) * bands] as number))
      count++
    }
  return sum / count
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { type Decoded, decode } from '@/lib/server/image/decode'

/** Without resize or crop, so that pixels can be compared one by one. */
const AS_IT_IS = {
  resize: null,
  crop: null,
  interpolation: 'bicubic',
  normalisation: null,
  cropRounding: 'even',
  channels: 'rgb',
} as const
const read = (file: Uint8Array): Promise<Decoded> => decode(file, AS_IT_IS, 1e6)

const GOLDEN = 'tests/parity/golden'
const inputs = readdirSync(GOLDEN).filter((name) => name.startsWith('policy-') && !name.endsWith('-expected.png'))
const photo = sharp(join(GOLDEN, 'photo.png'))
const plain = () => photo.clone().removeAlpha().raw().toBuffer()

function differences(a: Uint8Array, b: Uint8Array): { mean: number; most: number } {
  expect(a.length).toBe(b.length)
  const each = Array.from(a, (value, i) => Math.abs(value - (b[i] ?? 0)))
  return { mean: each.reduce((sum, value) => sum + value, 0) / each.length, most: Math.max(...each) }
}

test.each(inputs)('decodes %s as Pillow does, over white where transparent', async (name) => {
  const expected = await sharp(join(GOLDEN, `${name.replace(/\.(\w+)$/, '-$1')}-expected.png`))
    .removeAlpha()
    .raw()
    .toBuffer()
  const { pixels } = await read(readFileSync(join(GOLDEN, name)))
  // Blending rounds; nothing else does.
  expect(differences(pixels, expected).most).toBeLessThanOrEqual(/alpha/.test(name) ? 1 : 0)
})

test('has a golden file of each kind', () => {
  expect(inputs).toHaveLength(10)
})

test('decodes interlaced and progressive files like others', async () => {
  const interlaced = await photo.clone().png({ progressive: true }).toBuffer()
  expect(differences((await read(interlaced)).pixels, await plain()).most).toBe(0)
  const [progressive, baseline] = await Promise.all(
    [true, false].map((on) => photo.clone().jpeg({ quality: 95, progressive: on }).toBuffer()),
  )
  const [a, b] = [await read(progressive as Buffer), await read(baseline as Buffer)]
  expect(differences(a.pixels, b.pixels).most).toBe(0)
})

test('keeps the upper eight of 16 bits per channel', async () => {
  const deep = await photo.clone().toColourspace('rgb16').png().toBuffer()
  expect((await sharp(deep).metadata()).depth).toBe('ushort')
  expect(differences((await read(deep)).pixels, await plain()).most).toBe(0)
  const grey = await photo.clone().greyscale().toColourspace('grey16').png().toBuffer()
  const expected = await photo.clone().greyscale().toColourspace('srgb').raw().toBuffer()
  expect((await sharp(grey).metadata()).depth).toBe('ushort')
  const reds = (await read(grey)).pixels.filter((_, i) => i % 3 === 0)
  expect(differences(reds, expected).most).toBeLessThanOrEqual(1)
})

test('applies the embedded colour profile', async () => {
  const wide = await photo.clone().withIccProfile('p3').png().toBuffer()
  const stored = await sharp(wide, { ignoreIcc: true }).removeAlpha().raw().toBuffer()
  // The values in the file differ, but the colors are the same.
  expect(differences(stored, await plain()).mean).toBeGreaterThan(3)
  expect(differences((await read(wide)).pixels, await plain()).mean).toBeLessThan(1)
})

test.each(['jpeg', 'tiff'] as const)('converts CMYK in %s back to its original colours', async (format) => {
  const cmyk = await photo.clone().toColourspace('cmyk').toFormat(format, { quality: 100 }).toBuffer()
  expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
  // Print has a smaller gamut than a screen, so the round trip loses some color.
  expect(differences((await read(cmyk)).pixels, await plain()).mean).toBeLessThan(8)
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decode } from '@/lib/server/image/decode'
import type { Problem } from '@/lib/shared/problems/problem'
import { dice } from '../support/mutate'
import { as, type Output } from '../support/photos'

const GOLDEN = 'tests/parity/golden/formats'

interface Cases {
  /** Files and their expected pixels; `most` is the largest allowed difference of a level. */
  read: { file: string; expected: string; most: number }[]
  refused: { file: string; code: string; words: string }[]
}

const cases = JSON.parse(readFileSync(join(GOLDEN, 'cases.json'), 'utf8')) as Cases

/** Without resize or crop, so that pixels can be compared one by one. */
const AS_IT_IS = {
  resize: null,
  crop: null,
  interpolation: 'bicubic',
  normalisation: null,
  cropRounding: 'even',
  channels: 'rgb',
} as const
const pixels = async (file: Uint8Array): Promise<Uint8Array> => (await decode(file, AS_IT_IS, 1e6)).pixels
const outcome = (file: Uint8Array) =>
  pixels(file).catch(({ code, detail }: Problem) => ({ code: code ?? 'internal', detail }))

test.each(cases.read)('decodes $file as it was created, and as Pillow decodes it', async ({ file, expected, most }) => {
  const theirs = await sharp(join(GOLDEN, expected)).removeAlpha().toColourspace('srgb').raw().toBuffer()
  const ours = await pixels(readFileSync(join(GOLDEN, file)))
  expect(ours.length).toBe(theirs.length)
  expect(ours.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (theirs[i] ?? 0))), 0)).toBeLessThanOrEqual(
    most,
  )
})

test.each(cases.refused)('rejects $file with its cause: $code, $words', async ({ file, code, words }) => {
  expect(await outcome(readFileSync(join(GOLDEN, file)))).toEqual({ code, detail: expect.stringContaining(words) })
})

/** Text ends with a number: without its last digit, it is a different number. */
const isText = (file: string) => /^p[123]\./.test(file)

/** Truncated at many places, a file is rejected, or no pixels are missing: data after the pixels may be cut off. */
async function neverHalf(file: Buffer, lastBytes = 8): Promise<void> {
  const whole = await pixels(file)
  for (let cut = 1; cut <= 24; cut++) {
    const answer = await outcome(file.subarray(0, Math.floor((file.length * cut) / 25)))
    if (answer instanceof Uint8Array) expect(Buffer.compare(answer, whole)).toBe(0)
    else expect(answer.code).toMatch(/^(truncated_image|not_an_image)$/)
  }
  // Its last bytes, one by one.
  for (let missing = 1; missing <= lastBytes; missing++) {
    const answer = await outcome(file.subarray(0, -missing))
    if (answer instanceof Uint8Array) expect(Buffer.compare(answer, whole)).toBe(0)
  }
}

describe('never returns half of a truncated file', () => {
  test.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as Output[])('%s', async (format) => {
    await neverHalf(await as(format))
  })

  test.each(cases.read)('$file', async ({ file }) => {
    await neverHalf(readFileSync(join(GOLDEN, file)), isText(file) ? 0 : 8)
  })
})

test('decodes or rejects a thousand damaged files quickly', async () => {
  const seed = Number(process.env.SEED ?? 16)
  const roll = dice(seed)
  const files = [...cases.read, ...cases.refused].map(({ file }) => readFileSync(join(GOLDEN, file)))
  for (let i = 0; i < 1000; i++) {
    const file = Buffer.from(files[roll(files.length)] as Buffer)
    // Headers are at the start, TIFF directories at the end.
    const from = roll(2) === 0 ? 0 : Math.max(0, file.length - 300)
    for (let flips = roll(6); flips >= 0; flips--) {
      file[from + roll(Math.min(100, file.length - from))] = [0, 1, 128, 255, roll(256)][roll(5)] as number
    }
    const start = performance.now()
    const answer = await outcome(file)
    if (!(answer instanceof Uint8Array)) expect(answer.code, `seed ${seed}, file ${i}`).not.toBe('internal')
    expect(performance.now() - start, `seed ${seed}, file ${i}`).toBeLessThan(5000)
  }
})

test('applies the profile of a TIFF decompressed here, in strips and in tiles', async () => {
  const photo = sharp('tests/parity/golden/photo.png').removeAlpha()
  const plain = await photo.clone().raw().toBuffer()
  for (const tile of [false, true]) {
    const wide = await photo
      .clone()
      .withIccProfile('p3')
      .tiff({ compression: 'deflate', tile, predictor: 'none' })
      .toBuffer()
    const ours = await pixels(wide)
    const mean = ours.reduce((sum, value, i) => sum + Math.abs(value - (plain[i] ?? 0)), 0) / ours.length
    expect(mean).toBeLessThan(1)
  }
})

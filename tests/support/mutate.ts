import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { as, type Output } from './photos'

/** Seeded pseudorandom integers from 0 to n - 1 (mulberry32). */
export function dice(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

/** sharp can't write HEIC. */
const HEICS = ['tests/e2e/photos/koala.heic', 'tests/parity/golden/heic/grid.heic']
const FORMATS: Output[] = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff']

/**
 * Ways to damage a file: random bytes, truncation, removed, repeated or swapped parts, a wrong header, two files in
 * one.
 */
const DAMAGES: ((file: Buffer, roll: (n: number) => number, other: Buffer) => Buffer)[] = [
  (file, roll) => {
    for (let i = 0; i <= roll(20); i++) file[roll(file.length)] = roll(256)
    return file
  },
  (file, roll) => {
    for (let i = 0; i <= roll(8); i++) file[roll(Math.min(200, file.length))] = roll(256)
    return file
  },
  (file, roll) => file.subarray(0, roll(file.length)),
  (file, roll) => {
    const at = roll(file.length)
    return Buffer.concat([file.subarray(0, at), file.subarray(at + roll(400))])
  },
  (file, roll) => {
    const [at, length] = [roll(file.length), roll(4000)]
    return Buffer.concat([file.subarray(0, at + length), file.subarray(at)])
  },
  (file, roll) => {
    const [a, b, c] = [roll(file.length), roll(file.length), roll(file.length)].sort((x, y) => x - y) as [
      number,
      number,
      number,
    ]
    return Buffer.concat([file.subarray(0, a), file.subarray(b, c), file.subarray(a, b), file.subarray(c)])
  },
  (file, roll, other) => Buffer.concat([file.subarray(0, 4 + roll(60)), other.subarray(4 + roll(60))]),
  (file, _roll, other) => Buffer.concat([file, other]),
]

/** An endless sequence of damaged photos of every format, reproducible by seed. */
export async function* damagedPhotos(seed: number): AsyncGenerator<Buffer> {
  const roll = dice(seed)
  const photos = [...(await Promise.all(FORMATS.map(as))), ...HEICS.map((path) => readFileSync(path))]
  for (;;) {
    const file = Buffer.from(photos[roll(photos.length)] as Buffer)
    const damage = DAMAGES[roll(DAMAGES.length)] as (typeof DAMAGES)[number]
    yield damage(file, roll, photos[roll(photos.length)] as Buffer)
  }
}

/** An endless sequence of small files: images of 1 to 4 pixels, their beginnings, noise after a signature. */
export async function* smallFiles(seed: number): AsyncGenerator<Buffer> {
  const roll = dice(seed)
  const pictures = await Promise.all(
    FORMATS.flatMap((format) => [1, 2, 3, 4].map((side) => ({ format, side }))).map(({ format, side }) =>
      sharp({ create: { width: side, height: 5 - side, channels: 3, background: '#963' } })
        .toFormat(format)
        .toBuffer(),
    ),
  )
  for (;;) {
    const picture = pictures[roll(pictures.length)] as Buffer
    const noise = Buffer.from(Array.from({ length: 1 + roll(300) }, () => roll(256)))
    const start = picture.subarray(0, 1 + roll(picture.length))
    yield [picture, start, noise, Buffer.concat([start, noise])][roll(4)] as Buffer
  }
}

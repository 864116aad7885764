import { expect, test } from 'vitest'
import { randomNumbers } from '../../metrics/random'
import { PRINT_SIDE } from '../photo-traits'
import { findCopies } from './find-copies'
import { mirrored } from './print'

/** A made-up scene: soft blobs, so that it looks the same a little larger or shifted. */
function scene(seed: number) {
  const random = randomNumbers(seed)
  const blobs = Array.from({ length: 30 }, () => ({
    x: random(),
    y: random(),
    size: 0.02 + 0.08 * random(),
    height: 120 * (random() - 0.5),
  }))
  return (x: number, y: number) =>
    blobs.reduce((sum, blob) => {
      const distance = ((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.size ** 2
      return sum + blob.height * Math.exp(-distance)
    }, 128)
}

/** The print of a part of a scene, of which each pixel may be changed. */
function printed(
  of: ReturnType<typeof scene>,
  { left = 0, top = 0, width = 1, height = 1 } = {},
  change: (value: number, x: number, y: number) => number = (value) => value,
): Uint8Array {
  return Uint8ClampedArray.from({ length: PRINT_SIDE ** 2 }, (_, at) => {
    const [x, y] = [((at % PRINT_SIDE) + 0.5) / PRINT_SIDE, (Math.floor(at / PRINT_SIDE) + 0.5) / PRINT_SIDE]
    return change(of(left + width * x, top + height * y), x, y)
  }) as unknown as Uint8Array
}

function groupsOf(prints: Uint8Array[], sha256 = prints.map((_, at) => String(at))): number[] {
  // All are neighbors of each other, as photos of one kind of thing would be.
  const neighbors = prints.map((_, photo) =>
    prints.flatMap((__, row) => (row === photo ? [] : [{ row, similarity: 0.9 }])),
  )
  const work = findCopies({ sha256, prints, neighbors })
  for (;;) {
    const { done, value } = work.next()
    if (done) return [...value]
  }
}

const photo = scene(1)
const plain = (value: number, x: number, y: number) =>
  Math.min(x, 1 - x) < 0.1 || Math.min(y, 1 - y) < 0.15 ? 240 : value
const copies: [string, Uint8Array][] = [
  ['cropped', printed(photo, { left: 0.08, top: 0.02, width: 0.9, height: 0.92 })],
  ['mirrored', mirrored(printed(photo))],
  ['mirrored and cropped', mirrored(printed(photo, { left: 0.05, width: 0.92 }))],
  ['brighter, with less contrast', printed(photo, {}, (value) => 100 + 0.5 * value)],
  ['noisy', printed(photo, {}, (value, x, y) => value + 4 * Math.sin(9000 * x * y))],
  ['in a frame', printed(photo, { left: -0.125, top: -0.2143, width: 1.25, height: 1.4286 }, plain)],
]

test.each(copies)('a photo that is %s is a copy, and another photo is not', (_, copy) => {
  expect(groupsOf([printed(photo), printed(scene(2)), copy])).toEqual([0, 1, 0])
})

test('photos in the same frame are not copies, and neither are plain ones', () => {
  const framed = [3, 4, 5].map((seed) => printed(scene(seed), {}, plain))
  const flat = [6, 7].map((seed) => printed(scene(seed), {}, () => 30 * seed))
  expect(groupsOf([...framed, ...flat])).toEqual([0, 1, 2, 3, 4])
})

test('the same file is a copy whatever it shows, and copies of copies are one group', () => {
  const [whole, left, right] = [
    printed(photo),
    printed(photo, { width: 0.9 }),
    printed(photo, { left: 0.1, width: 0.9 }),
  ]
  const flat = printed(photo, {}, () => 50)
  expect(groupsOf([left, flat, right, flat, whole], ['a', 'b', 'c', 'b', 'd'])).toEqual([0, 1, 0, 1, 0])
})

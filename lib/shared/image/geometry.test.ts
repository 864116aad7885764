import { expect, test } from 'vitest'
import { inputArea, plan, planBox, roundHalfToEven } from './geometry'

const square = (side: number) => ({ width: side, height: side })
const shipped = { resize: { shortestEdge: 256 }, crop: square(224), cropRounding: 'even' } as const

test.each([
  // The longer side is floored: 256 × 375 / 500 …, as Pillow's callers do it.
  [
    { width: 500, height: 375 },
    { width: 341, height: 256 },
    { left: 58, top: 16 },
  ],
  [
    { width: 375, height: 500 },
    { width: 256, height: 341 },
    { left: 16, top: 58 },
  ],
  [square(227), square(256), { left: 16, top: 16 }],
  [square(1), square(256), { left: 16, top: 16 }],
  [
    { width: 3000, height: 1 },
    { width: 768_000, height: 256 },
    { left: 383_888, top: 16 },
  ],
])('%o is resized to %o and cropped at %o', (source, target, corner) => {
  expect(plan(source, shipped)).toEqual({ box: null, target, crop: { ...square(224), ...corner }, canvas: null })
})

test('rounds an odd difference half to even, as Python does, or down, as transformers does', () => {
  // (341 - 224) / 2 = 58.5 → 58, (343 - 224) / 2 = 59.5 → 60
  expect(plan({ width: 343, height: 256 }, shipped).crop.left).toBe(60)
  expect(plan({ width: 343, height: 256 }, { ...shipped, cropRounding: 'down' }).crop.left).toBe(59)
  expect([-1.5, -0.5, 0.5, 1.5, 2.5, 2.4, 2.6, 7].map(roundHalfToEven)).toEqual([-2, 0, 0, 2, 2, 2, 3, 7])
})

test('handles both sides, no crop, and a crop larger than the image', () => {
  const source = { width: 640, height: 480 }
  const whole = (size: object) => ({ box: null, target: size, crop: { ...size, left: 0, top: 0 }, canvas: null })
  expect(plan(source, { ...shipped, resize: square(224), crop: null })).toEqual(whole(square(224)))
  expect(plan(source, { ...shipped, resize: null, crop: null })).toEqual(whole(source))
  expect(plan(source, { ...shipped, resize: { shortestEdge: 201 }, crop: square(224) })).toEqual({
    box: null,
    target: { width: 268, height: 201 },
    crop: { width: 224, height: 201, left: 22, top: 0 },
    canvas: { ...square(224), left: 0, top: 11 },
  })
})

test('fits the whole photo into the input, which then extends beyond it', () => {
  const photo = { width: 400, height: 200 }
  const fit = square(100)
  const centered = plan(photo, { resize: { fit, rounding: 'even' }, crop: fit, cropRounding: 'even' })
  expect(centered).toMatchObject({ target: { width: 100, height: 50 }, canvas: { ...fit, left: 0, top: 25 } })
  expect(inputArea(photo, centered)).toEqual({ left: 0, top: -100, width: 400, height: 400 })
  const padding = { position: 'start', color: [0, 0, 0] } as const
  const first = plan(photo, { resize: { fit, rounding: 'down' }, crop: fit, cropRounding: 'down', padding })
  expect(inputArea(photo, first)).toEqual({ left: 0, top: 0, width: 400, height: 400 })
  const thread = plan(
    { width: 5000, height: 1 },
    { resize: { fit, rounding: 'down' }, crop: fit, cropRounding: 'down' },
  )
  expect(thread.target).toEqual({ width: 100, height: 1 })
})

test('locates the model input on the photo', () => {
  const crop = { width: 224, height: 224 }
  const photo = { width: 1000, height: 500 }
  const cropped = plan(photo, { resize: { shortestEdge: 250 }, crop, cropRounding: 'even' })
  expect(inputArea(photo, cropped)).toEqual({ left: 276, top: 26, width: 448, height: 448 })
  const squashed = plan(photo, { resize: crop, crop: null, cropRounding: 'even' })
  expect(inputArea(photo, squashed)).toEqual({ left: 0, top: 0, width: 1000, height: 500 })
  const part = { left: 12.5, top: 7, width: 300, height: 280 }
  expect(inputArea(photo, planBox(part, crop))).toEqual(part)
  const padded = plan({ width: 100, height: 100 }, { resize: null, crop, cropRounding: 'down' })
  expect(inputArea({ width: 100, height: 100 }, padded)).toEqual({ left: -62, top: -62, width: 224, height: 224 })
})

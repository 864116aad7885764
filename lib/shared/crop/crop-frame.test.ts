import { expect, test } from 'vitest'
import { coversPhoto, dragCorner, frameShare, moveFrame, resizeFrame, wholePixels } from './crop-frame'

const photo = { width: 600, height: 400 }
const frame = { left: 125, top: 25, width: 350, height: 350 }

test('moves within the photo', () => {
  expect(moveFrame(frame, 10, -5, photo)).toEqual({ ...frame, left: 135, top: 20 })
  expect(moveFrame(frame, 999, -999, photo)).toEqual({ ...frame, left: 250, top: 0 })
})

test('resizes around its center, to the largest that fits', () => {
  expect(frameShare(frame, photo)).toBe(0.875)
  expect(resizeFrame(frame, 0.5, photo)).toEqual({ left: 200, top: 100, width: 200, height: 200 })
  expect(resizeFrame(frame, 2, photo)).toEqual({ left: 100, top: 0, width: 400, height: 400 })
  expect(resizeFrame({ ...frame, left: 250 }, 1, photo).left).toBe(200)
  expect(resizeFrame(frame, 0, photo).width).toBeCloseTo(40)
})

test('a dragged corner leaves the opposite one, and the shape', () => {
  expect(dragCorner(frame, { x: 1, y: 1 }, 25, 10, photo)).toEqual({ left: 125, top: 25, width: 375, height: 375 })
  expect(dragCorner(frame, { x: -1, y: -1 }, -999, -999, photo)).toEqual({ left: 100, top: 0, width: 375, height: 375 })
  const small = dragCorner(frame, { x: -1, y: 1 }, 999, -999, photo)
  expect(small.width).toBeCloseTo(40)
  expect([small.left + small.width, small.top]).toEqual([475, 25])
})

test('is sent in whole pixels within the photo', () => {
  const edge = { left: 249.6, top: 49.7, width: 350.4, height: 350.4 }
  expect(wholePixels(edge, photo)).toEqual({ left: 250, top: 50, width: 350, height: 350 })
  expect(wholePixels({ left: -3, top: 0, width: 700, height: 500 }, photo)).toEqual({ left: 0, top: 0, ...photo })
  const square = { left: 10, top: 10, width: 300.4, height: 299.6 }
  expect(wholePixels(square, photo)).toEqual({ left: 10, top: 10, width: 300, height: 300 })
})

test('covers the photo where nothing is cropped, or its border is padded', () => {
  expect(coversPhoto(frame, photo)).toBe(false)
  expect(coversPhoto({ left: 0, top: 0, width: 600, height: 399.8 }, photo)).toBe(true)
  expect(coversPhoto({ left: -62, top: -62, width: 724, height: 524 }, photo)).toBe(true)
})

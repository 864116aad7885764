import { expect, test } from 'vitest'
import { hottestRegions } from './hottest-regions'

const SIDE = 28
const image = { width: 1000, height: 1000 }
const whole = { left: 0, top: 0, ...image }

/** A grid with a hot spot at each place, in shares of its sides. */
function gridWith(...spots: [x: number, y: number, heat: number][]) {
  const values = Array.from({ length: SIDE * SIDE }, (_, cell) => {
    const [x, y] = [((cell % SIDE) + 0.5) / SIDE, (Math.floor(cell / SIDE) + 0.5) / SIDE]
    return spots.reduce((sum, [left, top, heat]) => sum + heat * Math.exp(-80 * ((x - left) ** 2 + (y - top) ** 2)), 0)
  })
  return { width: SIDE, height: SIDE, values }
}

test('names where the heat is, not the middle between two places', () => {
  // A macaw's head at the top left, and its feet at the bottom right.
  expect(hottestRegions({ grid: gridWith([0.2, 0.2, 1], [0.8, 0.85, 0.8]), area: whole, image })).toEqual([
    'topLeft',
    'bottomRight',
  ])
  expect(hottestRegions({ grid: gridWith([0.2, 0.2, 0.3], [0.8, 0.85, 1]), area: whole, image })).toEqual([
    'bottomRight',
  ])
  expect(hottestRegions({ grid: gridWith([0.5, 0.5, 1]), area: whole, image })).toEqual(['middle'])
})

test('names the place on the photo, not on the crop', () => {
  const grid = gridWith([0.1, 0.1, 1])
  expect(hottestRegions({ grid, area: { left: 500, top: 500, width: 400, height: 400 }, image })).toEqual(['middle'])
  expect(hottestRegions({ grid, area: { left: 600, top: 0, width: 400, height: 400 }, image })).toEqual(['top'])
})

test('names no more than three places of a flat heatmap', () => {
  expect(hottestRegions({ grid: gridWith(), area: whole, image }).length).toBeLessThanOrEqual(3)
})

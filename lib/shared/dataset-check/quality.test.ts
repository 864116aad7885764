import { expect, test } from 'vitest'
import { photoTraits } from './photo-traits'
import { type QualityIssue, qualityIssues } from './quality'

/** A picture of stripes, in grey, from 0 to 255. */
function issuesOf(width: number, height: number, value: (x: number, y: number) => number): QualityIssue[] {
  const pixels = new Uint8Array(3 * width * height)
  for (let at = 0; at < width * height; at++) pixels.fill(value(at % width, Math.floor(at / width)), 3 * at, 3 * at + 3)
  return qualityIssues(photoTraits(pixels, width, height), { width, height })
}
const stripes = (low: number, high: number, period: number) => (x: number) =>
  low + ((high - low) * (1 + Math.sin((2 * Math.PI * x) / period))) / 2

test.each<[string, QualityIssue[], QualityIssue[]]>([
  ['sharp stripes', issuesOf(400, 300, stripes(20, 230, 20)), []],
  ['the same when small', issuesOf(100, 80, stripes(20, 230, 8)), []],
  ['dark ones', issuesOf(400, 300, stripes(0, 70, 20)), ['too_dark']],
  ['bright ones', issuesOf(400, 300, stripes(244, 255, 20)), ['too_bright', 'low_contrast']],
  ['ones of low contrast', issuesOf(400, 300, stripes(110, 140, 20)), ['low_contrast']],
  ['wide soft ones', issuesOf(400, 300, stripes(20, 230, 300)), ['blurred']],
  ['a plain surface', issuesOf(400, 300, () => 128), ['low_contrast']],
  ['one pixel', issuesOf(1, 1, () => 128), ['tiny', 'low_contrast']],
  ['a line', issuesOf(5000, 1, stripes(20, 230, 700)), ['tiny']],
])('%s', (_, found, issues) => {
  expect(found).toEqual(issues)
})

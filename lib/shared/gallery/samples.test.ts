import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GALLERY_PHOTOS, SAMPLES } from './samples'

test('the gallery has as many photos as the pages say, the samples among them', () => {
  const [, ...lines] = readFileSync('public/gallery/CREDITS.csv', 'utf8').trim().split('\n')
  const files = lines.map((line) => line.split(',')[0])
  expect(files).toHaveLength(GALLERY_PHOTOS)
  expect(files).toEqual(expect.arrayContaining(SAMPLES.map(({ file }) => file)))
})
